using Sleap.Transforms;
using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// A network with the losses that train it and the reading of its outputs. Everything is in pixels of the network's
/// input; <see cref="FrameGeometry"/> is the way to frames and back.
/// </summary>
internal abstract class PoseModel : IDisposable
{
    // Torch has one random generator in a process: two trainings at once would draw from each other's seed.
    private static readonly Lock Drawing = new();
    private readonly IReadOnlyList<HeadOptions> _heads;
    private readonly MapLoss _mapLoss;
    private readonly FrameTiles _tiles;
    private SharedNetwork _network;

    /// <param name="options">Of the network.</param>
    /// <param name="subject">What it finds.</param>
    /// <param name="network">The network; one use of it is this model's.</param>
    protected PoseModel(NetworkOptions options, PoseSubject subject, SharedNetwork network)
    {
        (Options, _network) = (options, network);
        _heads = options.Heads(subject);
        _mapLoss = new MapLoss(options.Training.ForegroundWeight, options.Training.HardKeypointMining);
        _tiles = new FrameTiles(options);
    }

    /// <summary>The options it was made by, with what stages share written into them.</summary>
    public NetworkOptions Options { get; }

    public PoseNetwork Network => _network.Network;

    /// <summary>
    /// Fraction of training after which all loss terms have full weight. Early stopping is off before it.
    /// </summary>
    public virtual double FullLossFrom => 0;

    /// <summary>A network with freshly drawn parameters.</summary>
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

    /// <summary>A network of the same shape with weights of its own.</summary>
    public PoseNetwork CreateNetwork() => Draw(Options.Backbone, _heads, Initialization.Default, null);

    /// <summary>The loss, a scalar with a gradient: the heads' losses times their weights.</summary>
    /// <param name="outputs">The network's outputs, one for each head.</param>
    /// <param name="batch">What it was given.</param>
    public Tensor Loss(Tensor[] outputs, TrainingBatch batch)
    {
        using var scope = NewDisposeScope();
        var weighted = HeadLosses(outputs, batch).Zip(_heads, (loss, head) => loss * head.LossWeight);
        return weighted.Aggregate((sum, loss) => sum + loss).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// (B, I, N, 2): the peak nearest to each labeled node, however low; NaN where there is no peak or no label.
    /// </summary>
    public abstract Tensor Nearest(Tensor[] outputs, Tensor points);

    /// <summary>
    /// (B, I): 1 for each instance whose class is the most probable one where its label is, 0 for each other, NaN for
    /// those without a class. Null: the network has no classes.
    /// </summary>
    public virtual Tensor? CorrectClasses(Tensor[] outputs, TrainingBatch batch) => null;

    /// <summary>The instances in each of B images.</summary>
    /// <param name="images">(B, C, H, W), 0 to 1.</param>
    public abstract InstanceArray[] Find(Tensor images);

    /// <summary>Takes over the trained network; the one so far is released.</summary>
    public void Take(PoseNetwork trained)
    {
        if (ReferenceEquals(trained, Network))
            return;
        _network.Release();
        _network = new SharedNetwork(trained);
    }

    /// <summary>A model of other options with the same weights, see <see cref="TrainedModel.Share"/>.</summary>
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

    /// <summary>Makes the network ready to predict on a device; its weights stay as they are from then on.</summary>
    public void Prepare(Device device) => _network.Prepare(device, PrecisionFor(Options, device));

    public void Dispose() => _network.Release();

    /// <summary>The network's outputs for images of any size; large ones go through it in tiles.</summary>
    protected Tensor[] Outputs(Tensor images) => _tiles.Run(Network, images);

    /// <summary>The losses of the heads, not yet weighted.</summary>
    protected abstract Tensor[] HeadLosses(Tensor[] outputs, TrainingBatch batch);

    /// <summary>Mean squared error of maps. Both (B, C, h, w).</summary>
    protected Tensor MapLoss(Tensor output, Tensor target, TrainingBatch batch) =>
        _mapLoss.Of(output, target, batch.Weights());

    /// <summary>Which classes are correct, from the class probabilities of each instance, (B, I, K).</summary>
    protected static Tensor CorrectClasses(Tensor probabilities, Tensor classes) =>
        probabilities
            .argmax(-1)
            .eq(classes.to(ScalarType.Int64))
            .to(ScalarType.Float32)
            .masked_fill(classes.lt(0).logical_or(probabilities.isnan().any(-1)), float.NaN);

    private static ScalarType PrecisionFor(NetworkOptions options, Device device) =>
        options.Precision == Precision.BFloat16
        || (options.Precision == Precision.Auto && BFloat16Support.Pays(options.Backbone, device))
            ? ScalarType.BFloat16
            : ScalarType.Float32;
}

/// <summary>
/// A network that several models use, as a model and those made of it by <c>With</c> do. It is freed when the last of
/// them is disposed.
/// </summary>
internal sealed class SharedNetwork(PoseNetwork network)
{
    private int _users = 1;
    private (DeviceType Type, int Index, ScalarType Precision)? _prepared;

    public PoseNetwork Network => network;

    /// <summary>One more user, who releases it in the end.</summary>
    public SharedNetwork Share()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    /// <summary>Ends one use.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            network.Dispose();
    }

    /// <summary>Whether it is ready to predict on this device, in this precision.</summary>
    public bool IsPreparedFor(Device device, ScalarType precision) =>
        _prepared == (device.type, device.index, precision);

    /// <summary>Makes it ready to predict; its weights stay as they are from then on.</summary>
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
