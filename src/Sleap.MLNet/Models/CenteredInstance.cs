using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Options of a centered-instance model: finds the nodes of the instance at the center of a crop. It is the second
/// stage of top-down. SLEAP-NN's <c>centered_instance</c>.
/// </summary>
public sealed record CenteredInstanceOptions : NetworkOptions
{
    /// <summary>
    /// The anchor node, which is placed at the center of the crop. If it is missing, or if this is null (default), the
    /// center is the mean of the visible nodes. Use the node that the centroid model was trained on. SLEAP-NN's
    /// <c>anchor_part</c>.
    /// </summary>
    public string? AnchorPart { get; init; }

    /// <summary>
    /// Side of the crops in frame pixels, at least the backbone's <see cref="BackboneOptions.MaxStride"/>; null
    /// (default): large enough for the largest labeled instance with the rotation and scaling of
    /// <see cref="NetworkOptions.Augmentation"/>. After <c>Fit</c>, the options of the transformer have the value.
    /// </summary>
    public int? CropSize { get; init; }

    /// <summary>
    /// Minimum side of crops whose size is computed, in frame pixels, 0 or more. Default 0; SLEAP-NN's
    /// <c>min_crop_size</c>, which is 100 there.
    /// </summary>
    [JsonIgnore] // how a model was trained does not change its predictions
    public int MinCropSize { get; init; }

    /// <summary>
    /// Frame pixels added to the side of crops whose size is computed, 0 or more; null (default): as many as rotation
    /// and scaling need. SLEAP-NN's <c>crop_padding</c>.
    /// </summary>
    [JsonIgnore]
    public int? CropPadding { get; init; }

    /// <summary>
    /// How crops are aligned to the pixels of the frame. Default <see cref="CropAlignment.Exact"/>; models trained by
    /// sleap-nn need <see cref="CropAlignment.SleapNN"/>.
    /// </summary>
    public CropAlignment CropAlignment { get; init; } = CropAlignment.Exact;

    /// <summary>
    /// Source of the crop centers if the model predicts on its own; within top-down they come from the centroid model.
    /// Default <see cref="CropSource.Centroids"/>.
    /// </summary>
    public CropSource CropSource { get; init; } = CropSource.Centroids;

    /// <summary>
    /// Column of boxes for <see cref="CropSource.Boxes"/>: four numbers per box, left, top, right and bottom in frame
    /// pixels. Default <c>PredictedBoundingBoxes</c>, the name in ML.NET's object detection.
    /// </summary>
    public string BoxesColumn { get; init; } = "PredictedBoundingBoxes";

    /// <summary>The center of an instance whose anchor is missing or not named; SLEAP-NN's
    /// <c>centroid_method</c>.</summary>
    [JsonInclude]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal CentroidMethod CentroidMethod { get; init; }

    /// <summary>
    /// Crops of boxes in place of crops of one size in frame pixels, which need boxes to predict with; null (default):
    /// of one size. SLEAP-NN's <c>crop_mode: bbox</c>.
    /// </summary>
    [JsonInclude]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal BoxCrops? BoxCrops { get; init; }

    /// <summary>The second head of a top-down ID model; null: no second head.</summary>
    internal ClassVectorOptions? ClassVectors { get; init; }

    internal override string TypeName => "centered-instance";

    internal override string Title => "centered instance";

    internal override string NetworkName =>
        ClassVectors is null ? "centered_instance" : TopDownIdOptions.CropNetworkName;

    internal override bool NeedsClasses => ClassVectors is not null;

    internal override LabelNeeds Needs => new(SingleInstance: false, EmptyRows: false, Tracks: false);

    internal override IReadOnlyList<HeadOptions> Heads(PoseSubject subject)
    {
        var maps = MapsHead(ConfidenceMapKind.CenteredInstance, subject.Skeleton.Nodes.Length);
        return ClassVectors is null ? [maps] : [maps, ClassVectors.Head(subject.Classes.Count)];
    }

    internal override void Check(OptionFaults faults, PoseSubject subject)
    {
        base.Check(faults, subject);
        CheckAnchor(faults, AnchorPart, subject);
        ClassVectors?.Check(faults.In(nameof(ClassVectors)));
        BoxCrops?.Check(faults.In(nameof(BoxCrops)));
        faults
            .If(
                (TileSize ?? TileOverlap) is not null,
                "TileSize or TileOverlap is set; frames can be cut into tiles, crops cannot"
            )
            .Expect(
                CropSize is null || CropSize >= Backbone.MaxStride,
                nameof(CropSize),
                CropSize,
                $"at least the backbone's MaxStride ({Backbone.MaxStride}), or null"
            )
            .AtLeast(nameof(MinCropSize), MinCropSize, 0)
            .AtLeast(nameof(CropPadding), CropPadding, 0)
            .Defined(nameof(CropAlignment), CropAlignment)
            .Defined(nameof(CropSource), CropSource)
            .If(string.IsNullOrWhiteSpace(BoxesColumn), "BoxesColumn has no name")
            .If(
                BoxCrops is not null && CropSource == CropSource.Centroids,
                "CropSource is Centroids, and the crops are those of boxes (crop_mode: bbox); expected Boxes or Labels"
            );
    }

    /// <summary>Returns the options with a crop size, computed from the labels if none was set.</summary>
    private protected override void CheckTiles(TrainingTileOptions tiles, OptionFaults faults) =>
        faults.If(true, "expected null: the network is trained on crops, which are no frames");

    internal override CenteredInstanceOptions CompletedBy(PoseSubject subject, IReadOnlyList<LabeledRow> rows)
    {
        // The stride counts pixels of the network input, and crops are scaled to that.
        var stride = (int)Math.Ceiling(Backbone.MaxStride / Scale);
        if (BoxCrops is not null)
            return CompletedBy(BoxCrops, rows, stride);
        if (CropSize is not null)
            return this;
        var anchor = InstanceCentroids.AnchorOf(AnchorPart, subject.Skeleton);
        float Largest(Func<float[], float> side) =>
            rows.SelectMany(row => row.Points.Chunk(2 * row.Nodes))
                .Select(side)
                .Where(float.IsFinite)
                .DefaultIfEmpty(0)
                .Max();
        var (required, box) = (
            Largest(instance => MLNet.CropSize.Required(instance, anchor, CentroidMethod)),
            Largest(instance => MLNet.CropSize.BoxSide(instance))
        );
        var rotation = Math.Max(Math.Abs(Augmentation.RotationMin), Math.Abs(Augmentation.RotationMax));
        return this with
        {
            CropSize = MLNet.CropSize.Of(
                [required],
                CropPadding
                    ?? MLNet.CropSize.AugmentationPadding(Math.Max(box, MinCropSize), rotation, Augmentation.ScaleMax),
                stride,
                MinCropSize
            ),
        };
    }

    // As in sleap-nn: the median side, and a quarter of it as the smallest.
    private CenteredInstanceOptions CompletedBy(BoxCrops boxes, IReadOnlyList<LabeledRow> rows, int stride)
    {
        double[] sides =
        [
            .. rows.SelectMany(row => row.Points.Chunk(2 * row.Nodes))
                .Select(instance => boxes.SideOf(boxes.BoxOf(instance)))
                .Where(double.IsFinite)
                .Order(),
        ];
        var median = sides.Length == 0 ? 0 : (sides[(sides.Length - 1) / 2] + sides[sides.Length / 2]) / 2;
        return this with
        {
            CropSize = CropSize ?? Math.Max(1, (int)Math.Ceiling(median / stride)) * stride,
            BoxCrops = boxes with
            {
                MinSize = boxes.MinSize ?? (median > 0.02 ? (float)Math.Round(median / 4, 2) : null),
            },
        };
    }

    internal override ModelColumns ColumnsFor(PoseSubject subject) =>
        ModelColumns.Many(Columns, subject, centroidScores: true);

    internal override NetworkOptions With(PredictionOptions prediction) =>
        prediction.ApplyTo(this) with
        {
            CropSize = prediction.CropSize ?? CropSize,
        };

    internal override CenterColumn? BindCenters(DataViewSchema schema, PoseSubject subject) =>
        CenterColumn.Bind(schema, this, subject.Skeleton, nameof(CenteredInstanceTransformer));

    internal override PosePredictor CreatePredictor(TrainedModel model) => model.InCrops();

    internal override SampleMaker CreateSamples(PoseSubject subject, (int Height, int Width) frame) =>
        new CropSampleMaker(this, subject, frame);

    internal override PoseModel CreateModel(PoseSubject subject, SharedNetwork network) =>
        new CenteredInstanceModel(this, subject, network);

    internal override (string Name, (string Key, object? Value)[] Values)? SleapHead(PoseSubject subject) =>
        ClassVectors?.SleapHead(subject, Backbone.MaxStride);

    internal static NetworkOptions FromSleap(HeadConfig head, DataConfig data) =>
        new CenteredInstanceOptions
        {
            AnchorPart = head.AnchorPart ?? data.CenterPart,
            CentroidMethod = head.CentroidMethod,
            CropSize = data.CropSize,
            MinCropSize = data.MinCropSize,
            CropPadding = data.CropPadding,
            CropAlignment = CropAlignment.SleapNN,
            BoxCrops = data.BoxCrops,
            CropSource = data.BoxCrops is null ? CropSource.Centroids : CropSource.Boxes,
        };

    internal override IPoseEstimator<PoseModelTransformer> CreateEstimator(PoseCatalog pose) =>
        new CenteredInstanceEstimator(pose.Context, this);

    internal override PoseModelTransformer CreateTransformer(TrainedModel model) =>
        new CenteredInstanceTransformer(model);
}

/// <summary>Source of the crop centers.</summary>
public enum CropSource
{
    /// <summary>The predicted-centroid column, filled by a centroid model or by any other transformer.</summary>
    Centroids,

    /// <summary>The anchors of the labeled instances, to measure the second stage on its own.</summary>
    Labels,

    /// <summary>The centers of boxes from another detector.</summary>
    Boxes,
}

/// <summary>
/// Trains a network that finds the nodes of the instance at the center of a crop. SLEAP-NN's <c>centered_instance</c>
/// (Pereira et al., 2022). To predict, it needs the centers of the instances, see
/// <see cref="CenteredInstanceOptions.CropSource"/>; <c>pose.TopDown</c> trains it together with the model that finds
/// the centers.
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
public sealed class CenteredInstanceEstimator : PoseEstimator<CenteredInstanceTransformer>
{
    internal CenteredInstanceEstimator(MLContext context, CenteredInstanceOptions options)
        : base(context, options) { }
}

/// <summary>
/// A trained centered-instance model: adds the nodes of the instances whose centers are given, see
/// <see cref="CenteredInstanceOptions.CropSource"/>. After a <see cref="CentroidTransformer"/> in a pipeline its output
/// is that of <see cref="TopDownTransformer"/>, which decodes each frame only once.
/// </summary>
public sealed class CenteredInstanceTransformer
    : PoseModelTransformer<CenteredInstanceOptions>,
        ILoadable<CenteredInstanceTransformer>
{
    internal CenteredInstanceTransformer(TrainedModel model)
        : base(model) { }

    /// <summary>Returns the same model with crops around other centers. Both share their network.</summary>
    /// <param name="source">Where the centers come from.</param>
    /// <param name="boxesColumn">Column of boxes for <see cref="CropSource.Boxes"/>; null: as before.</param>
    public CenteredInstanceTransformer With(CropSource source, string? boxesColumn = null) =>
        (CenteredInstanceTransformer)Changed(
            Options with
            {
                CropSource = source,
                BoxesColumn = boxesColumn ?? Options.BoxesColumn,
            }
        );

    /// <inheritdoc/>
    public override CenteredInstanceTransformer With(PredictionOptions prediction) =>
        (CenteredInstanceTransformer)Changed(prediction);

    static int ILoadable<CenteredInstanceTransformer>.PayloadVersion => 1;

    static CenteredInstanceTransformer ILoadable<CenteredInstanceTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    ) => (CenteredInstanceTransformer)SavedModel.Load<CenteredInstanceOptions>(environment, reader);
}

/// <summary>
/// The network of a centered-instance model: one confidence map per node, and with class vectors the probability of
/// each class.
/// </summary>
internal sealed class CenteredInstanceModel : SingleInstanceModel
{
    private readonly ClassVector? _classes;

    public CenteredInstanceModel(CenteredInstanceOptions options, PoseSubject subject, SharedNetwork network)
        : base(options, subject, network)
    {
        _classes = options.ClassVectors is null ? null : new ClassVector(subject.Classes.Count);
    }

    protected override Tensor[] HeadLosses(Tensor[] outputs, TrainingBatch batch) =>
        _classes is null
            ? base.HeadLosses(outputs, batch)
            :
            [
                .. base.HeadLosses(outputs, batch),
                ClassVector.Loss(outputs[1], _classes.Encode(batch.Classes.select(1, 0))),
            ];

    public override Tensor? CorrectClasses(Tensor[] outputs, TrainingBatch batch) =>
        _classes is null ? null : CorrectClasses(outputs[1].unsqueeze(1), batch.Classes);

    public override InstanceArray[] Read(Tensor[] outputs)
    {
        var found = base.Read(outputs);
        if (_classes is null)
            return found;
        var probabilities = outputs[1].Values<float>();
        // A crop gives only class probabilities: the class of an instance depends on the other instances of its frame.
        return
        [
            .. found.Select(
                (instance, image) =>
                    new InstanceArray(instance.Nodes, 1)
                    {
                        Points = instance.Points,
                        PeakScores = instance.PeakScores,
                        Scores = instance.Scores,
                        Centroids = instance.Centroids,
                        ClassProbabilities = probabilities[
                            (image * _classes.Classes)..((image + 1) * _classes.Classes)
                        ],
                    }
            ),
        ];
    }
}

public static partial class ModelCatalog
{
    /// <summary>
    /// Create a <see cref="CenteredInstanceEstimator"/>, which trains a network to find the nodes of the instance at
    /// the center of a crop: the second stage of a top-down model.
    /// </summary>
    /// <inheritdoc cref="SingleInstance"/>
    public static CenteredInstanceEstimator CenteredInstance(
        this PoseCatalog catalog,
        CenteredInstanceOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Context, options ?? new());
    }
}
