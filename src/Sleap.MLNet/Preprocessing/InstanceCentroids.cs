using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// The one point that stands for an animal: its anchor node, or something in its middle where that is missing.
/// </summary>
public static class InstanceCentroids
{
    // Enough for a thousandth of a pixel, also where the median falls near a node and a step gains little.
    private const int MedianSteps = 200;

    // Pixels; keeps a step finite where the median falls on a node.
    private const double LeastDistance = 1e-6;

    /// <summary>Centroids of animals, as whole tensors.</summary>
    /// <param name="points">(..., nodes, 2), x and y, NaN = missing.</param>
    /// <param name="anchor">The node that is the centroid where it is visible; null: always the fallback.</param>
    /// <param name="fallback">What is taken instead.</param>
    /// <returns>(..., 2), float; NaN where no node is visible.</returns>
    /// <exception cref="ArgumentException">The shape is another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such node.</exception>
    public static Tensor Of(
        Tensor points,
        int? anchor = null,
        CentroidFallback fallback = CentroidFallback.CenterOfMass
    )
    {
        ArgumentNullException.ThrowIfNull(points);
        var shape = points.shape;
        if (shape.Length < 2 || shape[^1] != 2 || shape[^2] < 1)
        {
            throw new ArgumentException(
                $"Points have the shape ({string.Join(", ", shape)}), expected (..., nodes, 2).",
                nameof(points)
            );
        }

        if (anchor is { } node && (node < 0 || node >= shape[^2]))
        {
            throw new ArgumentOutOfRangeException(
                nameof(anchor),
                anchor,
                $"The anchor is a number of one of {shape[^2]} nodes, from 0."
            );
        }

        using var _ = no_grad();
        using var scope = NewDisposeScope();
        points = points.to(ScalarType.Float32);
        var middle = fallback switch
        {
            CentroidFallback.CenterOfMass => Mean(points),
            CentroidFallback.BoxCenter => BoxCenter(points),
            CentroidFallback.GeometricMedian => Median(points),
            _ => throw new ArgumentOutOfRangeException(nameof(fallback), fallback, "No such fallback."),
        };
        if (anchor is { } index)
        {
            var place = points.select(-2, index); // (..., 2)
            middle = where(place.isnan().any(-1, true), middle, place);
        }

        return middle.MoveToOuterDisposeScope();
    }

    /// <summary>Centroids of the animals of a frame.</summary>
    /// <param name="points">x and y of each node of each animal, NaN = missing.</param>
    /// <param name="nodes">Nodes of an animal.</param>
    /// <param name="anchor">The node that is the centroid where it is visible; null: always the mean of the visible
    /// nodes.</param>
    /// <returns>x and y of each animal; NaN where no node is visible.</returns>
    internal static float[] OfAll(ReadOnlySpan<float> points, int nodes, int? anchor)
    {
        var centroids = new float[points.Length / nodes];
        for (var animal = 0; animal < centroids.Length / 2; animal++)
        {
            (centroids[2 * animal], centroids[2 * animal + 1]) = Of(
                points.Slice(2 * animal * nodes, 2 * nodes),
                anchor
            );
        }

        return centroids;
    }

    /// <summary>The number of an anchor part, or null where none was named.</summary>
    internal static int? AnchorOf(string? part, Sleap.IO.Skeleton skeleton) =>
        part is null ? null : skeleton.IndexOf(part);

    /// <summary>Centroid of one animal.</summary>
    /// <param name="points">x and y of each node one after the other, NaN = missing.</param>
    /// <param name="anchor">The node that is the centroid where it is visible; null: always the fallback.</param>
    /// <param name="fallback">What is taken instead.</param>
    /// <returns>x and y; NaN where no node is visible.</returns>
    /// <exception cref="ArgumentException">An odd number of numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such node.</exception>
    public static (float X, float Y) Of(
        ReadOnlySpan<float> points,
        int? anchor = null,
        CentroidFallback fallback = CentroidFallback.CenterOfMass
    )
    {
        if (points.Length == 0 || points.Length % 2 != 0)
        {
            throw new ArgumentException(
                $"There are {points.Length} numbers, expected x and y of each node.",
                nameof(points)
            );
        }

        using var scope = NewDisposeScope();
        ReadOnlySpan<float> centroid = Of(
                tensor(points.ToArray(), new long[] { points.Length / 2, 2 }),
                anchor,
                fallback
            )
            .Values<float>();
        return (centroid[0], centroid[1]);
    }

    private static Tensor Mean(Tensor points)
    {
        var visible = points.isnan().logical_not().to(ScalarType.Float32);
        // 0 / 0 where none is visible
        return points.nan_to_num(0).sum(-2) / visible.sum(-2);
    }

    private static Tensor BoxCenter(Tensor points)
    {
        Tensor low = points.nan_to_num(double.PositiveInfinity).amin(new long[] { -2 }, false),
            high = points.nan_to_num(double.NegativeInfinity).amax(new long[] { -2 }, false);
        // ∞ − ∞ where none is visible
        return (low + high) * 0.5;
    }

    // The mean of the nodes weighted by one over their distance from the last mean, again and again. A node of which
    // one coordinate is missing has no distance and is left out.
    private static Tensor Median(Tensor points)
    {
        var missing = points.isnan().any(-1, true); // (..., nodes, 1)
        var places = points.to(ScalarType.Float64).masked_fill(missing, 0); // (..., nodes, 2)
        var weights = missing.logical_not().to(ScalarType.Float64); // (..., nodes, 1)
        var median = (places * weights).sum(-2) / weights.sum(-2); // (..., 2)
        for (var step = 0; step < MedianSteps; step++)
        {
            using var inner = NewDisposeScope();
            var distance = (places - median.unsqueeze(-2)).square().sum(-1, true).sqrt().clamp(LeastDistance, null);
            var pulls = weights / distance;
            median = ((places * pulls).sum(-2) / pulls.sum(-2)).MoveToOuterDisposeScope();
        }

        return median.to(ScalarType.Float32);
    }
}
