namespace Sleap.MLNet;

/// <summary>How large crops must be to hold an instance.</summary>
internal static class CropSize
{
    /// <summary>
    /// Side of a square around an instance's centroid that just holds its visible nodes: twice the largest distance of
    /// a node along x or y. 0 for one node, NaN when none is visible.
    /// </summary>
    /// <param name="points">x and y of each node by turns, NaN = missing.</param>
    /// <param name="anchor">The node that is the centroid where it is visible; null: their center.</param>
    /// <param name="method">The center of the visible nodes.</param>
    public static float Required(
        ReadOnlySpan<float> points,
        int? anchor = null,
        CentroidMethod method = CentroidMethod.Mean
    )
    {
        var (x, y) = InstanceCentroids.Of(points, anchor, method);
        if (float.IsNaN(x) || float.IsNaN(y))
            return float.NaN;
        float farthest = 0;
        for (var i = 0; i < points.Length; i++)
        {
            // A comparison with NaN is false, so that missing nodes do not count.
            var distance = Math.Abs(points[i] - (i % 2 == 0 ? x : y));
            if (distance > farthest)
                farthest = distance;
        }

        return 2 * farthest;
    }

    /// <summary>Longer side of the box around an instance's visible nodes; NaN when none is visible.</summary>
    /// <param name="points">x and y of each node by turns, NaN = missing.</param>
    public static float BoxSide(ReadOnlySpan<float> points)
    {
        var side = float.NaN;
        for (var axis = 0; axis < 2; axis++)
        {
            float low = float.PositiveInfinity,
                high = float.NegativeInfinity;
            for (var i = axis; i < points.Length; i += 2)
            {
                if (points[i] < low)
                    low = points[i];
                if (points[i] > high)
                    high = points[i];
            }

            if (high >= low && !(side > high - low))
                side = high - low;
        }

        return side;
    }

    /// <summary>
    /// Pixels to add to the side of a box so that it still holds its content after a random rotation and magnification.
    /// sleap-nn's <c>compute_augmentation_padding</c>.
    /// </summary>
    /// <param name="boxSide">Longest side of the boxes.</param>
    /// <param name="maxRotation">Largest angle in degrees, either way.</param>
    /// <param name="maxScale">Largest magnification.</param>
    public static int AugmentationPadding(float boxSide, float maxRotation = 0, float maxScale = 1)
    {
        var angle = Math.Min(Math.Abs(maxRotation), 45) * Math.PI / 180;
        var side = boxSide * (Math.Cos(angle) + Math.Sin(angle)) * Math.Max(maxScale, 1);
        // Rounded to the decimals that were written: 1.1f is a little more than 1.1, which would add a pixel.
        return (int)Math.Ceiling(Math.Round(side - boxSide, 5));
    }

    /// <summary>
    /// The crops' side: the largest required one with padding, at least the minimum, rounded up to the network's
    /// stride.
    /// </summary>
    /// <param name="required">What each instance requires; NaN is left out.</param>
    /// <param name="padding">Pixels to add. sleap-nn's <c>padding</c>.</param>
    /// <param name="stride">The side becomes a multiple of it. sleap-nn's <c>maximum_stride</c>.</param>
    /// <param name="minSize">Smallest side. sleap-nn's <c>min_crop_size</c>.</param>
    /// <returns>The side in pixels, at least the stride.</returns>
    public static int Of(IEnumerable<float> required, int padding = 0, int stride = 1, int minSize = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        double largest = 0;
        foreach (var side in required)
        {
            if (side > largest)
                largest = side;
        }

        var needed = Math.Max(Math.Max(largest + padding, minSize), 1);
        return (int)Math.Ceiling(needed / stride) * stride;
    }
}
