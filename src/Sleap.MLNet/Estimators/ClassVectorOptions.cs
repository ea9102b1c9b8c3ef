namespace Sleap.MLNet;

/// <summary>The head that names the animal in a crop; SLEAP-NN's <c>class_vectors</c>.</summary>
public sealed record ClassVectorOptions
{
    /// <summary>
    /// Fully connected layers before the one that gives the classes; SLEAP-NN's <c>num_fc_layers</c>. Default 1.
    /// </summary>
    public int Layers { get; init; } = 1;

    /// <summary>Units of each of them; SLEAP-NN's <c>num_fc_units</c>. Default 64.</summary>
    public int Units { get; init; } = 64;

    /// <summary>
    /// Take the maximum of each channel over the crop first. Default true; without it the deepest map must be a single
    /// cell.
    /// </summary>
    public bool GlobalPool { get; init; } = true;

    /// <summary>
    /// What this head's loss is multiplied by before it is added to that of the confidence maps. Default 0.01.
    /// </summary>
    public float LossWeight { get; init; } = 0.01f;

    internal HeadOptions Head(int classes) =>
        new ClassVectorHeadOptions
        {
            Classes = classes,
            Layers = Layers,
            Units = Units,
            GlobalPool = GlobalPool,
            LossWeight = LossWeight,
        };
}
