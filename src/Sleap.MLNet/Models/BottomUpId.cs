using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Options of a bottom-up ID model: finds all nodes in a frame at once and groups them into instances by class. The
/// classes are learned from the tracks of the labels; a frame has at most one instance of each class. SLEAP-NN's
/// <c>multi_class_bottomup</c>.
/// </summary>
public sealed record BottomUpIdOptions : NetworkOptions
{
    /// <summary>The class maps: at each place the probability of each class.</summary>
    public ClassMapOptions ClassMaps { get; init; } = new();

    /// <summary>
    /// Names of the classes, which are tracks of the labels; null (default): all tracks in the training labels.
    /// </summary>
    public IReadOnlyList<string>? Classes { get; init; }

    internal override string TypeName => "bottom-up-id";

    internal override string Title => "bottom-up ID";

    internal override string NetworkName => "multi_class_bottomup";

    internal override LabelNeeds Needs => new(SingleInstance: false, EmptyRows: true, Tracks: true);

    internal override IReadOnlyList<string>? NamedClasses => Classes;

    internal override PoseModelOptions WithClasses(IReadOnlyList<string> classes) => this with { Classes = classes };

    internal override IReadOnlyList<HeadOptions> Heads(PoseSubject subject) =>
        [
            MapsHead(ConfidenceMapKind.MultiInstance, subject.Skeleton.Nodes.Length),
            ClassMaps.Head(subject.Classes.Count, HeadStride),
        ];

    internal override void Check(OptionFaults faults, PoseSubject subject)
    {
        base.Check(faults, subject);
        ClassMaps.Check(faults.In(nameof(ClassMaps)));
        CheckClasses(faults, Classes);
    }

    internal override ModelColumns ColumnsFor(PoseSubject subject) =>
        ModelColumns.Many(Columns, subject, identities: true, asIdentities: ClassMaps.WritesIdentities);

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

    internal override IReadOnlyList<InstanceArray> Group(
        PoseSubject subject,
        HostPeaks peaks,
        int images,
        float[] evidence
    ) => BottomUpIdModel.Group(ClassMaps.Create(subject.Classes.Count, 1), peaks, images, evidence, subject);

    internal override (string Name, (string Key, object? Value)[] Values)? SleapHead(PoseSubject subject) =>
        (
            "class_maps",
            [
                ("classes", subject.Classes),
                ("sigma", ClassMaps.Sigma),
                ("output_stride", ClassMaps.OutputStride ?? HeadStride),
                ("loss_weight", ClassMaps.LossWeight),
                ("class_output", HeadConfig.ClassOutputs[ClassMaps.WritesIdentities ? 1 : 0]),
            ]
        );

    internal static NetworkOptions FromSleap(HeadConfig head, DataConfig data) =>
        new BottomUpIdOptions { ClassMaps = head.ClassMaps ?? new() };

    internal override IPoseEstimator<PoseModelTransformer> CreateEstimator(PoseCatalog pose) =>
        new BottomUpIdEstimator(pose.Context, this);

    internal override PoseModelTransformer CreateTransformer(TrainedModel model) => new BottomUpIdTransformer(model);
}

/// <summary>Options of the head that assigns classes by maps; SLEAP-NN's <c>class_maps</c>.</summary>
public sealed record ClassMapOptions
{
    /// <summary>Standard deviation of the Gaussians around nodes, above 0, in cells of the map. Default 5.</summary>
    public float Sigma { get; init; } = 5;

    /// <summary>
    /// Stride of the maps in pixels of the network input; null (default): that of the confidence maps.
    /// </summary>
    public int? OutputStride { get; init; }

    /// <summary>
    /// Weight of this head's loss in the total loss, 0 or more. At 1, one nat of cross entropy counts as much as the
    /// loss of empty confidence maps. Default 1.
    /// </summary>
    public float LossWeight { get; init; } = 1;

    /// <summary>
    /// Fraction of the training, from 0 to below 1, after which this head's loss begins to count. It has its full
    /// weight 0.15 later; early stopping is off until then. Default 0.2. Before it, the network learns only where nodes
    /// are.
    /// </summary>
    public double LossDelay { get; init; } = 0.2;

    /// <summary>
    /// Minimum probability of a node's class at its place, 0 to 1; nodes below it are left out. Default 0.2. With a
    /// value, peaks are chosen by peak score times class probability: if two nodes both look like the first class, the
    /// less probable one gets the second class, and if one node of a class has two candidate places, the one with the
    /// higher peak score is preferred. Null is SLEAP-NN's rule, which chooses by the class probability alone and leaves
    /// out a node unless its class is the most probable one there.
    /// </summary>
    [JsonPropertyName("LeastProbability")] // the name in saved models
    public float? MinClassProbability { get; init; } = 0.2f;

    /// <inheritdoc cref="ClassVectorOptions.WritesIdentities"/>
    [JsonInclude]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal bool WritesIdentities { get; init; }

    /// <summary>Fraction of the training over which the weight of the loss rises.</summary>
    internal const double LossRise = 0.15;

    internal void Check(OptionFaults faults) =>
        faults
            .Positive(nameof(Sigma), Sigma)
            .Expect(LossDelay is >= 0 and < 1, nameof(LossDelay), LossDelay, "at least 0 and less than 1")
            .Within(nameof(MinClassProbability), MinClassProbability, 0, 1);

    internal ClassMap Create(int classes, int stride) =>
        new(classes, stride, Sigma) { MinClassProbability = MinClassProbability };

    internal HeadOptions Head(int classes, int stride) =>
        new ClassMapHeadOptions
        {
            Classes = classes,
            OutputStride = OutputStride ?? stride,
            LossWeight = LossWeight,
        };
}

/// <summary>
/// Trains a network that finds all nodes of all instances in a frame, and the class of each. The classes are learned
/// from the tracks of the labels. SLEAP-NN's <c>multi_class_bottomup</c> (Pereira et al., 2022).
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

/// <summary>A trained bottom-up ID model: adds the nodes and the class of each instance to each frame.</summary>
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
/// The network of a bottom-up ID model: confidence maps of the nodes, and class maps that give the class of each node.
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
        _nodes = options.CreateMaps();
        _classes = options.ClassMaps.Create(subject.Classes.Count, heads[1].OutputStride);
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
                .Select(image => InstancesOf(image, _classes.Classes, _nodeCount, points, values, probabilities)),
        ];
    }

    /// <summary>Groups peaks by the probability of each class at each peak.</summary>
    public static InstanceArray[] Group(
        ClassMap classes,
        HostPeaks peaks,
        int images,
        float[] probabilities,
        PoseSubject subject
    )
    {
        var (count, nodes) = (classes.Classes, subject.Skeleton.Nodes.Length);
        var chosen = classes.Choose(probabilities, peaks, images, nodes);
        float[] points = InstanceArray.Missing(2 * chosen.Length),
            values = InstanceArray.Missing(chosen.Length),
            means = new float[images * count * count];
        for (var slot = 0; slot < chosen.Length; slot++)
        {
            if (chosen[slot] is not { } peak)
                continue;
            peaks.Points.AsSpan(2 * peak, 2).CopyTo(points.AsSpan(2 * slot));
            values[slot] = peaks.Values[peak];
            var instance = slot / nodes;
            var visible = chosen.AsSpan(instance * nodes, nodes).ToArray().Count(node => node is not null);
            for (var other = 0; other < count; other++)
                means[instance * count + other] += probabilities[peak * count + other] / visible;
        }
        return
        [
            .. Enumerable.Range(0, images).Select(image => InstancesOf(image, count, nodes, points, values, means)),
        ];
    }

    public override Tensor? CorrectClasses(Tensor[] outputs, TrainingBatch batch) =>
        CorrectClasses(ProbabilitiesAt(outputs[1], batch.Points), batch.Classes);

    public override double FullLossFrom => Math.Min(1, _options.ClassMaps.LossDelay + ClassMapOptions.LossRise);

    protected override Tensor[] HeadLosses(Tensor[] outputs, TrainingBatch batch)
    {
        var nodes = _nodes.Encode(batch.Points, batch.Height, batch.Width);
        // The class loss starts later: at first its gradient is noise, which would prevent the still empty confidence
        // maps from being learned.
        var rise = Math.Clamp((batch.Progress - _options.ClassMaps.LossDelay) / ClassMapOptions.LossRise, 0, 1);
        return
        [
            MapLoss(outputs[0], nodes, batch),
            ClassLoss(outputs[1], batch).mul(EmptyMapLoss(nodes, batch)).Mul(rise),
        ];
    }

    /// <summary>Cross entropy of the class maps.</summary>
    /// <remarks>
    /// sleap-nn uses the squared error; behind a sigmoid, cross entropy keeps a gradient where the map is wrong. The
    /// mean over the cells of instances with a class and the mean over the background have equal weight, since the
    /// background is nearly every cell and would dominate. Cells of instances without a class are ignored.
    /// </remarks>
    private Tensor ClassLoss(Tensor probability, TrainingBatch batch)
    {
        // (B, K, h, w)
        var target = _classes.Encode(batch.Points, batch.Classes, batch.Height, batch.Width);
        // (B, K, h, w)
        var anybody = _classes.Encode(batch.Points, batch.Classes.Clamp(0), batch.Height, batch.Width);
        // (B, 1, h, w)
        var named = target.amax(new long[] { 1 }, true).Gt(0).to(ScalarType.Float32);
        // (B, 1, h, w)
        var nobody = anybody.amax(new long[] { 1 }, true).Le(0).to(ScalarType.Float32);
        var (yes, no) = (probability.Clamp(1e-6, 1).log(), probability.neg().Add(1).Clamp(1e-6, 1).log());
        // (B, 1, h, w)
        var entropy = target.mul(yes).Add(target.neg().Add(1).mul(no)).mean(new long[] { 1 }, true).neg();
        return MeanOver(named).Add(MeanOver(nobody));

        Tensor MeanOver(Tensor cells) => entropy.mul(cells).sum().div(cells.sum().Clamp(1));
    }

    /// <summary>
    /// Loss of empty confidence maps, which the cross entropy is scaled to. It depends on how much of the frame the
    /// instances fill.
    /// </summary>
    private Tensor EmptyMapLoss(Tensor nodes, TrainingBatch batch)
    {
        using var noGrad = no_grad();
        return MapLoss(nodes.zeros_like(), nodes, batch);
    }

    private LocalPeaks Peaks(Tensor maps) => _nodes.DecodeAll(maps, _options.PeakThreshold, _options.Refinement);

    /// <summary>The instances of one image: one for each class with at least one node.</summary>
    private static InstanceArray InstancesOf(
        int image,
        int slots,
        int nodes,
        float[] points,
        float[] values,
        float[] probabilities
    )
    {
        var size = 2 * nodes;
        int[] present =
        [
            .. Enumerable
                .Range(0, slots)
                .Where(slot => points.AsSpan((image * slots + slot) * size, size).ContainsAnyExcept(float.NaN)),
        ];
        var found = new InstanceArray(nodes, present.Length) { ClassProbabilities = new float[present.Length * slots] };
        for (var instance = 0; instance < present.Length; instance++)
        {
            var from = image * slots + present[instance];
            points.AsSpan(from * size, size).CopyTo(found.Points.AsSpan(instance * size));
            for (var node = 0; node < nodes; node++)
            {
                found.PeakScores[instance * nodes + node] = float.IsNaN(values[from * nodes + node])
                    ? 0
                    : values[from * nodes + node];
            }

            probabilities.AsSpan(from * slots, slots).CopyTo(found.ClassProbabilities.AsSpan(instance * slots));
            found.Tracks[instance] = (uint)present[instance] + 1;
        }
        found.Summarize();
        return found;
    }

    /// <summary>
    /// Probability of each class for each instance, as the mean over its nodes: (B, I, K), NaN for an instance without
    /// nodes.
    /// </summary>
    /// <param name="maps">(B, K, h, w)</param>
    /// <param name="points">(B, I, N, 2) in pixels of the network input, NaN = missing.</param>
    private Tensor ProbabilitiesAt(Tensor maps, Tensor points)
    {
        var (classes, height, width) = (maps.size(1), maps.size(2), maps.size(3));
        // (B, I, N)
        var missing = points.select(3, 0).isnan();
        // (B, I, N, 2)
        var cells = points.to(maps.device).nan_to_num(0).Div(_classes.Stride).round().to(ScalarType.Int64);
        // (B, I, N)
        var place = cells.select(3, 1).Clamp(0, height - 1).Mul(width).Add(cells.select(3, 0).Clamp(0, width - 1));
        // (B, K, I·N)
        var values = maps.flatten(2)
            .gather(2, place.flatten(1).unsqueeze(1).expand(-1, classes, -1))
            // (B, I, N, K)
            .view(maps.size(0), classes, points.size(1), -1)
            .permute(0, 2, 3, 1);
        var visible = missing.logical_not().to(ScalarType.Float32).to(maps.device).unsqueeze(-1);
        return values.mul(visible).sum(2).div(visible.sum(2));
    }

    private static float[] Numbers(Tensor tensor) => tensor.Values<float>();
}

public static partial class ModelCatalog
{
    /// <summary>
    /// Create a <see cref="BottomUpIdEstimator"/>, which trains a network that finds all nodes at once and the class of
    /// each, learned from the tracks of the labels.
    /// </summary>
    /// <inheritdoc cref="SingleInstance"/>
    public static BottomUpIdEstimator BottomUpId(this PoseCatalog catalog, BottomUpIdOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Context, options ?? new());
    }
}
