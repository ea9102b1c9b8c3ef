using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// A cross entropy for maps of probabilities in which what the network knows already counts little, and so do cells
/// near a centre (Law and Deng 2018, arXiv:1808.01244, as sleap-nn does it for centroids: the mean is over all cells,
/// and not over the centres).
/// </summary>
public sealed record FocalLoss
{
    /// <summary>
    /// How much less a cell counts the surer the network is of it: (1 − p)^Alpha at centres, p^Alpha elsewhere. Default
    /// 2.
    /// </summary>
    public float Alpha { get; init; } = 2;

    /// <summary>
    /// How much less a cell that is no centre counts the nearer it is to one: (1 − target)^Beta. Default 4.
    /// </summary>
    public float Beta { get; init; } = 4;

    /// <summary>From this target on a cell is a centre. Default 0.5.</summary>
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
        var centre = target.ge(PositiveThreshold).to(ScalarType.Float32);
        var atCentres = no.pow(Alpha).mul(yes.log()).mul(centre);
        var elsewhere = target
            .neg()
            .add(1)
            .clamp(0, 1)
            .pow(Beta)
            .mul(yes.pow(Alpha))
            .mul(no.log())
            .mul(centre.neg().add(1));
        var losses = atCentres.add(elsewhere);
        if (weights is not null)
            losses = losses.mul(weights.view(-1, 1, 1, 1));
        return losses.mean().neg().MoveToOuterDisposeScope();
    }
}
