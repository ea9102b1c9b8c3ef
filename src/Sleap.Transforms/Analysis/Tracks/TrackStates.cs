namespace Sleap.Transforms;

/// <summary>What is remembered of each animal while its video lasts.</summary>
/// <typeparam name="T">The memory of one animal.</typeparam>
internal sealed class TrackStates<T>
    where T : class, new()
{
    private readonly Dictionary<int, T> _states = [];
    private int _segment = -1;

    /// <summary>
    /// The memory of an animal of a row; a fresh one for an animal that cannot be followed, and for all at the start of
    /// a segment.
    /// </summary>
    public T Of(TrackRow row, int animal)
    {
        if (row.Segment != _segment)
        {
            _states.Clear();
            _segment = row.Segment;
        }
        var identity = row.Identities[animal];
        if (identity == TrackRow.Nobody)
            return new T();
        if (!_states.TryGetValue(identity, out var state))
            _states[identity] = state = new T();
        return state;
    }
}
