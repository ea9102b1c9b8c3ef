namespace Sleap.Transforms;

/// <summary>Where each node of an animal was seen last.</summary>
internal sealed class LastPlaces
{
    private readonly Dictionary<int, (int Frame, Place Place)> _nodes = [];

    /// <summary>Null where a node was not seen within <paramref name="frames"/> frames.</summary>
    public (int Frame, Place Place)? Of(int node, int frame, int frames) =>
        _nodes.TryGetValue(node, out var last) && frame - last.Frame <= frames ? last : null;

    public void Keep(int node, int frame, Place place) => _nodes[node] = (frame, place);
}
