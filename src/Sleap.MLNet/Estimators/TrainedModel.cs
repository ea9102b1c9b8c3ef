using Microsoft.ML.Runtime;

namespace Sleap.MLNet;

/// <summary>Makes models of weights that are there already.</summary>
internal static class TrainedModel
{
    /// <summary>A model of any type.</summary>
    /// <param name="environment">Where it belongs.</param>
    /// <param name="options">Of the whole model.</param>
    /// <param name="subject">What it finds.</param>
    /// <param name="frame">The size of the frames it was trained on.</param>
    /// <param name="fill">Writes the weights of each network, given its number.</param>
    /// <exception cref="ArgumentException">Lists every fault of the options.</exception>
    public static TModel Of<TModel, TOptions>(
        IHostEnvironment environment,
        TOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        Action<PoseModel, int> fill
    )
        where TModel : PoseModelTransformer, ITrainedModel<TModel, TOptions>
    {
        var networks = TModel.Build(options, subject);
        for (var i = 0; i < networks.Count; i++)
            fill(networks[i], i);
        return TModel.Create(environment, options, subject, frame, networks);
    }
}
