using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// A model type at work: its network, the loss that trains it, and what it finds in images. Everything is in pixels of
/// the network's input; the way to and from frames is <see cref="FrameGeometry"/>'s.
/// </summary>
internal abstract class PoseModel : IDisposable
{
    // Torch has one generator for the process: two trainings at once would draw from each other's seed.
    private static readonly Lock Drawing = new();
    private readonly BackboneOptions _backbone;
    private readonly IReadOnlyList<HeadOptions> _heads;
    private readonly MapLoss _mapLoss;
    private readonly FrameTiles _tiles;

    /// <param name="options">What it is made from.</param>
    /// <param name="heads">The heads, in the order of the outputs.</param>
    /// <param name="initialization">How the parameters start.</param>
    /// <param name="seed">Of the parameters; null where they are loaded or copied afterwards.</param>
    protected PoseModel(
        PoseModelOptions options,
        IReadOnlyList<HeadOptions> heads,
        Initialization initialization,
        int? seed
    )
    {
        (_backbone, _heads, _mapLoss) = (
            options.Backbone,
            heads,
            new MapLoss(options.Training.ForegroundWeight, options.Training.HardKeypointMining)
        );
        Network = Draw(initialization, seed);
        _tiles = new FrameTiles(options);
    }

    public PoseNetwork Network { get; private set; }

    /// <summary>
    /// Share of the training after which the loss trained on is the whole one; before it nobody may lose patience.
    /// </summary>
    public virtual double WholeLossFrom => 0;

    /// <summary>A network of the same shape with weights of its own.</summary>
    public PoseNetwork CreateNetwork() => Draw(Initialization.Default, null);

    /// <summary>The loss, a scalar that can be differentiated: the heads' losses times their weights.</summary>
    /// <param name="outputs">The network's outputs, one a head.</param>
    /// <param name="batch">What was put in.</param>
    public Tensor Loss(Tensor[] outputs, TrainingBatch batch)
    {
        using var scope = NewDisposeScope();
        var weighted = HeadLosses(outputs, batch).Zip(_heads, (loss, head) => loss.mul(head.LossWeight));
        return weighted.Aggregate((sum, loss) => sum.add(loss)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// (B, I, N, 2) for each labelled node where the network sees it, however faintly; NaN where it sees nothing.
    /// </summary>
    public abstract Tensor Nearest(Tensor[] outputs, Tensor points);

    /// <summary>
    /// (B, I): 1 for each animal whose class is the most probable one to the network where its label is, 0 for each
    /// that is taken for another, NaN for those without a class. Null: the network knows no classes.
    /// </summary>
    public virtual Tensor? RightClasses(Tensor[] outputs, TrainingBatch batch) => null;

    /// <summary>The animals in each of B images.</summary>
    /// <param name="images">(B, C, H, W), 0..1.</param>
    public abstract FoundInstances[] Find(Tensor images);

    /// <summary>Takes over the trained network; the one so far is disposed.</summary>
    public void Take(PoseNetwork trained)
    {
        if (ReferenceEquals(trained, Network))
            return;
        Network.Dispose();
        Network = trained;
    }

    public void CopyWeights(PoseModel from)
    {
        using var noGrad = no_grad();
        foreach (var (to, weight) in Network.parameters().Zip(from.Network.parameters()))
            to.copy_(weight);
    }

    /// <summary>Makes the network ready to predict on a device; its weights stay as they are from now on.</summary>
    public void Prepare(Device device, Precision precision)
    {
        Network.to(device);
        Network.UseChannelsLast();
        Network.Precision =
            precision == Precision.BFloat16 || (precision == Precision.Auto && BFloat16Support.Pays(_backbone, device))
                ? ScalarType.BFloat16
                : ScalarType.Float32;
        Network.eval();
        Network.Freeze();
    }

    public void Dispose() => Network.Dispose();

    /// <summary>The network's maps of images, of any size: large ones go through it in tiles.</summary>
    protected Tensor[] Outputs(Tensor images) => _tiles.Run(Network, images);

    /// <summary>The losses of the heads, not yet weighted.</summary>
    protected abstract Tensor[] HeadLosses(Tensor[] outputs, TrainingBatch batch);

    /// <summary>Mean squared error of maps. Both (B, C, h, w).</summary>
    protected Tensor MapLoss(Tensor output, Tensor target, TrainingBatch batch) =>
        _mapLoss.Of(output, target, batch.Weights());

    /// <summary>Which classes are right, from the probabilities of classes of each animal, (B, I, K).</summary>
    protected static Tensor RightClasses(Tensor probabilities, Tensor classes) =>
        probabilities
            .argmax(-1)
            .eq(classes.to(ScalarType.Int64))
            .to(ScalarType.Float32)
            .masked_fill(classes.lt(0).logical_or(probabilities.isnan().any(-1)), float.NaN);

    private PoseNetwork Draw(Initialization initialization, int? seed)
    {
        lock (Drawing)
        {
            if (seed is { } number)
                manual_seed(number);
            return new PoseNetwork(_backbone, _heads, initialization);
        }
    }
}
