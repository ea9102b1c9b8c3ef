namespace Sleap.Transforms;

/// <summary>The rows around the one being computed, oldest first; never more than the analysis said it needs.</summary>
internal sealed class PoseWindow
{
    private readonly List<TrackRow> _rows = [];
    private int[] _found = [];

    public int Current { get; set; }

    public TrackRow Row => _rows[Current];

    public IReadOnlyList<TrackRow> Rows => _rows;

    public void Add(TrackRow row) => _rows.Add(row);

    /// <summary>Goes to the next row and lets go of those further back than <paramref name="behind"/>.</summary>
    public void Advance(int behind)
    {
        Current++;
        var done = Math.Max(0, Current - behind);
        _rows.RemoveRange(0, done);
        Current -= done;
    }

    /// <summary>
    /// For each row the position in it of animal <paramref name="animal"/> of the current row; −1 where it is not, and
    /// in rows of another segment. The values hold until the next call.
    /// </summary>
    public ReadOnlySpan<int> Follow(int animal)
    {
        if (_found.Length < _rows.Count)
            _found = new int[_rows.Count];
        var identity = Row.Identities[animal];
        for (var row = 0; row < _rows.Count; row++)
            _found[row] = _rows[row].Segment == Row.Segment ? _rows[row].Find(identity) : -1;
        _found[Current] = animal;
        return _found.AsSpan(0, _rows.Count);
    }
}
