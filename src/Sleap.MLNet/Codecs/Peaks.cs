using Sleap.Transforms;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>
/// All peaks of a batch of confidence maps, ordered by sample, then by row, column and channel of their first cell.
/// </summary>
/// <param name="Points">x and y of each peak (P, 2), in input pixels. P peaks.</param>
/// <param name="Values">Value of each peak's cell (P).</param>
/// <param name="Samples">Index of the sample in the batch (P), Int64.</param>
/// <param name="Channels">Index of the map in the sample (P), Int64.</param>
internal sealed record LocalPeaks(Tensor Points, Tensor Values, Tensor Samples, Tensor Channels);

/// <summary>How the position of a peak between the map's cells is computed.</summary>
public enum PeakRefinement
{
    /// <summary>No refinement: the peak is at the center of its cell.</summary>
    None,

    /// <summary>
    /// The center of mass of the values in a patch around the peak, as in sleap-nn. The patch truncates the Gaussian,
    /// so the peak is biased toward the center of the cell, and at the border of the map inwards.
    /// </summary>
    Integral,

    /// <summary>
    /// The maximum of a Gaussian fitted to the patch: the logarithm of a Gaussian is a parabola, fitted by weighted
    /// least squares (Guo 2011, doi:10.1109/MSP.2011.941846) along each axis, similar to DARK (Zhang et al. 2020,
    /// arXiv:1910.06278). Unbiased where the map is a Gaussian, also at its border. A patch without a maximum near its
    /// middle falls back to <see cref="Integral"/>.
    /// </summary>
    Gaussian,
}

/// <summary>
/// Finds the cells of maps that are higher than their eight neighbors. Equal neighbors that fit into 2×2 cells, also
/// diagonal ones, are one peak at their mean; a larger plateau is not a peak. Values outside the map count as lower.
/// </summary>
internal static class LocalPeakFinder
{
    // The neighborhood that is compared: rows -1 to 2 and columns -2 to 2 around a plateau's first cell in reading
    // order.
    private const int Rows = 4,
        Columns = 5;

    /// <param name="maps">(B, N, h, w), float.</param>
    /// <param name="threshold">Peaks above this value are kept.</param>
    /// <returns>
    /// Positions (P, 2) in cells, whole numbers except for plateaus, and value, sample and channel of each (P).
    /// </returns>
    public static (Tensor Points, Tensor Values, Tensor Samples, Tensor Channels) Find(Tensor maps, float threshold)
    {
        var highest = maps.eq(functional.max_pool2d(maps, 3, 1, 1)).logical_and(maps.Gt(threshold)); // (B, N, h, w)
        // (C, 4): sample, row, column, channel; C candidate cells
        var cells = highest.permute(0, 2, 3, 1).nonzero();
        Tensor sample = cells.select(1, 0),
            y = cells.select(1, 1),
            x = cells.select(1, 2),
            channel = cells.select(1, 3);
        var window = Window(maps, sample, channel, x, y); // (C, 4, 5)
        var value = window.select(1, 1).select(1, 2); // (C)
        var equal = window.eq(value.unsqueeze(-1).unsqueeze(-1)); // (C, 4, 5)
        // (C, 4, 5): the plateau
        var members = Members(equal);
        // (P)
        var kept = IsFirst(equal)
            .logical_and(IsAlone(window.ge(value.unsqueeze(-1).unsqueeze(-1)), members))
            .nonzero()
            .squeeze(-1);

        var plateau = members.index_select(0, kept).to(ScalarType.Float32); // (P, 4, 5)
        var size = plateau.sum(1, 2); // (P)
        Tensor across = TensorArithmetic.Range(-2, 3, ScalarType.Float32, maps.device),
            down = TensorArithmetic.Range(-1, 3, ScalarType.Float32, maps.device);
        var px = x.index_select(0, kept).Add((plateau * across).sum(1, 2) / size);
        var py = y.index_select(0, kept).Add((plateau * down.unsqueeze(-1)).sum(1, 2) / size);
        return (
            stack(new[] { px, py }, -1),
            value.index_select(0, kept),
            sample.index_select(0, kept),
            channel.index_select(0, kept)
        );
    }

    // The values around cells, minus infinity outside the map. (C, 4, 5)
    private static Tensor Window(Tensor maps, Tensor sample, Tensor channel, Tensor x, Tensor y)
    {
        var columns = x.unsqueeze(-1).Add(TensorArithmetic.Range(-2, 3, ScalarType.Int64, maps.device)); // (C, 5)
        var rows = y.unsqueeze(-1).Add(TensorArithmetic.Range(-1, 3, ScalarType.Int64, maps.device)); // (C, 4)
        var inside = rows.Ge(0)
            .logical_and(rows.Lt(maps.size(2)))
            .unsqueeze(-1)
            .logical_and(columns.Ge(0).logical_and(columns.Lt(maps.size(3))).unsqueeze(-2)); // (C, 4, 5)
        return PeakPatch
            .Cut(maps, sample, channel, columns, rows)
            .MaskedFill(inside.logical_not(), float.NegativeInfinity);
    }

    // The cell itself, and the equal ones among the next cell and the three below.
    private static Tensor Members(Tensor equal)
    {
        var near = zeros(new long[] { Rows, Columns }, ScalarType.Bool, equal.device);
        using (
            Tensor two = near.narrow(0, 1, 1).narrow(1, 2, 2),
                three = near.narrow(0, 2, 1).narrow(1, 1, 3)
        )
        {
            two.FillInPlace(true);
            three.FillInPlace(true);
        }

        return equal.logical_and(near);
    }

    // Whether no equal cell comes before it in reading order, so that each plateau counts once. No cell is higher,
    // because of the max pooling.
    private static Tensor IsFirst(Tensor equal) =>
        equal
            .narrow(1, 0, 1)
            .narrow(2, 1, 3)
            .flatten(1)
            .any(1, false)
            .logical_or(equal.select(1, 1).select(1, 1))
            .logical_not();

    // Whether the plateau is at most two cells wide and no cell beside it is as high or higher.
    private static Tensor IsAlone(Tensor high, Tensor members)
    {
        var left = members.select(1, 2).select(1, 1);
        var right = members.narrow(2, 3, 1).flatten(1).any(1, false);
        var beside = functional
            .max_pool2d(members.to(ScalarType.Float32).unsqueeze(1), 3, 1, 1)
            .squeeze(1)
            .Gt(0)
            .logical_and(members.logical_not());
        return left.logical_and(right).logical_or(beside.logical_and(high).flatten(1).any(1, false)).logical_not();
    }
}

/// <summary>Computes the position of a peak inside the patch around its cell.</summary>
internal static class PeakPatch
{
    // A fitted maximum more than one cell from the middle belongs to another peak.
    private const double MaxOffset = 1;

    // Curvature of the logarithm below which a patch counts as flat: that of a Gaussian 70 cells wide.
    private const double MinCurvature = 1e-4;

    /// <summary>Returns the sub-cell offsets of P peaks.</summary>
    /// <param name="maps">(B, N, h, w), float.</param>
    /// <param name="sample">Index of each peak's sample in the batch (P).</param>
    /// <param name="channel">Index of each peak's map (P).</param>
    /// <param name="x">Column of each peak (P), whole numbers.</param>
    /// <param name="y">Row of each peak (P), whole numbers.</param>
    /// <param name="side">Side of the patch, odd.</param>
    /// <param name="refinement">Integral or Gaussian.</param>
    /// <returns>(P, 2), x and y in cells.</returns>
    public static Tensor Offsets(
        Tensor maps,
        Tensor sample,
        Tensor channel,
        Tensor x,
        Tensor y,
        int side,
        PeakRefinement refinement
    )
    {
        using var scope = NewDisposeScope();
        var columns = x.unsqueeze(-1).Add(Steps(side, ScalarType.Int64, maps.device)); // (P, side)
        var rows = y.unsqueeze(-1).Add(Steps(side, ScalarType.Int64, maps.device)); // (P, side)
        var insideX = columns.Ge(0).logical_and(columns.Lt(maps.size(3)));
        var insideY = rows.Ge(0).logical_and(rows.Lt(maps.size(2)));
        var patch = Cut(maps, sample, channel, columns, rows)
            // (P, side, side)
            .MaskedFill(insideY.unsqueeze(-1).logical_and(insideX.unsqueeze(-2)).logical_not(), 0);
        var steps = Steps(side, ScalarType.Float32, maps.device); // (side): -2 -1 0 1 2
        var mass = patch.sum(1, 2); // (P)
        var offsetX = (patch * steps).sum(1, 2) / mass; // (P)
        var offsetY = (patch * steps.unsqueeze(-1)).sum(1, 2) / mass; // (P)
        if (refinement == PeakRefinement.Gaussian)
        {
            // The sum of a Gaussian along one axis is a Gaussian along the other axis.
            (var fitX, var hasMaximumX) = Parabola(patch.sum(1), insideX); // (P)
            (var fitY, var hasMaximumY) = Parabola(patch.sum(2), insideY); // (P)
            var fits = hasMaximumX.logical_and(hasMaximumY);
            offsetX = where(fits, fitX, offsetX);
            offsetY = where(fits, fitY, offsetY);
        }

        return stack(new[] { offsetX, offsetY }, -1).MoveToOuterDisposeScope(); // (P, 2)
    }

    /// <summary>
    /// Returns the values at each peak's rows (P, r) and columns (P, c): (P, r, c). Values outside the map are taken
    /// from its border.
    /// </summary>
    public static Tensor Cut(Tensor maps, Tensor sample, Tensor channel, Tensor columns, Tensor rows)
    {
        long channels = maps.size(1),
            height = maps.size(2),
            width = maps.size(3);
        // In channels-last memory order, so that the maps of our networks are not copied.
        var row = sample.unsqueeze(-1).Mul(height).Add(rows.Clamp(0, height - 1)); // (P, r)
        var pixel = row.unsqueeze(-1).Mul(width).Add(columns.Clamp(0, width - 1).unsqueeze(-2)); // (P, r, c)
        var cell = pixel.Mul(channels).Add(channel.unsqueeze(-1).unsqueeze(-1)); // (P, r, c)
        return maps.permute(0, 2, 3, 1).flatten().gather(0, cell.flatten()).view_as(cell);
    }

    private static Tensor Steps(int side, ScalarType type, Device device) =>
        TensorArithmetic.Range(-(side / 2), side / 2 + 1, type, device);

    // Weighted least squares of log v = a + b t + c t² with weights v², since the error of log v is that of v divided
    // by v. The maximum is at -b / 2c. In double precision, since a wide Gaussian is nearly flat over the patch. From
    // (P, side) to offsets (P) and whether each one is a maximum.
    private static (Tensor Offset, Tensor HasMaximum) Parabola(Tensor profile, Tensor inside)
    {
        var v = profile.to(ScalarType.Float64).Clamp(1e-9, 1e9);
        var w = (v * v).MaskedFill(inside.logical_not(), 0);
        var t = Steps((int)profile.size(1), ScalarType.Float64, profile.device);
        Tensor wl = w * v.log(),
            t2 = t * t;
        Tensor s0 = w.sum(1),
            s1 = (w * t).sum(1),
            s2 = (w * t2).sum(1),
            s3 = (w * t2 * t).sum(1),
            s4 = (w * t2 * t2).sum(1);
        Tensor r0 = wl.sum(1),
            r1 = (wl * t).sum(1),
            r2 = (wl * t2).sum(1);
        // Cramer's rule. The determinant of a Gram matrix is not negative.
        var determinant = (s0 * (s2 * s4 - s3 * s3) - s1 * (s1 * s4 - s2 * s3)).Add(s2 * (s1 * s3 - s2 * s2));
        var b = (s0 * (r1 * s4 - r2 * s3) - r0 * (s1 * s4 - s2 * s3)).Add(s2 * (s1 * r2 - s2 * r1));
        var c = (s0 * (s2 * r2 - s3 * r1) - s1 * (s1 * r2 - s2 * r1)).Add(r0 * (s1 * s3 - s2 * s2));
        var offset = (b / c).Mul(-0.5);
        var hasMaximum = c.lt(determinant.Mul(-MinCurvature)).logical_and(offset.abs().Le(MaxOffset));
        return (offset.to(ScalarType.Float32), hasMaximum);
    }
}

/// <summary>Peaks of a batch in CPU memory, the same as <see cref="LocalPeaks"/>.</summary>
internal sealed record HostPeaks(float[] Points, float[] Values, long[] Samples, long[] Channels)
{
    public static HostPeaks Of(LocalPeaks peaks) =>
        new(Numbers(peaks.Points), Numbers(peaks.Values), peaks.Samples.Values<long>(), peaks.Channels.Values<long>());

    public static float[] Numbers(Tensor tensor) => tensor.to(ScalarType.Float32).Values<float>();
}

/// <summary>Peaks of a batch of maps, copied to the CPU once and looked up by image and node.</summary>
internal sealed class PeakLists
{
    private readonly ILookup<(long Image, long Node), int> _at;
    private readonly float[] _points,
        _values;

    public PeakLists(LocalPeaks peaks)
    {
        _points = peaks.Points.Values<float>();
        _values = peaks.Values.Values<float>();
        var (images, nodes) = (peaks.Samples.Values<long>(), peaks.Channels.Values<long>());
        _at = Enumerable.Range(0, images.Length).ToLookup(peak => (images[peak], nodes[peak]));
    }

    /// <summary>Returns position and value of the peaks of one node in one image, highest first.</summary>
    public IEnumerable<(float X, float Y, float Value)> Of(int image, int node) =>
        _at[(image, node)]
            .Select(peak => (_points[2 * peak], _points[2 * peak + 1], _values[peak]))
            .OrderByDescending(peak => peak.Item3);

    /// <summary>
    /// Returns the peak of its map nearest to each labeled node; NaN if there is no peak or no label.
    /// </summary>
    /// <param name="points">(B, I, N, 2). B batch, I instances, N nodes.</param>
    public Tensor Nearest(Tensor points)
    {
        var shape = points.shape;
        var (labels, nodes) = (points.Values<float>(), (int)shape[2]);
        var nearest = InstanceArray.Missing(labels.Length);
        for (var i = 0; i < labels.Length; i += 2)
        {
            if (float.IsNaN(labels[i]) || float.IsNaN(labels[i + 1]))
                continue;
            var best = float.PositiveInfinity;
            foreach (var (x, y, _) in Of(i / (int)(shape[1] * nodes * 2), i / 2 % nodes))
            {
                var distance = (x - labels[i]) * (x - labels[i]) + (y - labels[i + 1]) * (y - labels[i + 1]);
                if (distance < best)
                    (best, nearest[i], nearest[i + 1]) = (distance, x, y);
            }
        }
        return tensor(nearest, shape).to(points.device);
    }
}
