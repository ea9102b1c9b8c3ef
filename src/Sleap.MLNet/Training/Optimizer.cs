namespace Sleap.MLNet;

/// <summary>The rule that turns gradients into steps.</summary>
public enum Optimizer
{
    /// <summary>
    /// <see cref="Muon"/> for a UNet; <see cref="Adam"/> for the other backbones, which mostly start from weights that
    /// Adam made and whose matrices are too large to make orthogonal in each step.
    /// </summary>
    Auto,

    /// <summary>
    /// Muon (Jordan et al., 2024): the momentum of each weight matrix of the backbone, made orthogonal; Adam for all
    /// other parameters. Learns as much in about half of the steps.
    /// </summary>
    Muon,

    /// <summary>Adam (Kingma and Ba, 2015), SLEAP-NN's default.</summary>
    Adam,

    /// <summary>AdamW: Adam with decoupled weight decay (Loshchilov and Hutter, 2019).</summary>
    AdamW,
}
