using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Mean squared error of maps.</summary>
/// <param name="foregroundWeight">
/// Weight w of the foreground: a cell has the weight 1 + w · t, where t is the highest target of all channels in that
/// cell.
/// </param>
/// <param name="mining">Adds a loss of the hardest maps; null: none.</param>
internal sealed class MapLoss(double foregroundWeight, HardKeypointMining? mining)
{
    /// <exception cref="ArgumentException">The two are not maps of the same shape.</exception>
    public static void RequireMaps(Tensor output, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(target);
        if (output.dim() != 4 || !output.shape.SequenceEqual(target.shape))
        {
            throw new ArgumentException(
                $"Output and target have the shapes ({string.Join(", ", output.shape)}) and "
                    + $"({string.Join(", ", target.shape)}), expected twice the same (batch, channels, height, width).",
                nameof(target)
            );
        }
    }

    /// <param name="output">(B, C, h, w)</param>
    /// <param name="target">(B, C, h, w)</param>
    /// <param name="weights">Weight of each sample, (B); null: all equal.</param>
    public Tensor Of(Tensor output, Tensor target, Tensor? weights)
    {
        var squares = output.sub(target).Square();
        // Nearly every cell is background; without weights the network would learn to predict zero everywhere. The
        // foreground is that of all channels together: with the foreground of each channel alone, a peak of another
        // node's place (tail for snout) would cost almost nothing.
        if (foregroundWeight > 0)
            // (B, C, h, w)
            squares = squares.mul(target.abs().amax(new long[] { 1 }, true).Mul(foregroundWeight).Add(1));
        if (weights is not null)
            squares = squares.mul(weights.view(-1, 1, 1, 1));
        return mining is null ? squares.mean() : squares.mean().Add(mining.Loss(output, target));
    }
}

/// <summary>
/// Options of the focal loss: a cross entropy for probability maps that reduces the weight of confident cells and of
/// cells near a center (Law and Deng 2018, arXiv:1808.01244; as in sleap-nn for centroids, the mean is over all cells,
/// not over the centers).
/// </summary>
public sealed record FocalLoss
{
    /// <summary>
    /// Exponent that reduces the weight of confident cells, 0 or more: (1 − p)^Alpha at centers, p^Alpha elsewhere.
    /// Default 2.
    /// </summary>
    public float Alpha { get; init; } = 2;

    /// <summary>
    /// Exponent that reduces the weight of cells near a center, 0 or more: (1 − target)^Beta. Default 4.
    /// </summary>
    public float Beta { get; init; } = 4;

    /// <summary>Minimum target of a center cell, above 0 and at most 1. Default 0.5.</summary>
    public float PositiveThreshold { get; init; } = 0.5f;

    /// <summary>Returns the faults of these options, one sentence per fault.</summary>
    public IReadOnlyList<string> Faults() => OptionFaults.Of(Check);

    internal void Check(OptionFaults faults) =>
        faults
            .NotNegative(nameof(Alpha), Alpha)
            .NotNegative(nameof(Beta), Beta)
            .Expect(
                PositiveThreshold is > 0 and <= 1,
                nameof(PositiveThreshold),
                PositiveThreshold,
                "more than 0 and at most 1"
            );

    /// <summary>Returns the loss of one head.</summary>
    /// <param name="output">(B, C, h, w), probabilities.</param>
    /// <param name="target">(B, C, h, w), 0 to 1.</param>
    /// <returns>A scalar with a gradient.</returns>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public Tensor Loss(Tensor output, Tensor target) => Loss(output, target, null);

    internal Tensor Loss(Tensor output, Tensor target, Tensor? weights)
    {
        MapLoss.RequireMaps(output, target);
        using var scope = NewDisposeScope();
        var (yes, no) = (output.Clamp(1e-6, 1 - 1e-6), output.neg().Add(1).Clamp(1e-6, 1 - 1e-6));
        var center = target.Ge(PositiveThreshold).to(ScalarType.Float32);
        var atCenters = no.Pow(Alpha).mul(yes.log()).mul(center);
        var elsewhere = target
            .neg()
            .Add(1)
            .Clamp(0, 1)
            .Pow(Beta)
            .mul(yes.Pow(Alpha))
            .mul(no.log())
            .mul(center.neg().Add(1));
        var losses = atCenters.Add(elsewhere);
        if (weights is not null)
            losses = losses.mul(weights.view(-1, 1, 1, 1));
        return losses.mean().neg().MoveToOuterDisposeScope();
    }
}

/// <summary>
/// Options of online hard keypoint mining, which increases the weight of the maps with the highest loss (Chen et al.
/// 2018, arXiv:1711.07319, as in sleap-nn). The names are those of sleap-nn's <c>online_hard_keypoint_mining</c>.
/// </summary>
public sealed record HardKeypointMining
{
    /// <summary>Minimum ratio of a hard map's loss to the smallest loss, at least 1. Default 2.</summary>
    public float HardToEasyRatio { get; init; } = 2;

    /// <summary>
    /// Minimum number of hard maps, at least 1; <see cref="MaxHardKeypoints"/> applies if it is smaller. Default 2.
    /// </summary>
    public int MinHardKeypoints { get; init; } = 2;

    /// <summary>Maximum number of hard maps, at least 1; null (default): all.</summary>
    public int? MaxHardKeypoints { get; init; }

    /// <summary>Weight of the loss of the hard maps that is added, 0 or more. Default 5.</summary>
    public float LossScale { get; init; } = 5;

    /// <summary>Returns the faults of these options, one sentence per fault.</summary>
    public IReadOnlyList<string> Faults() => OptionFaults.Of(Check);

    internal void Check(OptionFaults faults) =>
        faults
            .Expect(
                float.IsFinite(HardToEasyRatio) && HardToEasyRatio >= 1,
                nameof(HardToEasyRatio),
                HardToEasyRatio,
                "at least 1"
            )
            .AtLeast(nameof(MinHardKeypoints), MinHardKeypoints, 1)
            .AtLeast(nameof(MaxHardKeypoints), MaxHardKeypoints, 1)
            .NotNegative(nameof(LossScale), LossScale);

    /// <summary>
    /// Returns the loss to add for one head: the mean squared error of its hard maps over the batch, times
    /// <see cref="LossScale"/>.
    /// </summary>
    /// <param name="output">(B, C, h, w)</param>
    /// <param name="target">(B, C, h, w)</param>
    /// <returns>A scalar with a gradient.</returns>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public Tensor Loss(Tensor output, Tensor target)
    {
        MapLoss.RequireMaps(output, target);
        using var scope = NewDisposeScope();
        var channels = output.size(1);
        var losses = (output - target).Square().sum(new long[] { 0, 2, 3 }); // (C)
        // The number of hard maps is not read by the CPU, which would wait for the device in each step; losses are
        // sorted and masked instead. A map with loss 0 is never hard, since 0 / 0 is NaN.
        var hard = (losses.detach() / losses.detach().amin(new long[] { 0 }, true)).Ge(HardToEasyRatio);
        // Limited to the maximum number; if the minimum is larger than the maximum, the maximum applies.
        var count = hard.to(ScalarType.Float32)
            .sum()
            .Clamp(Math.Min(MinHardKeypoints, channels), null)
            .Clamp(null, Math.Min(MaxHardKeypoints ?? channels, channels));
        (var sorted, var _) = losses.topk((int)channels, 0, true, true); // (C), descending
        var taken = TensorArithmetic.Range(0, channels, ScalarType.Float32, output.device).lt(count); // (C)
        var cells = output.size(0) * output.size(2) * output.size(3);
        return ((sorted * taken).sum() / count).Mul(LossScale / cells).MoveToOuterDisposeScope();
    }
}
