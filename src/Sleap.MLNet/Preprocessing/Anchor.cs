using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>Where the centre of an animal is: at one of its nodes, or at the mean of the visible ones where that is missing or none was named.</summary>
/// <param name="node">The node, or −1.</param>
internal readonly struct Anchor(int node)
{
    public static Anchor Of(string? name, Skeleton skeleton) => new(name is null ? -1 : skeleton.IndexOf(name));

    /// <summary>x and y of each animal's centre; NaN for an animal without a visible node.</summary>
    /// <param name="points">x and y of each node of each animal.</param>
    /// <param name="nodes">Nodes of an animal.</param>
    public float[] Centres(ReadOnlySpan<float> points, int nodes)
    {
        var centres = new float[points.Length / nodes];
        for (var animal = 0; animal < centres.Length / 2; animal++)
            (centres[2 * animal], centres[2 * animal + 1]) = Centre(points.Slice(animal * nodes * 2, nodes * 2));
        return centres;
    }

    private (float X, float Y) Centre(ReadOnlySpan<float> points)
    {
        if (node >= 0 && !float.IsNaN(points[2 * node]) && !float.IsNaN(points[2 * node + 1])) return (points[2 * node], points[2 * node + 1]);
        var (x, y, visible) = (0f, 0f, 0);
        for (var i = 0; i < points.Length; i += 2)
            if (!float.IsNaN(points[i]) && !float.IsNaN(points[i + 1])) (x, y, visible) = (x + points[i], y + points[i + 1], visible + 1);
        return (x / visible, y / visible); // 0 / 0 is NaN: no node is visible
    }
}
