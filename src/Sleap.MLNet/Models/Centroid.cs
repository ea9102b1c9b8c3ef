using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.IO;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Options of a centroid model: finds the center of each instance. It is the first stage of top-down. SLEAP-NN's
/// <c>centroid</c>.
/// </summary>
public sealed record CentroidOptions : NetworkOptions
{
    /// <summary>
    /// The anchor node, which is the center of an instance. If it is missing, or if this is null (default), the center
    /// is the mean of the visible nodes. A node near the middle of the body that is nearly always visible works best.
    /// SLEAP-NN's <c>anchor_part</c>.
    /// </summary>
    public string? AnchorPart { get; init; }

    /// <summary>
    /// Maximum number of instances in a frame, at least 1; those with the highest peaks are kept. Null (default): no
    /// limit.
    /// </summary>
    public int? MaxInstances { get; init; }

    /// <summary>
    /// Whether a sigmoid is applied to the map; SLEAP-NN's <c>use_sigmoid_activation</c>. Default false.
    /// </summary>
    public bool Sigmoid { get; init; }

    /// <summary>
    /// Trains by focal loss instead of mean squared error; needs <see cref="Sigmoid"/>. Null (default): mean squared
    /// error.
    /// </summary>
    public FocalLoss? FocalLoss { get; init; }

    /// <summary>The center of an instance whose anchor is missing or not named; SLEAP-NN's
    /// <c>centroid_method</c>.</summary>
    [JsonInclude]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal CentroidMethod CentroidMethod { get; init; }

    internal override string TypeName => "centroid";

    internal override string Title => "centroid";

    internal override string NetworkName => "centroid";

    internal override LabelNeeds Needs => new(SingleInstance: false, EmptyRows: true, Tracks: false);

    internal override IReadOnlyList<HeadOptions> Heads(PoseSubject subject) =>
        [MapsHead(ConfidenceMapKind.Centroid, 1) with { Sigmoid = Sigmoid }];

    internal override void Check(OptionFaults faults, PoseSubject subject)
    {
        base.Check(faults, subject);
        CheckAnchor(faults, AnchorPart, subject);
        FocalLoss?.Check(faults.In(nameof(FocalLoss)));
        faults
            .If(
                FocalLoss is not null && !Sigmoid,
                "FocalLoss is set, but Sigmoid is not: it is a loss of probabilities"
            )
            .AtLeast(nameof(MaxInstances), MaxInstances, 1);
    }

    internal override ModelColumns ColumnsFor(PoseSubject subject) =>
        ModelColumns.Many(Columns, subject with { Skeleton = CentroidModel.Skeleton }, centroidScores: true);

    internal override NetworkOptions With(PredictionOptions prediction) =>
        prediction.ApplyTo(this) with
        {
            MaxInstances = prediction.MaxInstances ?? MaxInstances,
        };

    internal override SampleMaker CreateSamples(PoseSubject subject, (int Height, int Width) frame)
    {
        var anchor = InstanceCentroids.AnchorOf(AnchorPart, subject.Skeleton);
        return new FrameSampleMaker(
            this,
            frame,
            CentroidModel.Skeleton,
            row => InstanceCentroids.OfAll(row.Points, row.Nodes, anchor, CentroidMethod),
            LabeledRow.NoClasses
        );
    }

    internal override PoseModel CreateModel(PoseSubject subject, SharedNetwork network) =>
        new CentroidModel(this, subject, network);

    internal static NetworkOptions FromSleap(HeadConfig head, DataConfig data) =>
        new CentroidOptions
        {
            AnchorPart = head.AnchorPart ?? data.CenterPart,
            CentroidMethod = head.CentroidMethod,
            Sigmoid = head.Sigmoid,
            FocalLoss = head.FocalLoss,
        };

    internal override IPoseEstimator<PoseModelTransformer> CreateEstimator(PoseCatalog pose) =>
        new CentroidEstimator(pose.Context, this);

    internal override PoseModelTransformer CreateTransformer(TrainedModel model) => new CentroidTransformer(model);
}

/// <summary>
/// Trains a network that finds the center of each instance in a frame. SLEAP-NN's <c>centroid</c> (Pereira et al.,
/// 2022).
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
/// | | `CentroidScore`: variable-sized vector of <xref:System.Single> |
/// | Exportable to ONNX | No |
/// ]]></format>
/// </remarks>
public sealed class CentroidEstimator : PoseEstimator<CentroidTransformer>
{
    internal CentroidEstimator(MLContext context, CentroidOptions options)
        : base(context, options) { }
}

/// <summary>
/// A trained centroid model: adds the center of each instance to each frame, as centroids and as instances of a
/// skeleton with the single node <c>centroid</c>.
/// </summary>
public sealed class CentroidTransformer : PoseModelTransformer<CentroidOptions>, ILoadable<CentroidTransformer>
{
    internal CentroidTransformer(TrainedModel model)
        : base(model) { }

    /// <inheritdoc/>
    public override CentroidTransformer With(PredictionOptions prediction) => (CentroidTransformer)Changed(prediction);

    static int ILoadable<CentroidTransformer>.PayloadVersion => 1;

    static CentroidTransformer ILoadable<CentroidTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    ) => (CentroidTransformer)SavedModel.Load<CentroidOptions>(environment, reader);
}

/// <summary>The network of a centroid model: one confidence map with a peak at the anchor of each instance.</summary>
internal sealed class CentroidModel : PoseModel
{
    /// <summary>The skeleton of the centers: instances with one node.</summary>
    public static readonly Skeleton Skeleton = new("centroid", ["centroid"]);

    private readonly CentroidOptions _options;
    private readonly ConfidenceMap _codec;

    public CentroidModel(CentroidOptions options, PoseSubject subject, SharedNetwork network)
        : base(options, subject, network)
    {
        _options = options;
        _codec = options.CreateMaps();
    }

    public override Tensor Nearest(Tensor[] outputs, Tensor points) => Peaks(outputs[0]).Nearest(points);

    public override InstanceArray[] Find(Tensor images)
    {
        using var scope = NewDisposeScope();
        var peaks = Peaks(Outputs(images)[0]);
        return
        [
            .. Enumerable
                .Range(0, (int)images.shape[0])
                .Select(image => Centers([.. peaks.Of(image, 0).Take(_options.MaxInstances ?? int.MaxValue)])),
        ];
    }

    protected override Tensor[] HeadLosses(Tensor[] outputs, TrainingBatch batch)
    {
        var target = _codec.Encode(batch.Points, batch.Height, batch.Width);
        return
        [
            _options.FocalLoss is { } focal
                ? focal.Loss(outputs[0], target, batch.Weights())
                : MapLoss(outputs[0], target, batch),
        ];
    }

    private PeakLists Peaks(Tensor maps) => new(_codec.DecodeAll(maps, _options.PeakThreshold, _options.Refinement));

    private static InstanceArray Centers((float X, float Y, float Value)[] peaks)
    {
        var found = new InstanceArray(1, peaks.Length);
        for (var i = 0; i < peaks.Length; i++)
        {
            (found.Points[2 * i], found.Points[2 * i + 1], found.PeakScores[i]) = peaks[i];
            found.CentroidScores[i] = peaks[i].Value;
        }
        found.Summarize();
        return found;
    }
}

public static partial class ModelCatalog
{
    /// <summary>
    /// Create a <see cref="CentroidEstimator"/>, which trains a network to find the center of each instance: the first
    /// stage of a top-down model.
    /// </summary>
    /// <inheritdoc cref="SingleInstance"/>
    public static CentroidEstimator Centroid(this PoseCatalog catalog, CentroidOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Context, options ?? new());
    }
}
