using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Where inside the patch around a cell the peak really is.</summary>
internal static class PeakPatch
{
    // Beyond one cell from the middle the fitted maximum is not of the peak that was found.
    private const double FarthestFit = 1;

    // Curvature of the logarithm below which a patch is flat: that of a Gaussian 70 cells wide.
    private const double LeastCurvature = 1e-4;

    /// <summary>Sub-cell offsets of P peaks.</summary>
    /// <param name="maps">(B, N, h, w), float.</param>
    /// <param name="sample">Which of the B samples each peak is in (P).</param>
    /// <param name="channel">Which of the N maps (P).</param>
    /// <param name="x">Its column (P), whole numbers.</param>
    /// <param name="y">Its row (P), whole numbers.</param>
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
        var columns = x.unsqueeze(-1) + Steps(side, ScalarType.Int64, maps.device); // (P, side)
        var rows = y.unsqueeze(-1) + Steps(side, ScalarType.Int64, maps.device); // (P, side)
        var insideX = columns.ge(0).logical_and(columns.lt(maps.size(3)));
        var insideY = rows.ge(0).logical_and(rows.lt(maps.size(2)));
        var patch = Cut(maps, sample, channel, columns, rows)
            // (P, side, side)
            .masked_fill(insideY.unsqueeze(-1).logical_and(insideX.unsqueeze(-2)).logical_not(), 0);
        var steps = Steps(side, ScalarType.Float32, maps.device); // (side): -2 -1 0 1 2
        var mass = patch.sum(1, 2); // (P)
        var offsetX = (patch * steps).sum(1, 2) / mass; // (P)
        var offsetY = (patch * steps.unsqueeze(-1)).sum(1, 2) / mass; // (P)
        if (refinement == PeakRefinement.Gaussian)
        {
            // A sum along one axis of a Gaussian is a Gaussian along the other.
            (var fitX, var hasMaximumX) = Parabola(patch.sum(1), insideX); // (P)
            (var fitY, var hasMaximumY) = Parabola(patch.sum(2), insideY); // (P)
            var fits = hasMaximumX.logical_and(hasMaximumY);
            offsetX = where(fits, fitX, offsetX);
            offsetY = where(fits, fitY, offsetY);
        }

        return stack(new[] { offsetX, offsetY }, -1).MoveToOuterDisposeScope(); // (P, 2)
    }

    /// <summary>
    /// The values at each peak's rows (P, r) and columns (P, c), those beyond the map taken from its border: (P, r, c).
    /// </summary>
    public static Tensor Cut(Tensor maps, Tensor sample, Tensor channel, Tensor columns, Tensor rows)
    {
        long channels = maps.size(1),
            height = maps.size(2),
            width = maps.size(3);
        // In the order of channels-last memory, so that the maps of our networks are not copied.
        var row = sample.unsqueeze(-1) * height + rows.clamp(0, height - 1); // (P, r)
        var pixel = row.unsqueeze(-1) * width + columns.clamp(0, width - 1).unsqueeze(-2); // (P, r, c)
        var cell = pixel * channels + channel.unsqueeze(-1).unsqueeze(-1); // (P, r, c)
        return maps.permute(0, 2, 3, 1).flatten().gather(0, cell.flatten()).view_as(cell);
    }

    private static Tensor Steps(int side, ScalarType type, Device device) =>
        arange(-(side / 2), side / 2 + 1, type, device);

    // Weighted least squares of log v = a + b t + c t², weights v²: the error of log v is that of v over v. The maximum
    // is at -b / 2c. In double precision, since a wide Gaussian is nearly flat over the patch. (P, side) to (P), and
    // whether it is one.
    private static (Tensor Offset, Tensor HasMaximum) Parabola(Tensor profile, Tensor inside)
    {
        var v = profile.to(ScalarType.Float64).clamp(1e-9, 1e9);
        var w = (v * v).masked_fill(inside.logical_not(), 0);
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
        // Cramer's rule. The determinant, that of a Gram matrix, is not negative.
        var determinant = s0 * (s2 * s4 - s3 * s3) - s1 * (s1 * s4 - s2 * s3) + s2 * (s1 * s3 - s2 * s2);
        var b = s0 * (r1 * s4 - r2 * s3) - r0 * (s1 * s4 - s2 * s3) + s2 * (s1 * r2 - s2 * r1);
        var c = s0 * (s2 * r2 - s3 * r1) - s1 * (s1 * r2 - s2 * r1) + r0 * (s1 * s3 - s2 * s2);
        var offset = b / c * -0.5;
        var hasMaximum = c.lt(determinant * -LeastCurvature).logical_and(offset.abs().le(FarthestFit));
        return (offset.to(ScalarType.Float32), hasMaximum);
    }
}
