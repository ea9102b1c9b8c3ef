namespace Sleap.Transforms;

/// <summary>An animal while a table is read.</summary>
internal sealed class TableAnimal(int nodes, string? track)
{
    private readonly float[] _points = [.. Enumerable.Repeat(float.NaN, nodes * 2)];
    private readonly float[] _scores = [.. Enumerable.Repeat(float.NaN, nodes)];
    private readonly bool[] _known = new bool[nodes];

    public string? Track => track;

    /// <summary>The score of the whole animal, or null.</summary>
    public float? Score { get; set; }

    /// <summary>False when the node was there before.</summary>
    public bool TryAdd(int node, float? x, float? y, float? score)
    {
        if (_known[node])
            return false;
        _known[node] = true;
        (_points[2 * node], _points[(2 * node) + 1]) = x is { } px && y is { } py ? (px, py) : (float.NaN, float.NaN);
        _scores[node] = score ?? float.NaN;
        return true;
    }

    public PoseInstance Build()
    {
        float[] found = [.. _scores.Where((score, node) => float.IsFinite(score) && float.IsFinite(_points[2 * node]))];
        return new PoseInstance(_points, _scores, Score ?? found.DefaultIfEmpty(float.NaN).Average(), track);
    }
}
