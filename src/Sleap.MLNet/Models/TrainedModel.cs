using Microsoft.ML.Runtime;
using Sleap.IO;
using Sleap.Transforms;
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
    /// <param name="bytes">Length of the file that the weights are read from.</param>
    /// <exception cref="ArgumentException">
    /// The options have faults, or ask for more memory than their file; the message lists all of them.
    /// </exception>
    public static PoseModelTransformer Build(
        IHostEnvironment environment,
        PoseModelOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        Action<PoseModel, int> fill,
        long bytes = long.MaxValue
    )
    {
        var faults = options.Checked(subject);
        if (faults.Found.Count == 0)
            CheckSizes(faults, options, subject, frame, bytes);
        faults.Throw();
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

    /// <summary>
    /// Adds a fault where the numbers of a file ask for more memory than it can need: for the networks, which are built
    /// before their weights are read, and for each frame.
    /// </summary>
    /// <param name="faults">Where it is added.</param>
    /// <param name="options">Options of the whole model, without other faults.</param>
    /// <param name="subject">Skeleton and classes.</param>
    /// <param name="frame">Size of the training frames.</param>
    /// <param name="bytes">Bytes that the weights take at most.</param>
    internal static void CheckSizes(
        OptionFaults faults,
        PoseModelOptions options,
        PoseSubject subject,
        (int Height, int Width) frame,
        long bytes
    )
    {
        var least = options.Networks.Sum(network =>
            network.Backbone.MinWeights
            + network
                .Heads(subject)
                .OfType<ClassVectorHeadOptions>()
                .Sum(head => (head.Layers - 1.0) * head.Units * head.Units)
        );
        // A weight takes two bytes at least, and can be compressed a little.
        faults.If(
            least > bytes,
            $"its networks have {least:0} weights at least, and their file has {bytes} bytes: it is damaged"
        );
        faults.If(frame.Height < 0 || frame.Width < 0, $"its frames have {frame.Width} x {frame.Height} pixels");
        foreach (var network in options.Networks)
        {
            var (height, width) = network is CenteredInstanceOptions { CropSize: { } side } ? (side, side) : frame;
            var pixels = Math.Max(1.0, height) * Math.Max(1.0, width) * network.Scale * network.Scale;
            faults.If(
                (double)frame.Height * frame.Width > ImageHeader.MaxPixels || pixels > ImageHeader.MaxPixels,
                $"the input of {network.Title} has {width} x {height} pixels at scale {network.Scale}, more than an "
                    + "image can have"
            );
        }
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
