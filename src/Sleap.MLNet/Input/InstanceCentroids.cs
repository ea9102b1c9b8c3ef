using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>The point that stands for an instance: its anchor node, or the mean of its visible nodes.</summary>
internal static class InstanceCentroids
{
    /// <summary>Centroids of the instances of a frame.</summary>
    /// <param name="points">x and y of each node of each instance, NaN = missing.</param>
    /// <param name="nodes">Nodes of an instance.</param>
    /// <param name="anchor">The node that is the centroid where it is visible; null: always the mean.</param>
    /// <returns>x and y of each instance; NaN where no node is visible.</returns>
    public static float[] OfAll(ReadOnlySpan<float> points, int nodes, int? anchor)
    {
        var centroids = new float[points.Length / nodes];
        for (var i = 0; i < centroids.Length; i += 2)
            (centroids[i], centroids[i + 1]) = Of(points.Slice(i * nodes, 2 * nodes), anchor);
        return centroids;
    }

    /// <summary>The index of an anchor part, or null where none was named.</summary>
    public static int? AnchorOf(string? part, Skeleton skeleton) => part is null ? null : skeleton.IndexOf(part);

    /// <summary>Centroid of one instance.</summary>
    /// <param name="points">x and y of each node by turns, NaN = missing.</param>
    /// <param name="anchor">The node that is the centroid where it is visible; null: always the mean.</param>
    /// <returns>x and y; NaN where no node is visible.</returns>
    public static (float X, float Y) Of(ReadOnlySpan<float> points, int? anchor = null)
    {
        if (anchor is { } node)
        {
            var (x, y) = (points[2 * node], points[2 * node + 1]);
            if (!float.IsNaN(x) && !float.IsNaN(y))
                return (x, y);
        }

        return (Mean(points, 0), Mean(points, 1));
    }

    private static float Mean(ReadOnlySpan<float> points, int axis)
    {
        var (sum, visible) = (0f, 0);
        for (var i = axis; i < points.Length; i += 2)
        {
            if (float.IsNaN(points[i]))
                continue;
            sum += points[i];
            visible++;
        }

        return sum / visible; // 0 / 0 is NaN where none is visible
    }
}
