namespace Sleap.MLNet;

/// <summary>One network of a model that is trained.</summary>
/// <param name="Options">Its options, completed by what the labels tell.</param>
/// <param name="Subject">What it learns to find.</param>
internal sealed record TrainingStage(NetworkOptions Options, PoseSubject Subject)
{
    /// <summary>What progress and folders call it: sleap-nn's name.</summary>
    public string Name => Options.NetworkName;

    /// <summary>Makes its samples, given the size that frames are matched to.</summary>
    public SampleMaker CreateSamples((int Height, int Width) frame) => Options.CreateSamples(Subject, frame);

    /// <summary>A network with the parameters that it starts from.</summary>
    public PoseModel CreateModel(int seed) => Options.CreateModel(Subject, Options.Training.Initialization, seed);
}
