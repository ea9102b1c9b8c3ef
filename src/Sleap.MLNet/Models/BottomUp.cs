using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Several animals a frame, all nodes found at once and put together to animals along part affinity fields, which need
/// a skeleton with edges. Its time hardly depends on how many animals there are. SLEAP-NN's <c>bottomup</c>.
/// </summary>
public sealed record BottomUpOptions : NetworkOptions
{
    /// <summary>The fields that connect nodes, and how connections are made of them.</summary>
    public PartAffinityOptions PartAffinity { get; init; } = new();

    /// <summary>Animals in a frame at most: those of the highest scores are kept. Null (default): any number.</summary>
    public int? MaxInstances { get; init; }

    /// <summary>Which of the animals of a frame are kept: overlapping ones, faint ones. Default: all.</summary>
    public InstanceFilterOptions Filter { get; init; } = new();

    internal override string TypeName => "bottom-up";

    internal override string Title => "bottom-up";

    internal override string NetworkName => "bottomup";

    internal override LabelNeeds Needs => new(OneAnimal: false, EmptyRows: true, Tracks: false);

    internal override InstanceFilterOptions KeptInstances => Filter;

    internal override IReadOnlyList<HeadOptions> Heads(PoseSubject subject) =>
        [
            new ConfidenceMapHeadOptions
            {
                Kind = ConfidenceMapKind.MultiInstance,
                Nodes = subject.Skeleton.Nodes.Length,
                Sigma = Sigma,
                OutputStride = HeadStride,
            },
            PartAffinity.Head(subject.Skeleton.Edges.Length, HeadStride),
        ];

    internal override IEnumerable<string> Faults(PoseSubject subject)
    {
        if (subject.Skeleton.Edges.Length == 0)
        {
            yield return "The skeleton has no edges, along which a bottom-up model connects nodes. Add edges to the "
                + "skeleton, or use a top-down model.";
            yield break;
        }
        foreach (var fault in Faults(Heads(subject)).Concat(PartAffinity.Faults()))
            yield return fault;
        foreach (var fault in Filter.Faults())
            yield return $"Filter.{fault}";
        if (MaxInstances < 1)
            yield return $"MaxInstances is {MaxInstances}; at least 1, or null.";
    }

    internal override ModelColumns ColumnsFor(PoseSubject subject) => ModelColumns.Many(Columns, subject);

    internal override NetworkOptions With(PredictionOptions prediction) =>
        prediction.ApplyTo(this) with
        {
            MaxInstances = prediction.MaxInstances ?? MaxInstances,
        };

    internal override SampleMaker CreateSamples(PoseSubject subject, (int Height, int Width) frame) =>
        new FrameSampleMaker(this, frame, subject.Skeleton, row => (float[])row.Points.Clone(), LabeledRow.NoClasses);

    internal override PoseModel CreateModel(PoseSubject subject, SharedNetwork network) =>
        new BottomUpModel(this, subject, network);

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
/// The head that connects nodes to animals, and how connections are made of it; SLEAP-NN's <c>pafs</c>.
/// </summary>
public sealed record PartAffinityOptions
{
    /// <summary>How far the fields reach beside an edge, in pixels of the network input. Default 15.</summary>
    public float Sigma { get; init; } = 15;

    /// <summary>
    /// Stride of the fields in pixels of the network input; null (default): twice that of the confidence maps.
    /// </summary>
    public int? OutputStride { get; init; }

    /// <summary>
    /// What this head's loss is multiplied by before it is added to that of the confidence maps. Default 0.1: at 1,
    /// SLEAP-NN's default, the network learns fields at the cost of where nodes are. More of it where nodes are right
    /// and yet go to the wrong animal.
    /// </summary>
    public float LossWeight { get; init; } = 0.1f;

    /// <summary>
    /// Longest edge without a penalty, as a share of the largest side of the network input. Default 0.25; SLEAP-NN's
    /// <c>max_edge_length_ratio</c>.
    /// </summary>
    public float MaxEdgeLengthRatio { get; init; } = 0.25f;

    /// <summary>
    /// What the penalty for longer edges is multiplied by. Default 1; SLEAP-NN's <c>dist_penalty_weight</c>.
    /// </summary>
    public float DistancePenaltyWeight { get; init; } = 1;

    /// <summary>Places along a line where the field is read. Default 10; SLEAP-NN's <c>n_points</c>.</summary>
    public int LinePoints { get; init; } = 10;

    /// <summary>Least score of a connection, −1 to 1. Default 0.25; SLEAP-NN's <c>min_line_scores</c>.</summary>
    public float MinLineScore { get; init; } = 0.25f;

    /// <summary>
    /// Least number of found nodes of an animal: a whole number, or below 1 a share of the nodes. Default 0; SLEAP-NN's
    /// <c>min_instance_peaks</c>.
    /// </summary>
    public float MinInstancePeaks { get; init; }

    /// <summary>
    /// How connections become animals. Default <see cref="GroupingRule.StrongestFirst"/>; models of sleap-nn are
    /// grouped as there.
    /// </summary>
    public GroupingRule Grouping { get; init; } = GroupingRule.StrongestFirst;

    internal int StrideFor(int confidenceStride) => OutputStride ?? 2 * confidenceStride;

    internal HeadOptions Head(int edges, int stride) =>
        new PartAffinityHeadOptions
        {
            Edges = edges,
            Sigma = Sigma,
            OutputStride = StrideFor(stride),
            LossWeight = LossWeight,
        };

    internal IEnumerable<string> Faults()
    {
        if (!(MaxEdgeLengthRatio > 0))
            yield return $"PartAffinity.MaxEdgeLengthRatio is {MaxEdgeLengthRatio}; above 0.";
        if (!(DistancePenaltyWeight >= 0))
            yield return $"PartAffinity.DistancePenaltyWeight is {DistancePenaltyWeight}; 0 or more.";
        if (LinePoints < 1)
            yield return $"PartAffinity.LinePoints is {LinePoints}; at least 1.";
        if (MinLineScore is not (>= -1 and <= 1))
            yield return $"PartAffinity.MinLineScore is {MinLineScore}; -1 to 1.";
        if (!Enum.IsDefined(Grouping))
        {
            yield return $"PartAffinity.Grouping is {(int)Grouping}, which is none of "
                + $"{string.Join(", ", Enum.GetNames<GroupingRule>())}.";
        }

        if (!(MinInstancePeaks >= 0))
            yield return $"PartAffinity.MinInstancePeaks is {MinInstancePeaks}; 0 or more.";
    }
}

/// <summary>
/// Trains a network that finds all nodes of all animals in a frame, and the fields that connect them to animals.
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

/// <summary>
/// A trained bottom-up model: adds the nodes of every animal to each frame.
/// </summary>
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
/// All animals at once: confidence maps for the nodes, part affinity fields for the edges that put them together.
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
        _nodes = ConfidenceMap.Of((ConfidenceMapHeadOptions)heads[0]);
        _edges = new PartAffinity(subject.Skeleton.Edges, heads[1].OutputStride, options.PartAffinity.Sigma)
        {
            LinePoints = options.PartAffinity.LinePoints,
            MaxEdgeLengthRatio = options.PartAffinity.MaxEdgeLengthRatio,
            DistancePenaltyWeight = options.PartAffinity.DistancePenaltyWeight,
            MinLineScore = options.PartAffinity.MinLineScore,
            Rule = options.PartAffinity.Grouping,
            MinInstancePeaks = options.PartAffinity.MinInstancePeaks,
            MaxInstances = options.MaxInstances,
        };
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
    /// Create a <see cref="BottomUpEstimator"/>, which trains a network for several animals in a frame that finds all
    /// nodes at once and connects them to animals by part affinity fields.
    /// </summary>
    /// <inheritdoc cref="SingleInstance"/>
    public static BottomUpEstimator BottomUp(this PoseCatalog catalog, BottomUpOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Context, options ?? new());
    }
}
