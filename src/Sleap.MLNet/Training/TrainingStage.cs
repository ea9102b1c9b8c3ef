namespace Sleap.MLNet;

/// <summary>One network of a model and what it learns from.</summary>
/// <param name="Name">What progress calls it.</param>
/// <param name="Options">How it is trained.</param>
/// <param name="Samples">Makes its samples, given the size that frames are matched to.</param>
/// <param name="Create">Makes its model, given the seed.</param>
internal sealed record TrainingStage(
    string Name,
    PoseModelOptions Options,
    Func<(int Height, int Width), SampleMaker> Samples,
    Func<int, PoseModel> Create
);
