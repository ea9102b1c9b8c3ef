namespace Sleap.Transforms;

/// <summary>The rows around the one that is computed, oldest first; never more than the analysis needs.</summary>
internal sealed class AnalysisWindow
{
    private readonly List<AnalysisRow> _rows = [];
    private int[] _found = [];
    private Sighting[] _near = [];

    /// <summary>The index of the row that is computed.</summary>
    public int Current { get; private set; }

    /// <summary>The row that is computed.</summary>
    public AnalysisRow Row => _rows[Current];

    public IReadOnlyList<AnalysisRow> Rows => _rows;

    public void Add(AnalysisRow row) => _rows.Add(row);

    /// <summary>Goes to the next row and drops those further back than <paramref name="behind"/>.</summary>
    public void Advance(int behind)
    {
        Current++;
        var done = Math.Max(0, Current - behind);
        _rows.RemoveRange(0, done);
        Current -= done;
    }

    /// <summary>
    /// For each row the index in it of instance <paramref name="instance"/> of the current row; −1 where it is missing,
    /// and in rows of another segment. The values hold until the next call.
    /// </summary>
    public ReadOnlySpan<int> Follow(int instance)
    {
        if (_found.Length < _rows.Count)
            _found = new int[_rows.Count];
        var identity = Row.Identities[instance];
        for (var row = 0; row < _rows.Count; row++)
            _found[row] = _rows[row].Segment == Row.Segment ? _rows[row].Find(identity) : -1;
        _found[Current] = instance;
        return _found.AsSpan(0, _rows.Count);
    }

    /// <summary>
    /// An instance of the current row wherever it is at most <paramref name="behind"/> frames before and
    /// <paramref name="ahead"/> frames after it, in the order of frames. The values hold until the next call.
    /// </summary>
    public ReadOnlySpan<Sighting> Near(int instance, int behind, int ahead)
    {
        var found = Follow(instance);
        if (_near.Length < found.Length)
            _near = new Sighting[found.Length];
        var count = 0;
        for (var row = 0; row < found.Length; row++)
        {
            var offset = _rows[row].FrameIndex - Row.FrameIndex;
            if (found[row] >= 0 && offset >= -behind && offset <= ahead)
                _near[count++] = new Sighting(_rows[row], found[row], offset);
        }
        return _near.AsSpan(0, count);
    }

    /// <summary>An instance in one row.</summary>
    /// <param name="Row">The row.</param>
    /// <param name="Instance">Its index in the row.</param>
    /// <param name="Offset">Frames from the current row to this one.</param>
    public readonly record struct Sighting(AnalysisRow Row, int Instance, int Offset)
    {
        public ReadOnlySpan<float> Values => Row.ValuesOf(Instance);
    }
}
