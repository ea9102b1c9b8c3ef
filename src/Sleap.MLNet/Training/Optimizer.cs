namespace Sleap.MLNet;

/// <summary>The rule that turns gradients into steps.</summary>
public enum Optimizer
{
    /// <summary>Adam (Kingma and Ba, 2015), SLEAP-NN's default.</summary>
    Adam,

    /// <summary>AdamW: Adam with decoupled weight decay (Loshchilov and Hutter, 2019).</summary>
    AdamW,
}
