using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Several animals a frame, all nodes found at once and put together by which animal they look to be of, learned from
/// the tracks of the labels; at most one animal a class. SLEAP-NN's <c>multi_class_bottomup</c>.
/// </summary>
public sealed record BottomUpIdOptions : NetworkOptions
{
    /// <summary>The maps that tell which animal is where.</summary>
    public ClassMapOptions ClassMaps { get; init; } = new();

    /// <summary>
    /// The animals' names, which are tracks of the labels; null (default): all tracks that occur in the training
    /// labels.
    /// </summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Which of the animals of a frame are kept: overlapping ones, faint ones. Default: all.</summary>
    public InstanceFilterOptions Filter { get; init; } = new();

    internal override string TypeName => "bottom-up-id";

    internal override string Title => "bottom-up ID";

    internal override string NetworkName => "multi_class_bottomup";

    internal override LabelNeeds Needs => new(OneAnimal: false, EmptyRows: true, Tracks: true);

    internal override IReadOnlyList<string>? NamedClasses => Classes;

    internal override PoseModelOptions WithClasses(IReadOnlyList<string> classes) => this with { Classes = classes };

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
            ClassMaps.Head(subject.Classes.Count, HeadStride),
        ];

    internal override IEnumerable<string> Faults(PoseSubject subject)
    {
        foreach (var fault in Faults(Heads(subject)))
            yield return fault;
        foreach (var fault in ClassMaps.Faults())
            yield return fault;
        foreach (var fault in Filter.Faults())
            yield return $"Filter.{fault}";
        foreach (var fault in ClassFaults(Classes))
            yield return fault;
    }

    internal override ModelColumns ColumnsFor(PoseSubject subject) =>
        ModelColumns.Many(Columns, subject, identities: true);

    internal override SampleMaker CreateSamples(PoseSubject subject, (int Height, int Width) frame) =>
        new FrameSampleMaker(
            this,
            frame,
            subject.Skeleton,
            row => (float[])row.Points.Clone(),
            row => row.ClassesOf(subject)
        );

    internal override PoseModel CreateModel(PoseSubject subject, SharedNetwork network) =>
        new BottomUpIdModel(this, subject, network);

    internal override (string Name, (string Key, object? Value)[] Values)? SleapHead(PoseSubject subject) =>
        (
            "class_maps",
            [
                ("classes", subject.Classes),
                ("sigma", ClassMaps.Sigma),
                ("output_stride", ClassMaps.OutputStride ?? HeadStride),
                ("loss_weight", ClassMaps.LossWeight),
            ]
        );

    internal static NetworkOptions FromSleap(HeadConfig head, DataConfig data) =>
        new BottomUpIdOptions { ClassMaps = head.ClassMaps ?? new() };

    internal override IPoseEstimator<PoseModelTransformer> CreateEstimator(PoseCatalog pose) =>
        new BottomUpIdEstimator(pose.Context, this);

    internal override PoseModelTransformer CreateTransformer(TrainedModel model) => new BottomUpIdTransformer(model);
}

/// <summary>The head that names the animals of a frame by maps; SLEAP-NN's <c>class_maps</c>.</summary>
public sealed record ClassMapOptions
{
    /// <summary>Standard deviation of the spots around nodes, in cells of the map. Default 5.</summary>
    public float Sigma { get; init; } = 5;

    /// <summary>
    /// Stride of the maps in pixels of the network input; null (default): that of the confidence maps.
    /// </summary>
    public int? OutputStride { get; init; }

    /// <summary>
    /// What this head's loss is multiplied by before it is added to that of the confidence maps. At 1, one nat of cross
    /// entropy counts as much as confidence maps that say nothing. Default 1.
    /// </summary>
    public float LossWeight { get; init; } = 1;

    /// <summary>
    /// Share of the training, from 0 to below 1, after which this head's loss begins to count; until then the network
    /// learns where nodes are. It has its full weight 0.15 later, and early stopping waits for it. Default 0.2.
    /// </summary>
    public double LossDelay { get; init; } = 0.2;

    /// <summary>
    /// A node whose class is less probable at its place than this is left out, 0 to 1. Default 0.2: of two nodes that
    /// both look like the first animal the less probable one is the second's, and of two places for one node of one
    /// animal the one where the node itself is surer is taken. Null is SLEAP-NN, which chooses by the name alone and
    /// leaves out a node unless its class is the most probable one there.
    /// </summary>
    [JsonPropertyName("LeastProbability")] // the name in saved models
    public float? MinClassProbability { get; init; } = 0.2f;

    /// <summary>Share of the training over which the loss rises.</summary>
    internal const double LossRise = 0.15;

    internal IEnumerable<string> Faults()
    {
        if (LossDelay is not (>= 0 and < 1))
            yield return $"ClassMaps.LossDelay is {LossDelay}; at least 0 and below 1.";
        if (MinClassProbability is not (null or >= 0 and <= 1))
            yield return $"ClassMaps.MinClassProbability is {MinClassProbability}; 0 to 1, or null.";
    }

    internal HeadOptions Head(int classes, int stride) =>
        new ClassMapHeadOptions
        {
            Classes = classes,
            Sigma = Sigma,
            OutputStride = OutputStride ?? stride,
            LossWeight = LossWeight,
        };
}

/// <summary>
/// Trains a network that finds all nodes of all animals in a frame, and which animal each is of. Learns the animals
/// from their tracks. SLEAP-NN's <c>multi_class_bottomup</c> (Pereira et al., 2022).
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// ### Estimator Characteristics
/// | | |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | Yes |
/// | Input column data type | `Image`: [Image](xref:Microsoft.ML.Transforms.Image.ImageDataViewType) |
/// | | `Keypoints`: vector of <xref:System.Single> |
/// | | `Track`: [key](xref:Microsoft.ML.Data.KeyDataViewType), or a vector of it |
/// | Output column data type | `PredictedKeypoints`, `KeypointScore`: variable-sized vector of <xref:System.Single> |
/// | | `InstanceScore`, `PredictedCentroid`: variable-sized vector of <xref:System.Single> |
/// | | `IdentityScore`: variable-sized vector of <xref:System.Single> |
/// | | `PredictedIdentity`: variable-sized vector of [key](xref:Microsoft.ML.Data.KeyDataViewType) |
/// | Exportable to ONNX | No |
/// ]]></format>
/// </remarks>
public sealed class BottomUpIdEstimator : PoseEstimator<BottomUpIdTransformer>
{
    internal BottomUpIdEstimator(MLContext context, BottomUpIdOptions options)
        : base(context, options) { }
}

/// <summary>
/// A trained bottom-up ID model: adds the nodes of every animal, and who it is, to each frame.
/// </summary>
public sealed class BottomUpIdTransformer : PoseModelTransformer<BottomUpIdOptions>, ILoadable<BottomUpIdTransformer>
{
    internal BottomUpIdTransformer(TrainedModel model)
        : base(model) { }

    /// <inheritdoc/>
    public override BottomUpIdTransformer With(PredictionOptions prediction) =>
        (BottomUpIdTransformer)Changed(prediction);

    static int ILoadable<BottomUpIdTransformer>.PayloadVersion => 1;

    static BottomUpIdTransformer ILoadable<BottomUpIdTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    ) => (BottomUpIdTransformer)SavedModel.Load<BottomUpIdOptions>(environment, reader);
}

/// <summary>
/// All animals at once: confidence maps for the nodes, class maps that tell which animal each node is of.
/// </summary>
internal sealed class BottomUpIdModel : PoseModel
{
    private readonly BottomUpIdOptions _options;
    private readonly ConfidenceMap _nodes;
    private readonly ClassMap _classes;
    private readonly int _nodeCount;

    public BottomUpIdModel(BottomUpIdOptions options, PoseSubject subject, SharedNetwork network)
        : base(options, subject, network)
    {
        var heads = network.Network.Heads;
        (_options, _nodeCount) = (options, subject.Skeleton.Nodes.Length);
        _nodes = ConfidenceMap.Of((ConfidenceMapHeadOptions)heads[0]);
        _classes = new ClassMap(subject.Classes.Count, heads[1].OutputStride, options.ClassMaps.Sigma)
        {
            MinClassProbability = options.ClassMaps.MinClassProbability,
        };
    }

    public override Tensor Nearest(Tensor[] outputs, Tensor points) => new PeakLists(Peaks(outputs[0])).Nearest(points);

    public override InstanceArray[] Find(Tensor images)
    {
        using var scope = NewDisposeScope();
        var outputs = Outputs(images);
        var grouped = _classes.Decode(outputs[1], Peaks(outputs[0]), _nodeCount);
        var (points, values, probabilities) = (
            Numbers(grouped.Points),
            Numbers(grouped.Values),
            Numbers(ProbabilitiesAt(outputs[1], grouped.Points))
        );
        return
        [
            .. Enumerable
                .Range(0, (int)images.shape[0])
                .Select(image => InstancesOf(image, points, values, probabilities)),
        ];
    }

    public override Tensor? CorrectClasses(Tensor[] outputs, TrainingBatch batch) =>
        CorrectClasses(ProbabilitiesAt(outputs[1], batch.Points), batch.Classes);

    public override double FullLossFrom => Math.Min(1, _options.ClassMaps.LossDelay + ClassMapOptions.LossRise);

    protected override Tensor[] HeadLosses(Tensor[] outputs, TrainingBatch batch)
    {
        var nodes = _nodes.Encode(batch.Points, batch.Height, batch.Width);
        // While nothing is known of the names their gradient is noise, in which maps that still say nothing would go
        // under: they go first.
        var rise = Math.Clamp((batch.Progress - _options.ClassMaps.LossDelay) / ClassMapOptions.LossRise, 0, 1);
        return
        [
            MapLoss(outputs[0], nodes, batch),
            ClassLoss(outputs[1], batch).mul(EmptyMapLoss(nodes, batch)).mul(rise),
        ];
    }

    /// <summary>
    /// Cross entropy, and not the squared error of sleap-nn: behind a sigmoid that has a gradient where it is wrong.
    /// The mean over the cells of named animals and that over the background count the same, else the background,
    /// nearly every cell, drowns what the animals teach. Cells of animals without a name count for nothing.
    /// </summary>
    private Tensor ClassLoss(Tensor probability, TrainingBatch batch)
    {
        // (B, K, h, w)
        var target = _classes.Encode(batch.Points, batch.Classes, batch.Height, batch.Width);
        // (B, K, h, w)
        var anybody = _classes.Encode(batch.Points, batch.Classes.clamp(0), batch.Height, batch.Width);
        // (B, 1, h, w)
        var named = target.amax(new long[] { 1 }, true).gt(0).to(ScalarType.Float32);
        // (B, 1, h, w)
        var nobody = anybody.amax(new long[] { 1 }, true).le(0).to(ScalarType.Float32);
        var (yes, no) = (probability.clamp(1e-6, 1).log(), probability.neg().add(1).clamp(1e-6, 1).log());
        // (B, 1, h, w)
        var entropy = target.mul(yes).add(target.neg().add(1).mul(no)).mean(new long[] { 1 }, true).neg();
        return MeanOver(named).add(MeanOver(nobody));

        Tensor MeanOver(Tensor cells) => entropy.mul(cells).sum().div(cells.sum().clamp(1));
    }

    /// <summary>
    /// What confidence maps lose that say nothing, which the entropy is brought to: it depends on how much of the frame
    /// animals fill.
    /// </summary>
    private Tensor EmptyMapLoss(Tensor nodes, TrainingBatch batch)
    {
        using var noGrad = no_grad();
        return MapLoss(nodes.zeros_like(), nodes, batch);
    }

    private LocalPeaks Peaks(Tensor maps) => _nodes.DecodeAll(maps, _options.PeakThreshold, _options.Refinement);

    /// <summary>The animals of one image: those of whose class a node was found.</summary>
    private InstanceArray InstancesOf(int image, float[] points, float[] values, float[] probabilities)
    {
        var (slots, size) = (_classes.Classes, 2 * _nodeCount);
        int[] there =
        [
            .. Enumerable
                .Range(0, slots)
                .Where(slot => points.AsSpan((image * slots + slot) * size, size).ContainsAnyExcept(float.NaN)),
        ];
        var found = new InstanceArray(_nodeCount, there.Length)
        {
            ClassProbabilities = new float[there.Length * slots],
        };
        for (var animal = 0; animal < there.Length; animal++)
        {
            var from = image * slots + there[animal];
            points.AsSpan(from * size, size).CopyTo(found.Points.AsSpan(animal * size));
            for (var node = 0; node < _nodeCount; node++)
            {
                found.PeakScores[animal * _nodeCount + node] = float.IsNaN(values[from * _nodeCount + node])
                    ? 0
                    : values[from * _nodeCount + node];
            }

            probabilities.AsSpan(from * slots, slots).CopyTo(found.ClassProbabilities.AsSpan(animal * slots));
            found.Tracks[animal] = (uint)there[animal] + 1;
        }
        found.Summarize();
        return found;
    }

    /// <summary>
    /// How probable each class is for each animal: the mean over its nodes, (B, I, K); NaN for one without nodes.
    /// </summary>
    /// <param name="maps">(B, K, h, w)</param>
    /// <param name="points">(B, I, N, 2) in pixels of the network input, NaN = missing.</param>
    private Tensor ProbabilitiesAt(Tensor maps, Tensor points)
    {
        var (classes, height, width) = (maps.size(1), maps.size(2), maps.size(3));
        // (B, I, N)
        var missing = points.select(3, 0).isnan();
        // (B, I, N, 2)
        var cells = points.to(maps.device).nan_to_num(0).div(_classes.Stride).round().to(ScalarType.Int64);
        // (B, I, N)
        var place = cells.select(3, 1).clamp(0, height - 1).mul(width).add(cells.select(3, 0).clamp(0, width - 1));
        // (B, K, I·N)
        var values = maps.flatten(2)
            .gather(2, place.flatten(1).unsqueeze(1).expand(-1, classes, -1))
            // (B, I, N, K)
            .view(maps.size(0), classes, points.size(1), -1)
            .permute(0, 2, 3, 1);
        var seen = missing.logical_not().to(ScalarType.Float32).to(maps.device).unsqueeze(-1);
        return values.mul(seen).sum(2).div(seen.sum(2));
    }

    private static float[] Numbers(Tensor tensor) => tensor.Values<float>();
}

public static partial class ModelCatalog
{
    /// <summary>
    /// Create a <see cref="BottomUpIdEstimator"/>, which trains a network that finds all nodes at once and which animal
    /// each is of, learned from the tracks of the labels.
    /// </summary>
    /// <inheritdoc cref="SingleInstance"/>
    public static BottomUpIdEstimator BottomUpId(this PoseCatalog catalog, BottomUpIdOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Context, options ?? new());
    }
}
