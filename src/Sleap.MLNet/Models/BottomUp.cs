using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.IO;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Options of a bottom-up model: finds all nodes of all instances in a frame at once and groups them into instances by
/// part affinity fields. SLEAP-NN's <c>bottomup</c>. Needs a skeleton with edges. The run time hardly depends on the
/// number of instances.
/// </summary>
public sealed record BottomUpOptions : NetworkOptions
{
    /// <summary>The part affinity fields that connect nodes, and how connections are computed from them.</summary>
    public PartAffinityOptions PartAffinity { get; init; } = new();

    /// <summary>
    /// Maximum number of instances in a frame, at least 1; those with the highest scores are kept. Null (default): no
    /// limit.
    /// </summary>
    public int? MaxInstances { get; init; }

    internal override string TypeName => "bottom-up";

    internal override string Title => "bottom-up";

    internal override string NetworkName => "bottomup";

    internal override LabelNeeds Needs => new(SingleInstance: false, EmptyRows: true, Tracks: false);

    internal override IReadOnlyList<HeadOptions> Heads(PoseSubject subject) =>
        [
            MapsHead(ConfidenceMapKind.MultiInstance, subject.Skeleton.Nodes.Length),
            PartAffinity.Head(subject.Skeleton.Edges.Length, HeadStride),
        ];

    internal override void Check(OptionFaults faults, PoseSubject subject)
    {
        if (subject.Skeleton.Edges.Length == 0)
        {
            faults.If(
                true,
                "The skeleton has no edges, along which a bottom-up model connects nodes. Add edges to the skeleton, or "
                    + "use a top-down model"
            );
            return;
        }

        base.Check(faults, subject);
        PartAffinity.Check(faults.In(nameof(PartAffinity)));
        faults.AtLeast(nameof(MaxInstances), MaxInstances, 1);
    }

    internal override ModelColumns ColumnsFor(PoseSubject subject) => ModelColumns.Many(Columns, subject);

    internal override NetworkOptions With(PredictionOptions prediction) =>
        prediction.ApplyTo(this) with
        {
            MaxInstances = prediction.MaxInstances ?? MaxInstances,
            PartAffinity = prediction.ApplyTo(PartAffinity),
        };

    internal override SampleMaker CreateSamples(PoseSubject subject, (int Height, int Width) frame) =>
        new FrameSampleMaker(this, frame, subject.Skeleton, row => (float[])row.Points.Clone(), LabeledRow.NoClasses);

    internal override PoseModel CreateModel(PoseSubject subject, SharedNetwork network) =>
        new BottomUpModel(this, subject, network);

    internal override IReadOnlyList<InstanceArray> Group(
        PoseSubject subject,
        HostPeaks peaks,
        int images,
        float[] evidence
    ) => CreateFields(subject.Skeleton, 1).Group(peaks, evidence, images, subject.Skeleton.Nodes.Length);

    /// <summary>Returns the codec of the part affinity fields.</summary>
    internal PartAffinity CreateFields(Skeleton skeleton, int stride) =>
        new(skeleton.Edges, stride, PartAffinity.Sigma)
        {
            LinePoints = PartAffinity.LinePoints,
            MaxEdgeLengthRatio = PartAffinity.MaxEdgeLengthRatio,
            DistancePenaltyWeight = PartAffinity.DistancePenaltyWeight,
            MinLineScore = PartAffinity.MinLineScore,
            Rule = PartAffinity.Grouping,
            MinInstancePeaks = PartAffinity.MinInstancePeaks,
            MaxInstances = MaxInstances,
        };

    internal override (string Name, (string Key, object? Value)[] Values)? SleapHead(PoseSubject subject) =>
        (
            "pafs",
            [
                (
                    "edges",
                    subject.Skeleton.Edges.Select(edge =>
                        new[] { subject.Skeleton.Nodes[edge.Source], subject.Skeleton.Nodes[edge.Destination] }
                    )
                ),
                ("sigma", PartAffinity.Sigma),
                ("output_stride", PartAffinity.StrideFor(HeadStride)),
                ("loss_weight", PartAffinity.LossWeight),
            ]
        );

    internal static NetworkOptions FromSleap(HeadConfig head, DataConfig data) =>
        new BottomUpOptions { PartAffinity = head.PartAffinity ?? new() };

    internal override IPoseEstimator<PoseModelTransformer> CreateEstimator(PoseCatalog pose) =>
        new BottomUpEstimator(pose.Context, this);

    internal override PoseModelTransformer CreateTransformer(TrainedModel model) => new BottomUpTransformer(model);
}

/// <summary>
/// Options of the head that connects nodes into instances, and of the grouping; SLEAP-NN's <c>pafs</c>.
/// </summary>
public sealed record PartAffinityOptions
{
    /// <summary>
    /// Extent of the field to both sides of an edge, above 0: at a distance of d pixels of the network input the field
    /// is exp(−d⁴ / (2 · Sigma²)), as in sleap-nn. Default 15: half its height at 4.2 pixels.
    /// </summary>
    public float Sigma { get; init; } = 15;

    /// <summary>
    /// Stride of the fields in pixels of the network input; null (default): twice that of the confidence maps.
    /// </summary>
    public int? OutputStride { get; init; }

    /// <summary>
    /// Weight of this head's loss in the total loss, 0 or more. Default 0.1. SLEAP-NN's default is 1, but then the
    /// network learns the fields at the cost of the node positions. Increase it if nodes are found correctly but
    /// assigned to the wrong instance.
    /// </summary>
    public float LossWeight { get; init; } = 0.1f;

    /// <summary>
    /// Longest edge without a penalty, above 0, as a fraction of the longest side of the network input (as in sleap-nn,
    /// of the fields' number of channels times their stride where that is more). Default 0.25; SLEAP-NN's
    /// <c>max_edge_length_ratio</c>.
    /// </summary>
    public float MaxEdgeLengthRatio { get; init; } = 0.25f;

    /// <summary>
    /// Weight of the penalty for longer edges, 0 or more. Default 1; SLEAP-NN's <c>dist_penalty_weight</c>.
    /// </summary>
    public float DistancePenaltyWeight { get; init; } = 1;

    /// <summary>
    /// Number of points on a line at which the field is sampled, at least 1. Default 10; SLEAP-NN's <c>n_points</c>.
    /// </summary>
    public int LinePoints { get; init; } = 10;

    /// <summary>Minimum score of a connection, −1 to 1. Default 0.25; SLEAP-NN's <c>min_line_scores</c>.</summary>
    public float MinLineScore { get; init; } = 0.25f;

    /// <summary>
    /// Minimum number of nodes of an instance, 0 or more: a whole number, or below 1 a fraction of all nodes. Default
    /// 0: any number; SLEAP-NN's <c>min_instance_peaks</c>.
    /// </summary>
    public float MinInstancePeaks { get; init; }

    /// <summary>
    /// How connections are grouped into instances. Default <see cref="GroupingRule.StrongestFirst"/>; models loaded
    /// from sleap-nn use sleap-nn's rule.
    /// </summary>
    public GroupingRule Grouping { get; init; } = GroupingRule.StrongestFirst;

    internal int StrideFor(int confidenceStride) => OutputStride ?? 2 * confidenceStride;

    internal HeadOptions Head(int edges, int stride) =>
        new PartAffinityHeadOptions
        {
            Edges = edges,
            OutputStride = StrideFor(stride),
            LossWeight = LossWeight,
        };

    internal void Check(OptionFaults faults) =>
        faults
            .Positive(nameof(Sigma), Sigma)
            .Positive(nameof(MaxEdgeLengthRatio), MaxEdgeLengthRatio)
            .NotNegative(nameof(DistancePenaltyWeight), DistancePenaltyWeight)
            .AtLeast(nameof(LinePoints), LinePoints, 1)
            .Within(nameof(MinLineScore), MinLineScore, -1, 1)
            .Defined(nameof(Grouping), Grouping)
            .NotNegative(nameof(MinInstancePeaks), MinInstancePeaks);
}

/// <summary>
/// Trains a network that finds all nodes of all instances in a frame, and the fields that group them into instances.
/// SLEAP-NN's <c>bottomup</c> (Pereira et al., 2022; part affinity fields: Cao et al., 2017, arXiv:1611.08050).
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// ### Estimator Characteristics
/// | | |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | Yes |
/// | Input column data type | `Image`: [Image](xref:Microsoft.ML.Transforms.Image.ImageDataViewType) |
/// | | `Keypoints`: vector of <xref:System.Single> |
/// | Output column data type | `PredictedKeypoints`, `KeypointScore`: variable-sized vector of <xref:System.Single> |
/// | | `InstanceScore`, `PredictedCentroid`: variable-sized vector of <xref:System.Single> |
/// | Exportable to ONNX | No |
/// ]]></format>
/// </remarks>
public sealed class BottomUpEstimator : PoseEstimator<BottomUpTransformer>
{
    internal BottomUpEstimator(MLContext context, BottomUpOptions options)
        : base(context, options) { }
}

/// <summary>A trained bottom-up model: adds the nodes of all instances to each frame.</summary>
public sealed class BottomUpTransformer : PoseModelTransformer<BottomUpOptions>, ILoadable<BottomUpTransformer>
{
    internal BottomUpTransformer(TrainedModel model)
        : base(model) { }

    /// <inheritdoc/>
    public override BottomUpTransformer With(PredictionOptions prediction) => (BottomUpTransformer)Changed(prediction);

    static int ILoadable<BottomUpTransformer>.PayloadVersion => 1;

    static BottomUpTransformer ILoadable<BottomUpTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    ) => (BottomUpTransformer)SavedModel.Load<BottomUpOptions>(environment, reader);
}

/// <summary>
/// The network of a bottom-up model: confidence maps of the nodes, and part affinity fields of the edges that group the
/// nodes into instances.
/// </summary>
internal sealed class BottomUpModel : PoseModel
{
    private readonly BottomUpOptions _options;
    private readonly ConfidenceMap _nodes;
    private readonly PartAffinity _edges;
    private readonly int _nodeCount;

    public BottomUpModel(BottomUpOptions options, PoseSubject subject, SharedNetwork network)
        : base(options, subject, network)
    {
        var heads = network.Network.Heads;
        (_options, _nodeCount) = (options, subject.Skeleton.Nodes.Length);
        _nodes = options.CreateMaps();
        _edges = options.CreateFields(subject.Skeleton, heads[1].OutputStride);
    }

    public override Tensor Nearest(Tensor[] outputs, Tensor points) => new PeakLists(Peaks(outputs[0])).Nearest(points);

    public override InstanceArray[] Find(Tensor images)
    {
        using var scope = NewDisposeScope();
        var outputs = Outputs(images);
        return [.. _edges.Group(outputs[1], Peaks(outputs[0]), _nodeCount)];
    }

    protected override Tensor[] HeadLosses(Tensor[] outputs, TrainingBatch batch) =>
        [
            MapLoss(outputs[0], _nodes.Encode(batch.Points, batch.Height, batch.Width), batch),
            MapLoss(outputs[1], _edges.Encode(batch.Points, batch.Height, batch.Width), batch),
        ];

    private LocalPeaks Peaks(Tensor maps) => _nodes.DecodeAll(maps, _options.PeakThreshold, _options.Refinement);
}

public static partial class ModelCatalog
{
    /// <summary>
    /// Create a <see cref="BottomUpEstimator"/>, which trains a network that finds all nodes of several instances in a
    /// frame at once and groups them by part affinity fields.
    /// </summary>
    /// <inheritdoc cref="SingleInstance"/>
    public static BottomUpEstimator BottomUp(this PoseCatalog catalog, BottomUpOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Context, options ?? new());
    }
}
