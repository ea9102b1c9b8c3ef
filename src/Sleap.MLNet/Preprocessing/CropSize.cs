namespace Sleap.MLNet;

/// <summary>How large crops have to be for animals to fit in.</summary>
public static class CropSize
{
    /// <summary>
    /// Side of a square around an animal's centroid that just holds its visible nodes: twice the largest distance of a
    /// node along x or y. 0 for one node, NaN when none is visible.
    /// </summary>
    /// <param name="points">x and y of each node one after the other, NaN = missing.</param>
    /// <param name="anchor">The node that is the centroid where it is visible; null: always the fallback.</param>
    /// <param name="fallback">What is taken instead.</param>
    public static float Required(
        ReadOnlySpan<float> points,
        int? anchor = null,
        CentroidFallback fallback = CentroidFallback.CenterOfMass
    )
    {
        (var x, var y) = InstanceCentroids.Of(points, anchor, fallback);
        if (float.IsNaN(x) || float.IsNaN(y))
            return float.NaN;
        float farthest = 0;
        for (var i = 0; i < points.Length; i++)
        {
            // A missing coordinate is at no distance: a comparison with NaN is false.
            var distance = Math.Abs(points[i] - (i % 2 == 0 ? x : y));
            if (distance > farthest)
                farthest = distance;
        }

        return 2 * farthest;
    }

    /// <summary>Longer side of the box around an animal's visible nodes; NaN when none is visible.</summary>
    /// <param name="points">x and y of each node one after the other, NaN = missing.</param>
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
    /// What to add to the size of a box so that it still holds its content when that is turned and enlarged at random.
    /// sleap-nn's <c>compute_augmentation_padding</c>.
    /// </summary>
    /// <param name="boxSide">Longest side of the boxes.</param>
    /// <param name="maxRotation">Largest angle in degrees, either way.</param>
    /// <param name="maxScale">Largest scale.</param>
    public static int AugmentationPadding(float boxSide, float maxRotation = 0, float maxScale = 1)
    {
        var angle = Math.Min(Math.Abs(maxRotation), 45) * Math.PI / 180;
        var side = boxSide * (Math.Cos(angle) + Math.Sin(angle)) * Math.Max(maxScale, 1);
        // The decimals that were meant: 1.5f and such are exact, 1.1f is not.
        return (int)Math.Ceiling(Math.Round(side - boxSide, 5));
    }

    /// <summary>
    /// The crops' side: the largest required one with padding, at least the minimum, rounded up to the network's
    /// stride.
    /// </summary>
    /// <param name="required">What each animal requires; NaN is left out.</param>
    /// <param name="padding">Pixels to add. sleap-nn's <c>padding</c>.</param>
    /// <param name="stride">The side becomes a multiple of it. sleap-nn's <c>maximum_stride</c>.</param>
    /// <param name="minSize">Least side. sleap-nn's <c>min_crop_size</c>.</param>
    /// <returns>The side in pixels, at least the stride.</returns>
    public static int Of(IEnumerable<float> required, int padding = 0, int stride = 1, int minSize = 0)
    {
        ArgumentNullException.ThrowIfNull(required);
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

    /// <summary>
    /// Side of the larger crop that is cut before turning it, so that no corner of the final crop is empty: √2 times as
    /// large, odd or even as the crop is, which keeps its middle. sleap-nn's <c>pre_crop_size</c>.
    /// </summary>
    /// <param name="size">Side of the final crop.</param>
    public static int BeforeRotation(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var larger = (int)Math.Ceiling(size * Math.Sqrt(2));
        return larger + (larger - size) % 2;
    }
}
