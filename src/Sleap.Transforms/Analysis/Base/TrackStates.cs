namespace Sleap.Transforms;

/// <summary>What a computation remembers of each track while its video lasts.</summary>
/// <typeparam name="T">The state of one track.</typeparam>
internal sealed class TrackStates<T>
    where T : class, new()
{
    private readonly Dictionary<int, T> _states = [];
    private int _segment = -1;

    /// <summary>
    /// The state of an instance's track: a new one for an instance that cannot be followed, and for all at the start of
    /// a segment.
    /// </summary>
    public T Of(AnalysisRow row, int instance)
    {
        if (row.Segment != _segment)
        {
            _states.Clear();
            _segment = row.Segment;
        }
        var identity = row.Identities[instance];
        if (identity == AnalysisRow.Unknown)
            return new T();
        if (!_states.TryGetValue(identity, out var state))
            _states[identity] = state = new T();
        return state;
    }
}

/// <summary>Where each node of a track was seen last.</summary>
internal sealed class LastPositions
{
    private readonly Dictionary<int, (int Frame, Vector2D Position)> _nodes = [];

    /// <summary>Null where a node was not seen within the <paramref name="limit"/> frames before a frame.</summary>
    public (int Frame, Vector2D Position)? Of(int node, int frame, int limit) =>
        _nodes.TryGetValue(node, out var last) && frame - last.Frame <= limit ? last : null;

    public void Keep(int node, int frame, Vector2D position) => _nodes[node] = (frame, position);
}
