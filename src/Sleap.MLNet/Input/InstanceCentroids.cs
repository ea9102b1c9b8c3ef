using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>
/// The point that stands for an instance: its anchor node, or a center of its visible nodes.
/// </summary>
internal static class InstanceCentroids
{
    private const int MedianIterations = 100;
    private const double MedianTolerance = 1e-6;

    /// <summary>Centroids of the instances of a frame.</summary>
    /// <param name="points">x and y of each node of each instance, NaN = missing.</param>
    /// <param name="nodes">Nodes of an instance.</param>
    /// <param name="anchor">The node that is the centroid where it is visible; null: always the center.</param>
    /// <param name="method">The center of the visible nodes.</param>
    /// <returns>x and y of each instance; NaN where no node is visible.</returns>
    public static float[] OfAll(
        ReadOnlySpan<float> points,
        int nodes,
        int? anchor,
        CentroidMethod method = CentroidMethod.Mean
    )
    {
        var centroids = new float[points.Length / nodes];
        for (var i = 0; i < centroids.Length; i += 2)
            (centroids[i], centroids[i + 1]) = Of(points.Slice(i * nodes, 2 * nodes), anchor, method);
        return centroids;
    }

    /// <summary>The index of an anchor part, or null where none was named.</summary>
    public static int? AnchorOf(string? part, Skeleton skeleton) => part is null ? null : skeleton.IndexOf(part);

    /// <summary>Centroid of one instance.</summary>
    /// <param name="points">x and y of each node by turns, NaN = missing.</param>
    /// <param name="anchor">The node that is the centroid where it is visible; null: always the center.</param>
    /// <param name="method">The center of the visible nodes.</param>
    /// <returns>x and y; NaN where no node is visible.</returns>
    public static (float X, float Y) Of(
        ReadOnlySpan<float> points,
        int? anchor = null,
        CentroidMethod method = CentroidMethod.Mean
    )
    {
        if (anchor is { } node)
        {
            var (x, y) = (points[2 * node], points[2 * node + 1]);
            if (!float.IsNaN(x) && !float.IsNaN(y))
                return (x, y);
        }

        return method switch
        {
            CentroidMethod.BoxCenter => (Middle(points, 0), Middle(points, 1)),
            CentroidMethod.GeometricMedian => Median(points),
            _ => (Mean(points, 0), Mean(points, 1)),
        };
    }

    private static float Middle(ReadOnlySpan<float> points, int axis)
    {
        var (low, high) = (float.PositiveInfinity, float.NegativeInfinity);
        for (var i = axis; i < points.Length; i += 2)
        {
            if (!float.IsNaN(points[i]))
                (low, high) = (Math.Min(low, points[i]), Math.Max(high, points[i]));
        }

        return low > high ? float.NaN : (low + high) / 2;
    }

    // Weiszfeld's iteration from the mean: the mean with the inverse distances as weights.
    private static (float X, float Y) Median(ReadOnlySpan<float> points)
    {
        var (x, y) = ((double)Mean(points, 0), (double)Mean(points, 1));
        for (var iteration = 0; iteration < MedianIterations; iteration++)
        {
            var (sumX, sumY, sum) = (0.0, 0.0, 0.0);
            for (var i = 0; i < points.Length; i += 2)
            {
                if (float.IsNaN(points[i]) || float.IsNaN(points[i + 1]))
                    continue;
                var weight = 1 / Math.Max(double.Hypot(points[i] - x, points[i + 1] - y), MedianTolerance);
                (sumX, sumY, sum) = (sumX + weight * points[i], sumY + weight * points[i + 1], sum + weight);
            }

            var (nextX, nextY) = (sumX / sum, sumY / sum);
            var moved = double.Hypot(nextX - x, nextY - y);
            (x, y) = (nextX, nextY);
            if (!(moved >= MedianTolerance))
                break;
        }

        return ((float)x, (float)y);
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

/// <summary>The center of an instance without a visible anchor; names as in SLEAP-NN's <c>centroid_method</c>.</summary>
internal enum CentroidMethod
{
    /// <summary>The mean of the visible nodes.</summary>
    Mean,

    /// <summary>The center of the box around the visible nodes.</summary>
    BoxCenter,

    /// <summary>The point with the smallest sum of distances to the visible nodes.</summary>
    GeometricMedian,
}
