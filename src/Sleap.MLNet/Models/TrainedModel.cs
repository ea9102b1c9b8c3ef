using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Networks that have their weights, with all that a transformer is made of.</summary>
/// <param name="Environment">Where it belongs.</param>
/// <param name="Options">Of the whole model.</param>
/// <param name="Subject">What it finds.</param>
/// <param name="Frame">
/// The frame size that all others are matched to, or <see cref="PoseModelTransformer.AnySize"/>.
/// </param>
/// <param name="Networks">The networks, first stage first; they are the transformer's from then on.</param>
internal sealed record TrainedModel(
    IHostEnvironment Environment,
    PoseModelOptions Options,
    PoseSubject Subject,
    (int Height, int Width) Frame,
    IReadOnlyList<PoseModel> Networks
)
{
    /// <summary>Where it predicts.</summary>
    public Device Device { get; } = TorchDevice.Of(Options.Device);

    /// <summary>A model with networks that get their weights from somewhere.</summary>
    /// <param name="environment">Where it belongs.</param>
    /// <param name="options">Of the whole model.</param>
    /// <param name="subject">What it finds.</param>
    /// <param name="frame">The size of the frames it was trained on.</param>
    /// <param name="fill">Writes the weights of a network, given its number.</param>
    /// <exception cref="ArgumentException">Lists every fault of the options.</exception>
    public static PoseModelTransformer Build(
        IHostEnvironment environment,
        PoseModelOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        Action<PoseModel, int> fill
    )
    {
        PoseModelOptions.Throw(options.Faults(subject));
        PoseModel[] networks = [.. options.Networks.Select(network => network.CreateModel(subject))];
        for (var i = 0; i < networks.Length; i++)
            fill(networks[i], i);
        return options.CreateTransformer(new(environment, options, subject, frame, networks));
    }

    /// <summary>
    /// A model with the weights of other networks, which stay theirs too: networks are shared, and only one that
    /// predicts on another device, or in another precision, is copied.
    /// </summary>
    /// <param name="environment">Where it belongs.</param>
    /// <param name="options">Of the whole model.</param>
    /// <param name="subject">What it finds.</param>
    /// <param name="frame">The size that frames are matched to.</param>
    /// <param name="networks">Whose weights it has.</param>
    /// <exception cref="ArgumentException">Lists every fault of the options.</exception>
    public static PoseModelTransformer Share(
        IHostEnvironment environment,
        PoseModelOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        IReadOnlyList<PoseModel> networks
    )
    {
        PoseModelOptions.Throw(options.Faults(subject));
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

    /// <summary>What predicts with the one network on whole frames.</summary>
    public PosePredictor OnWholeFrames() => new WholeFramePredictor(Networks[0], CreateResampler, Device);

    /// <summary>
    /// What predicts with the last network in crops, around the centers that a first one finds, or those that a column
    /// tells.
    /// </summary>
    /// <param name="classes">Gives classes to the instances of a frame; null: they have none.</param>
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
