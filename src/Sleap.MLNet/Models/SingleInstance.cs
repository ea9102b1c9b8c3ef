using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Options of a model for exactly one instance in each frame; SLEAP-NN's <c>single_instance</c>.</summary>
public sealed record SingleInstanceOptions : NetworkOptions
{
    internal override string TypeName => "single-instance";

    internal override string Title => "single instance";

    internal override string NetworkName => "single_instance";

    internal override LabelNeeds Needs => new(SingleInstance: true, EmptyRows: false, Tracks: false);

    internal override IReadOnlyList<HeadOptions> Heads(PoseSubject subject) =>
        [MapsHead(ConfidenceMapKind.SingleInstance, subject.Skeleton.Nodes.Length)];

    internal override ModelColumns ColumnsFor(PoseSubject subject) => ModelColumns.Single(Columns, subject);

    internal override SampleMaker CreateSamples(PoseSubject subject, (int Height, int Width) frame) =>
        new FrameSampleMaker(this, frame, subject.Skeleton, row => (float[])row.Points.Clone(), _ => [-1]);

    internal override PoseModel CreateModel(PoseSubject subject, SharedNetwork network) =>
        new SingleInstanceModel(this, subject, network);

    internal override IPoseEstimator<PoseModelTransformer> CreateEstimator(PoseCatalog pose) =>
        new SingleInstanceEstimator(pose.Context, this);

    internal override PoseModelTransformer CreateTransformer(TrainedModel model) =>
        new SingleInstanceTransformer(model);
}

/// <summary>
/// Trains a network that finds the nodes of the only instance in each frame. SLEAP-NN's <c>single_instance</c> (Pereira
/// et al., 2022).
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// ### Estimator Characteristics
/// | | |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | Yes |
/// | Input column data type | `Image`: [Image](xref:Microsoft.ML.Transforms.Image.ImageDataViewType) |
/// | | `Keypoints`: vector of <xref:System.Single> |
/// | Output column data type | `PredictedKeypoints`, `KeypointScore`: known-sized vector of <xref:System.Single> |
/// | | `PredictedCentroid`: known-sized vector of <xref:System.Single> |
/// | | `InstanceScore`: <xref:System.Single> |
/// | Exportable to ONNX | No |
/// ]]></format>
/// </remarks>
public sealed class SingleInstanceEstimator : PoseEstimator<SingleInstanceTransformer>
{
    internal SingleInstanceEstimator(MLContext context, SingleInstanceOptions options)
        : base(context, options) { }
}

/// <summary>A trained single-instance model: adds the node positions of the instance to each frame.</summary>
public sealed class SingleInstanceTransformer
    : PoseModelTransformer<SingleInstanceOptions>,
        ILoadable<SingleInstanceTransformer>
{
    internal SingleInstanceTransformer(TrainedModel model)
        : base(model) { }

    /// <inheritdoc/>
    public override SingleInstanceTransformer With(PredictionOptions prediction) =>
        (SingleInstanceTransformer)Changed(prediction);

    static int ILoadable<SingleInstanceTransformer>.PayloadVersion => 1;

    static SingleInstanceTransformer ILoadable<SingleInstanceTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    ) => (SingleInstanceTransformer)SavedModel.Load<SingleInstanceOptions>(environment, reader);
}

/// <summary>
/// The network of a single-instance model: one confidence map per node, whose highest peak is the position of the node.
/// </summary>
internal class SingleInstanceModel : PoseModel
{
    private readonly ConfidenceMap _codec;

    public SingleInstanceModel(NetworkOptions options, PoseSubject subject, SharedNetwork network)
        : base(options, subject, network)
    {
        Nodes = subject.Skeleton.Nodes.Length;
        _codec = options.CreateMaps();
    }

    public int Nodes { get; }

    public override Tensor Nearest(Tensor[] outputs, Tensor points) =>
        _codec.Decode(outputs[0], float.NegativeInfinity, Options.Refinement).Points.unsqueeze(1);

    public override InstanceArray[] Find(Tensor images)
    {
        using var scope = NewDisposeScope();
        return Read(Outputs(images));
    }

    protected override Tensor[] HeadLosses(Tensor[] outputs, TrainingBatch batch) =>
        [MapLoss(outputs[0], _codec.Encode(batch.Points.select(1, 0), batch.Height, batch.Width), batch)];

    public override InstanceArray[] Read(Tensor[] outputs)
    {
        var (points, values) = _codec.Decode(outputs[0], Options.PeakThreshold, Options.Refinement);
        var (places, peaks) = (points.Values<float>(), values.Values<float>());
        var found = new InstanceArray[outputs[0].shape[0]];
        for (var image = 0; image < found.Length; image++)
        {
            found[image] = new InstanceArray(Nodes, 1)
            {
                Points = places[(image * Nodes * 2)..((image + 1) * Nodes * 2)],
                PeakScores = peaks[(image * Nodes)..((image + 1) * Nodes)],
            };
            found[image].Summarize();
        }
        return found;
    }
}

public static partial class ModelCatalog
{
    /// <summary>
    /// Create a <see cref="SingleInstanceEstimator"/>, which trains a network to find the nodes of exactly one instance
    /// in each frame.
    /// </summary>
    /// <param name="catalog">From <c>mlContext.Pose()</c>.</param>
    /// <param name="options">Options of the network, of training and of prediction; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options have faults; the message lists all of them.</exception>
    public static SingleInstanceEstimator SingleInstance(
        this PoseCatalog catalog,
        SingleInstanceOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Context, options ?? new());
    }
}
