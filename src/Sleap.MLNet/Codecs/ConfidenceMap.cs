using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Codec of confidence maps: draws points as maps and finds points in maps.</summary>
/// <remarks>
/// A map has one cell every <see cref="Stride"/> input pixels, the first at pixel 0; a point is a Gaussian of height 1.
/// A missing point is NaN, and its map is all zero. All operations are tensor operations on the device of the argument.
/// </remarks>
internal sealed class ConfidenceMap
{
    /// <summary>Creates the codec of one head.</summary>
    /// <param name="stride">Input pixels between neighboring cells.</param>
    /// <param name="sigma">Standard deviation of the Gaussian in cells: <c>sigma · stride</c> input pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is not positive.</exception>
    public ConfidenceMap(int stride, float sigma)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        if (!(float.IsFinite(sigma) && sigma > 0))
        {
            throw new ArgumentOutOfRangeException(
                nameof(sigma),
                sigma,
                "The Gaussian's standard deviation must be a number above 0."
            );
        }

        Stride = stride;
        Sigma = sigma;
    }

    /// <summary>Input pixels between neighboring cells.</summary>
    public int Stride { get; }

    /// <summary>Standard deviation of the Gaussian in cells.</summary>
    public float Sigma { get; }

    /// <summary>
    /// Side of the patch used to refine a peak, in cells; odd. Default 5, sleap-nn's <c>integral_patch_size</c>.
    /// </summary>
    public int PatchSize { get; init; } = 5;

    /// <summary>
    /// Whether a map with several equal maxima returns the column of one and the row of another, as sleap-nn 0.3.5
    /// does. Default false: the first maximum in reading order is the peak.
    /// </summary>
    public bool MixTies { get; init; }

    /// <summary>Draws the target maps of points.</summary>
    /// <param name="points">
    /// (B, N, 2), or (B, I, N, 2), where each map is the maximum over the instances; x and y in input pixels, NaN =
    /// missing. B batch, I instances, N nodes.
    /// </param>
    /// <param name="height">Height of the network's input.</param>
    /// <param name="width">Width of the network's input.</param>
    /// <returns>(B, N, ⌈height/stride⌉, ⌈width/stride⌉), float, with channels-last strides.</returns>
    /// <exception cref="ArgumentException">The shape of the points does not match.</exception>
    public Tensor Encode(Tensor points, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(points);
        var shape = points.shape;
        if (shape.Length is not (3 or 4) || shape[^1] != 2)
        {
            throw new ArgumentException(
                $"Points have the shape ({string.Join(", ", shape)}), expected (batch, "
                    + $"nodes, 2) or (batch, instances, nodes, 2).",
                nameof(points)
            );
        }

        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var columns = Gaussians(points.select(-1, 0), width); // (B, N, w) or (B, I, N, w)
        var rows = Gaussians(points.select(-1, 1), height); // (B, N, h) or (B, I, N, h)
        if (shape.Length == 3)
            return Outer(rows, columns).MoveToOuterDisposeScope();
        Tensor? maps = null;
        for (long instance = 0; instance < shape[1]; instance++)
        {
            var map = Outer(rows.select(1, instance), columns.select(1, instance)); // (B, N, h, w)
            maps = maps is null ? map : maps.maximum(map);
        }

        maps ??= zeros(new[] { shape[0], Cells(height), Cells(width), shape[2] }, ScalarType.Float32, points.device)
            .permute(0, 3, 1, 2);
        return maps.MoveToOuterDisposeScope();
    }

    /// <summary>Finds the highest peak of each map.</summary>
    /// <param name="maps">(B, N, h, w)</param>
    /// <param name="threshold">Peaks of at least this value are kept.</param>
    /// <param name="refinement">How the position between cells is computed.</param>
    /// <returns>
    /// Points (B, N, 2), x and y in input pixels, NaN where the map stays below the threshold; and the values of the
    /// peaks' cells (B, N), 0 where the point is NaN.
    /// </returns>
    public (Tensor Points, Tensor Values) Decode(Tensor maps, float threshold, PeakRefinement refinement)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        maps = Checked(maps);
        (var x, var y, var values) = Peaks(maps); // (B, N) each; x, y whole cells
        var points = stack(new[] { x, y }, -1).to(ScalarType.Float32); // (B, N, 2)
        if (refinement != PeakRefinement.None)
        {
            var peak = TensorArithmetic.Range(0, x.numel(), ScalarType.Int64, maps.device); // (B·N)
            var nodes = maps.size(1);
            points = points.Add(
                PeakPatch
                    .Offsets(
                        maps,
                        peak.FloorDivide(nodes),
                        peak.Remainder(nodes),
                        x.flatten(),
                        y.flatten(),
                        PatchSize,
                        refinement
                    )
                    .view_as(points)
            );
        }

        // (B, N); false for NaN, as in sleap-nn
        var low = values.Lt(threshold);
        points = points.Mul(Stride).MaskedFill(low.unsqueeze(-1), float.NaN);
        return (points.MoveToOuterDisposeScope(), values.MaskedFill(low, 0).MoveToOuterDisposeScope());
    }

    /// <summary>Finds all peaks of each map.</summary>
    /// <param name="maps">(B, N, h, w)</param>
    /// <param name="threshold">Peaks above this value are kept.</param>
    /// <param name="refinement">How the position between cells is computed.</param>
    /// <returns>The peaks of all maps; tensors of length 0 if there are none.</returns>
    /// <remarks>
    /// A plateau of up to 2×2 cells is one peak at its mean; it is refined in the patch around its upper left cell.
    /// </remarks>
    public LocalPeaks DecodeAll(Tensor maps, float threshold, PeakRefinement refinement)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        maps = Checked(maps);
        (var points, var values, var samples, var channels) = LocalPeakFinder.Find(maps, threshold);
        if (refinement != PeakRefinement.None)
        {
            var cells = points.floor(); // (P, 2)
            Tensor x = cells.select(1, 0).to(ScalarType.Int64),
                y = cells.select(1, 1).to(ScalarType.Int64);
            var offsets = PeakPatch.Offsets(maps, samples, channels, x, y, PatchSize, refinement);
            points = cells.Add(offsets);
        }

        points = points.Mul(Stride);
        return new LocalPeaks(
            points.MoveToOuterDisposeScope(),
            values.MoveToOuterDisposeScope(),
            samples.MoveToOuterDisposeScope(),
            channels.MoveToOuterDisposeScope()
        );
    }

    private long Cells(int size) => (size + Stride - 1) / Stride;

    // exp(-(x² + y²)) = exp(-x²) · exp(-y²): a row and a column of exponentials instead of a whole map of them.
    private Tensor Gaussians(Tensor coordinates, int size)
    {
        var cells = TensorArithmetic.Range(0, Cells(size), ScalarType.Float32, coordinates.device).Mul(Stride); // (w)
        var distance = cells - coordinates.to(ScalarType.Float32).unsqueeze(-1); // (..., w)
        var scale = -1 / (2.0 * Sigma * Stride * Sigma * Stride);
        // (..., w), 0 for missing points
        return (distance * distance).Mul(scale).exp_().nan_to_num(0);
    }

    // Channels-last, like the network's output, so that the loss reads both in memory order.
    private static Tensor Outer(Tensor rows, Tensor columns)
    {
        var y = rows.transpose(1, 2).contiguous().unsqueeze(2); // (B, h, 1, N)
        var x = columns.transpose(1, 2).contiguous().unsqueeze(1); // (B, 1, w, N)
        return (y * x).permute(0, 3, 1, 2); // (B, N, h, w)
    }

    private (Tensor X, Tensor Y, Tensor Values) Peaks(Tensor maps)
    {
        var width = maps.size(3);
        if (MixTies)
        {
            // x: position of the largest column maximum
            (var values, var x) = maps.amax(new long[] { 2 }, false).max(2, false);
            (var _, var y) = maps.amax(new long[] { 3 }, false).max(2, false); // y: position of the largest row maximum
            return (x, y, values);
        }

        (var highest, var cell) = maps.flatten(2).max(2, false); // (B, N)
        return (cell.Remainder(width), cell.FloorDivide(width), highest);
    }

    private static Tensor Checked(Tensor maps)
    {
        ArgumentNullException.ThrowIfNull(maps);
        return maps.dim() == 4
            ? maps.to(ScalarType.Float32)
            : throw new ArgumentException(
                $"Maps have the shape ({string.Join(", ", maps.shape)}), expected (batch, nodes, height, width).",
                nameof(maps)
            );
    }
}
