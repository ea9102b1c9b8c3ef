using static TorchSharp.torch;

namespace Sleap.MLNet;

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
