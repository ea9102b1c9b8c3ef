namespace Sleap.MLNet;

/// <summary>One of the networks of a trained model, and what it was made by.</summary>
/// <param name="Type">What it finds.</param>
/// <param name="Options">Its options, with what stages share written into them.</param>
/// <param name="Model">The network.</param>
internal sealed record ModelStage(ModelType Type, PoseModelOptions Options, PoseModel Model)
{
    /// <summary>The two stages of a top-down model.</summary>
    public static IReadOnlyList<ModelStage> TopDown(
        TopDownOptions shared,
        ModelType second,
        IReadOnlyList<PoseModel> networks
    ) => [new(ModelType.Centroid, shared.Centroid, networks[0]), new(second, shared.CenteredInstance, networks[1])];
}
