using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Mean squared error of maps.</summary>
/// <param name="foregroundWeight">A cell counts 1 + this · t times, t being the highest target that any channel has
/// there.</param>
/// <param name="mining">What the hardest maps add; null: nothing.</param>
internal sealed class MapLoss(double foregroundWeight, HardKeypointMining? mining)
{
    /// <exception cref="ArgumentException">The two are no maps of the same shape.</exception>
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
    /// <param name="weights">What each sample counts, (B); null: all the same.</param>
    public Tensor Of(Tensor output, Tensor target, Tensor? weights)
    {
        var squares = output.sub(target).square();
        // Nearly every cell is background. Left to themselves they teach the network to say nothing anywhere. The
        // foreground is that of all channels together: were each map weighted by its own node alone, to take the tail
        // for the snout would cost next to nothing.
        if (foregroundWeight > 0)
            // (B, C, h, w)
            squares = squares.mul(target.abs().amax(new long[] { 1 }, true).mul(foregroundWeight).add(1));
        if (weights is not null)
            squares = squares.mul(weights.view(-1, 1, 1, 1));
        return mining is null ? squares.mean() : squares.mean().add(mining.Loss(output, target));
    }
}

/// <summary>
/// A cross entropy for maps of probabilities in which what the network knows already counts little, and so do cells
/// near a center (Law and Deng 2018, arXiv:1808.01244, as sleap-nn does it for centroids: the mean is over all cells,
/// and not over the centers).
/// </summary>
public sealed record FocalLoss
{
    /// <summary>
    /// How much less a cell counts the surer the network is of it: (1 − p)^Alpha at centers, p^Alpha elsewhere. Default
    /// 2.
    /// </summary>
    public float Alpha { get; init; } = 2;

    /// <summary>
    /// How much less a cell that is no center counts the nearer it is to one: (1 − target)^Beta. Default 4.
    /// </summary>
    public float Beta { get; init; } = 4;

    /// <summary>From this target on a cell is a center. Default 0.5.</summary>
    public float PositiveThreshold { get; init; } = 0.5f;

    /// <summary>Everything that is wrong with these options, one sentence a fault.</summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        if (!(float.IsFinite(Alpha) && Alpha >= 0))
            faults.Add($"Alpha is {Alpha}, expected a number of at least 0.");
        if (!(float.IsFinite(Beta) && Beta >= 0))
            faults.Add($"Beta is {Beta}, expected a number of at least 0.");
        if (PositiveThreshold is not (> 0 and <= 1))
            faults.Add($"PositiveThreshold is {PositiveThreshold}, expected above 0 and at most 1.");
        return faults;
    }

    /// <summary>The loss of one head.</summary>
    /// <param name="output">(B, C, h, w), probabilities.</param>
    /// <param name="target">(B, C, h, w), 0..1.</param>
    /// <returns>A scalar that can be differentiated.</returns>
    /// <exception cref="ArgumentException">The shapes are others.</exception>
    public Tensor Loss(Tensor output, Tensor target) => Loss(output, target, null);

    internal Tensor Loss(Tensor output, Tensor target, Tensor? weights)
    {
        MapLoss.RequireMaps(output, target);
        using var scope = NewDisposeScope();
        var (yes, no) = (output.clamp(1e-6, 1 - 1e-6), output.neg().add(1).clamp(1e-6, 1 - 1e-6));
        var center = target.ge(PositiveThreshold).to(ScalarType.Float32);
        var atCenters = no.pow(Alpha).mul(yes.log()).mul(center);
        var elsewhere = target
            .neg()
            .add(1)
            .clamp(0, 1)
            .pow(Beta)
            .mul(yes.pow(Alpha))
            .mul(no.log())
            .mul(center.neg().add(1));
        var losses = atCenters.add(elsewhere);
        if (weights is not null)
            losses = losses.mul(weights.view(-1, 1, 1, 1));
        return losses.mean().neg().MoveToOuterDisposeScope();
    }
}

/// <summary>
/// Online hard keypoint mining: the maps that a network is worst at weigh more in the loss (Chen et al. 2018,
/// arXiv:1711.07319, as sleap-nn does it). The names are those of sleap-nn's <c>online_hard_keypoint_mining</c>.
/// </summary>
public sealed record HardKeypointMining
{
    /// <summary>A map is hard when its loss is at least this many times the smallest one's. Default 2.</summary>
    public float HardToEasyRatio { get; init; } = 2;

    /// <summary>Least number of maps that count as hard. Default 2.</summary>
    public int MinHardKeypoints { get; init; } = 2;

    /// <summary>Largest number of maps that count as hard; null (the default): all.</summary>
    public int? MaxHardKeypoints { get; init; }

    /// <summary>What the loss of the hard maps is multiplied by before it is added. Default 5.</summary>
    public float LossScale { get; init; } = 5;

    /// <summary>Everything that is wrong with these options, one sentence a fault.</summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        if (!(float.IsFinite(HardToEasyRatio) && HardToEasyRatio >= 1))
            faults.Add($"HardToEasyRatio is {HardToEasyRatio}, expected at least 1.");
        if (MinHardKeypoints < 1)
            faults.Add($"MinHardKeypoints is {MinHardKeypoints}, expected at least 1.");
        if (MaxHardKeypoints < 1)
            faults.Add($"MaxHardKeypoints is {MaxHardKeypoints}, expected at least 1.");
        if (!(float.IsFinite(LossScale) && LossScale >= 0))
            faults.Add($"LossScale is {LossScale}, expected a number of at least 0.");
        return faults;
    }

    /// <summary>
    /// What is added to the loss of one head: the mean squared error of its hard maps over the batch, times
    /// <see cref="LossScale"/>.
    /// </summary>
    /// <param name="output">(B, C, h, w)</param>
    /// <param name="target">(B, C, h, w)</param>
    /// <returns>A scalar that can be differentiated.</returns>
    /// <exception cref="ArgumentException">The shapes are others.</exception>
    public Tensor Loss(Tensor output, Tensor target)
    {
        MapLoss.RequireMaps(output, target);
        using var scope = NewDisposeScope();
        var channels = output.size(1);
        var losses = (output - target).square().sum(new long[] { 0, 2, 3 }); // (C)
        // How many are hard is not read by the host, which would wait for the device at each step: each loss has its
        // rank instead. A map without a fault is never hard: 0 / 0 is no number.
        var hard = (losses.detach() / losses.detach().amin(new long[] { 0 }, true)).ge(HardToEasyRatio);
        // Up to the largest number; where the least is larger than that, the largest counts.
        var count = hard.to(ScalarType.Float32)
            .sum()
            .clamp(Math.Min(MinHardKeypoints, channels), null)
            .clamp(null, Math.Min(MaxHardKeypoints ?? channels, channels));
        (var sorted, var _) = losses.topk((int)channels, 0, true, true); // (C), falling
        var taken = arange(0, channels, ScalarType.Float32, output.device).lt(count); // (C)
        var cells = output.size(0) * output.size(2) * output.size(3);
        return ((sorted * taken).sum() / count * (LossScale / cells)).MoveToOuterDisposeScope();
    }
}
