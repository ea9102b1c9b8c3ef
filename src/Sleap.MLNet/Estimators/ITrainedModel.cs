using Microsoft.ML.Runtime;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// What a model type says of itself, so that its models are loaded and copied as those of all types are.
/// </summary>
internal interface ITrainedModel<TSelf, TOptions> : ILoadable<TSelf>
    where TSelf : PoseModelTransformer, ITrainedModel<TSelf, TOptions>
{
    /// <summary>The networks for these options, first stage first; their weights are still to come.</summary>
    /// <exception cref="ArgumentException">Lists every fault of the options.</exception>
    static abstract IReadOnlyList<PoseModel> Build(TOptions options, PoseSubject subject);

    /// <summary>The model of networks that have their weights; they are its own from now on.</summary>
    static abstract TSelf Create(
        IHostEnvironment environment,
        TOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        IReadOnlyList<PoseModel> networks
    );

    static int ILoadable<TSelf>.PayloadVersion => 1;

    static TSelf ILoadable<TSelf>.Load(IHostEnvironment environment, BinaryReader reader, int version)
    {
        var saved = SavedModel.Read(reader);
        return TrainedModel.Of<TSelf, TOptions>(
            environment,
            saved.OptionsAs<TOptions>(),
            saved.Subject,
            saved.Frame,
            (network, _) => SavedModel.LoadWeights(reader, network)
        );
    }
}
