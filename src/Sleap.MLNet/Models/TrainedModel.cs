using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Networks with trained weights, and everything else that a transformer is made of.</summary>
/// <param name="Environment">The ML.NET environment of the model.</param>
/// <param name="Options">Options of the whole model.</param>
/// <param name="Subject">Skeleton and classes.</param>
/// <param name="Frame">
/// The frame size that all frames are matched to, or <see cref="PoseModelTransformer.AnySize"/>.
/// </param>
/// <param name="Networks">The networks, first stage first; the transformer owns and disposes them.</param>
internal sealed record TrainedModel(
    IHostEnvironment Environment,
    PoseModelOptions Options,
    PoseSubject Subject,
    (int Height, int Width) Frame,
    IReadOnlyList<PoseModel> Networks
)
{
    /// <summary>The device of prediction.</summary>
    public Device Device => TorchDevice.Of(Options.Device);

    /// <summary>Creates a model whose networks get their weights from a callback.</summary>
    /// <param name="environment">The ML.NET environment of the model.</param>
    /// <param name="options">Options of the whole model.</param>
    /// <param name="subject">Skeleton and classes.</param>
    /// <param name="frame">Size of the training frames.</param>
    /// <param name="fill">Writes the weights of a network; gets the network and its index.</param>
    /// <exception cref="ArgumentException">The options have faults; the message lists all of them.</exception>
    public static PoseModelTransformer Build(
        IHostEnvironment environment,
        PoseModelOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        Action<PoseModel, int> fill
    )
    {
        options.Checked(subject).Throw();
        PoseModel[] networks = [.. options.Networks.Select(network => network.CreateModel(subject))];
        for (var i = 0; i < networks.Length; i++)
            fill(networks[i], i);
        return options.CreateTransformer(new(environment, options, subject, frame, networks));
    }

    /// <summary>
    /// Creates a model that shares the weights of other networks, which keep them. A network is copied only if it
    /// predicts on another device or in another precision.
    /// </summary>
    /// <param name="environment">The ML.NET environment of the model.</param>
    /// <param name="options">Options of the whole model.</param>
    /// <param name="subject">Skeleton and classes.</param>
    /// <param name="frame">The size that frames are matched to.</param>
    /// <param name="networks">The networks whose weights are shared.</param>
    /// <exception cref="ArgumentException">The options have faults; the message lists all of them.</exception>
    public static PoseModelTransformer Share(
        IHostEnvironment environment,
        PoseModelOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        IReadOnlyList<PoseModel> networks
    )
    {
        options.Checked(subject).Throw();
        var device = TorchDevice.Of(options.Device);
        return options.CreateTransformer(
            new(
                environment,
                options,
                subject,
                frame,
                [.. options.Networks.Zip(networks, (network, from) => from.SharedAs(network, subject, device))]
            )
        );
    }

    /// <summary>Creates the predictor of the only network, on whole frames.</summary>
    public PosePredictor OnWholeFrames() => new WholeFramePredictor(Networks[0], CreateResampler, Device);

    /// <summary>
    /// Creates the predictor of the last network, on crops around the centers that the first network finds or that a
    /// column gives.
    /// </summary>
    /// <param name="classes">Assigns classes to the instances of a frame; null: no classes.</param>
    public PosePredictor InCrops(ClassVector? classes = null)
    {
        var crops = new CropStage(
            (CenteredInstanceModel)Networks[^1],
            (CenteredInstanceOptions)Networks[^1].Options,
            classes,
            Device
        );
        return new TopDownPredictor(
            Networks.Count > 1 ? ((CentroidModel)Networks[0], CreateResampler) : null,
            Frame,
            crops,
            Device
        );
    }

    private FrameResampler CreateResampler() => FrameResampler.ForNetwork(Networks[0].Options, Frame);
}
