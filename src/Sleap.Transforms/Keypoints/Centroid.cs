namespace Sleap.Transforms;

/// <summary>One point that stands for an instance, in pixels; NaN where no node is visible.</summary>
internal static class Centroid
{
    /// <summary>Mean of the nodes that have both coordinates.</summary>
    /// <param name="points">x and y of each node, NaN = missing.</param>
    public static (double X, double Y) Mean(ReadOnlySpan<float> points)
    {
        (double x, double y, var visible) = (0, 0, 0);
        for (var i = 0; i + 1 < points.Length; i += 2)
        {
            if (!float.IsNaN(points[i]) && !float.IsNaN(points[i + 1]))
                (x, y, visible) = (x + points[i], y + points[i + 1], visible + 1);
        }
        return (x / visible, y / visible); // 0 / 0 is NaN: none visible
    }

    /// <summary>A chosen node where it is visible, else <see cref="Mean"/>.</summary>
    /// <param name="points">x and y of each node, NaN = missing.</param>
    /// <param name="node">The chosen node; negative: none.</param>
    public static (double X, double Y) At(ReadOnlySpan<float> points, int node) =>
        node >= 0 && !float.IsNaN(points[2 * node]) && !float.IsNaN(points[2 * node + 1])
            ? (points[2 * node], points[2 * node + 1])
            : Mean(points);

    /// <summary>
    /// Median of each coordinate by itself: an x counts even where its y is missing. sleap-nn's tracker does so, by
    /// <c>nanmedian</c> (sleap_nn.tracking.utils).
    /// </summary>
    /// <param name="points">x and y of each node, NaN = missing.</param>
    public static (double X, double Y) Median(ReadOnlySpan<double> points) => (Median(points, 0), Median(points, 1));

    private static double Median(ReadOnlySpan<double> points, int axis)
    {
        var values = new List<double>(points.Length / 2);
        for (var i = axis; i < points.Length; i += 2)
        {
            if (!double.IsNaN(points[i]))
                values.Add(points[i]);
        }
        values.Sort();
        return values.Count == 0 ? double.NaN : (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2;
    }
}
