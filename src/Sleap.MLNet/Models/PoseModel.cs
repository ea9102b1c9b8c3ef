using Sleap.Transforms;
using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// A network with its training losses and the decoding of its outputs. Coordinates are in pixels of the network input;
/// <see cref="FrameGeometry"/> converts them from and to frame pixels.
/// </summary>
internal abstract class PoseModel : IDisposable
{
    // Torch has one random generator per process, so two trainings at the same time would change each other's random
    // numbers.
    private static readonly Lock Drawing = new();
    private readonly IReadOnlyList<HeadOptions> _heads;
    private readonly MapLoss _mapLoss;
    private readonly FrameTiles _tiles;
    private SharedNetwork _network;

    /// <param name="options">Options of the network.</param>
    /// <param name="subject">Skeleton and classes.</param>
    /// <param name="network">The network; this model owns one reference.</param>
    protected PoseModel(NetworkOptions options, PoseSubject subject, SharedNetwork network)
    {
        (Options, _network) = (options, network);
        _heads = options.Heads(subject);
        _mapLoss = new MapLoss(options.Training.ForegroundWeight, options.Training.HardKeypointMining);
        _tiles = new FrameTiles(options);
    }

    /// <summary>The options of the network, including the options that the stages share.</summary>
    public NetworkOptions Options { get; }

    public PoseNetwork Network => _network.Network;

    /// <summary>
    /// Fraction of training after which all loss terms have full weight. Early stopping is off before it.
    /// </summary>
    public virtual double FullLossFrom => 0;

    /// <summary>Creates a network with newly initialized parameters.</summary>
    public static PoseNetwork Draw(
        BackboneOptions backbone,
        IReadOnlyList<HeadOptions> heads,
        Initialization initialization,
        int? seed
    )
    {
        lock (Drawing)
        {
            if (seed is { } number)
                manual_seed(number);
            return new PoseNetwork(backbone, heads, initialization);
        }
    }

    /// <summary>Creates a network of the same architecture with its own weights.</summary>
    public PoseNetwork CreateNetwork() => Draw(Options.Backbone, _heads, Initialization.Default, null);

    /// <summary>Returns the loss, a scalar with a gradient: the weighted sum of the heads' losses.</summary>
    /// <param name="outputs">The network's outputs, one per head.</param>
    /// <param name="batch">The input batch with its targets.</param>
    public Tensor Loss(Tensor[] outputs, TrainingBatch batch)
    {
        using var scope = NewDisposeScope();
        var weighted = HeadLosses(outputs, batch).Zip(_heads, (loss, head) => loss.Mul(head.LossWeight));
        return weighted.Aggregate((sum, loss) => sum.Add(loss)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Returns the nearest peak to each labeled node, of any height: (B, I, N, 2), NaN where there is no peak or no
    /// label. B batch, I instances, N nodes.
    /// </summary>
    public abstract Tensor Nearest(Tensor[] outputs, Tensor points);

    /// <summary>
    /// Returns the one instance of each image from the network's outputs, as prediction gives it. Null: a network that
    /// finds several instances in an image; the many peaks of half-trained maps would take long to group.
    /// </summary>
    public virtual InstanceArray[]? Read(Tensor[] outputs) => null;

    /// <summary>
    /// Returns for each instance whether its class is the most probable one at its label: (B, I), 1 if yes, 0 if no,
    /// NaN without a class. Null: the network has no classes.
    /// </summary>
    public virtual Tensor? CorrectClasses(Tensor[] outputs, TrainingBatch batch) => null;

    /// <summary>Returns the instances in each of B images.</summary>
    /// <param name="images">(B, C, H, W), 0 to 1.</param>
    public abstract InstanceArray[] Find(Tensor images);

    /// <summary>Replaces the network by the trained one and releases the previous one.</summary>
    public void Take(PoseNetwork trained)
    {
        if (ReferenceEquals(trained, Network))
            return;
        _network.Release();
        _network = new SharedNetwork(trained);
    }

    /// <summary>
    /// Returns a model with other options and the same weights, see <see cref="TrainedModel.Share"/>.
    /// </summary>
    public PoseModel SharedAs(NetworkOptions options, PoseSubject subject, Device device)
    {
        if (_network.IsPreparedFor(device, PrecisionFor(options, device)))
            return options.CreateModel(subject, _network.Share());
        var copy = options.CreateModel(subject);
        using var noGrad = no_grad();
        foreach (var (to, weight) in copy.Network.parameters().Zip(Network.parameters()))
            to.copy_(weight);
        return copy;
    }

    /// <summary>Prepares the network for prediction on a device; its weights are constant from then on.</summary>
    public void Prepare(Device device) => _network.Prepare(device, PrecisionFor(Options, device));

    /// <summary>The device that the network is prepared for, <c>cpu</c> or <c>cuda:N</c>.</summary>
    public string DeviceInUse => _network.Device.ToString();

    /// <summary>
    /// The precision that prediction computes in on this device: <c>single</c>; <c>bfloat16</c>, where the backbone's
    /// maps are rounded too; or <c>bfloat16 products</c>, where only factors are.
    /// </summary>
    public string PrecisionInUse =>
        Network.Precision == ScalarType.Float32 ? "single"
        : Network.KeepsMapsOn(_network.Device) ? "bfloat16 products"
        : "bfloat16";

    public void Dispose() => _network.Release();

    /// <summary>Returns the network's outputs for images of any size; large images are processed in tiles.</summary>
    protected Tensor[] Outputs(Tensor images) => _tiles.Run(Network, images);

    /// <summary>Returns the losses of the heads, without weights.</summary>
    protected abstract Tensor[] HeadLosses(Tensor[] outputs, TrainingBatch batch);

    /// <summary>
    /// Returns the mean squared error of two sets of maps, both (B, C, h, w). C channels, h/w map cells.
    /// </summary>
    protected Tensor MapLoss(Tensor output, Tensor target, TrainingBatch batch) =>
        _mapLoss.Of(output, target, batch.Weights());

    /// <summary>
    /// Returns which classes are correct, given the class probabilities of each instance, (B, I, K). K classes.
    /// </summary>
    protected static Tensor CorrectClasses(Tensor probabilities, Tensor classes) =>
        probabilities
            .argmax(-1)
            .eq(classes.to(ScalarType.Int64))
            .to(ScalarType.Float32)
            .MaskedFill(classes.Lt(0).logical_or(probabilities.isnan().any(-1)), float.NaN);

    private static ScalarType PrecisionFor(NetworkOptions options, Device device) =>
        options.Precision == Precision.BFloat16
        || (options.Precision == Precision.Auto && BFloat16Support.IsFaster(options.Backbone, device, trains: false))
            ? ScalarType.BFloat16
            : ScalarType.Float32;
}

/// <summary>
/// A network with a reference count, shared for example by a model and those made of it by <c>With</c>. It is freed
/// when the last reference is released.
/// </summary>
internal sealed class SharedNetwork(PoseNetwork network)
{
    private int _users = 1;
    private (DeviceType Type, int Index, ScalarType Precision)? _prepared;

    public PoseNetwork Network => network;

    /// <summary>The device of the weights.</summary>
    public Device Device => network.parameters().First().device;

    /// <summary>Adds a reference, which the caller has to release.</summary>
    public SharedNetwork Share()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    /// <summary>Releases a reference.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            network.Dispose();
    }

    /// <summary>Whether it is prepared for prediction on this device, in this precision.</summary>
    public bool IsPreparedFor(Device device, ScalarType precision) =>
        _prepared == (device.type, device.index, precision);

    /// <summary>Prepares it for prediction; its weights are constant from then on.</summary>
    public void Prepare(Device device, ScalarType precision)
    {
        if (IsPreparedFor(device, precision))
            return;
        network.to(device);
        network.UseChannelsLast();
        network.Precision = precision;
        network.eval();
        network.Freeze();
        _prepared = (device.type, device.index, precision);
    }
}
