using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// Options of a top-down model that also gives the class of each instance, learned from the tracks of the labels.
/// SLEAP-NN's <c>multi_class_topdown</c> after a <c>centroid</c>.
/// </summary>
public sealed record TopDownIdOptions : PoseModelOptions
{
    /// <summary>Name of the second network in sleap-nn.</summary>
    internal const string CropNetworkName = "multi_class_topdown";

    /// <summary>The first stage, which finds the centers.</summary>
    public CentroidOptions Centroid { get; init; } = new();

    /// <summary>The second stage, which finds the nodes and the class of the instance in a crop.</summary>
    public CenteredInstanceOptions CenteredInstance { get; init; } = new();

    /// <summary>The head of the second stage that gives the class.</summary>
    public ClassVectorOptions ClassVectors { get; init; } = new();

    /// <summary>
    /// Names of the classes, which are tracks of the labels; null (default): all tracks in the training labels.
    /// </summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>
    /// Minimum class probability: an instance below it gets no identity. Null (default): a tenth of the uniform
    /// probability, 1 / (10 · number of classes). No two instances of a frame get the same identity, so an instance may
    /// get its second most probable class. SLEAP-NN has no minimum (0): if two instances both clearly look like the
    /// first class, one of them gets the second class, however improbable it is.
    /// </summary>
    [JsonPropertyName("LeastProbability")] // the name in saved models
    public float? MinClassProbability { get; init; }

    /// <summary>
    /// The anchor node, which is the center of an instance in both stages; null (default): the setting of each stage.
    /// </summary>
    public string? AnchorPart { get; init; }

    internal override string TypeName => "top-down-id";

    internal override LabelNeeds Needs => new(SingleInstance: false, EmptyRows: true, Tracks: true);

    internal override IReadOnlyList<string>? NamedClasses => Classes;

    internal override PoseModelOptions WithClasses(IReadOnlyList<string> classes) => this with { Classes = classes };

    internal override IReadOnlyList<NetworkOptions> Networks =>
        [
            TopDownOptions.SharedBy(this, AnchorPart, Centroid),
            TopDownOptions.SharedBy(this, AnchorPart, CenteredInstance) with
            {
                ClassVectors = ClassVectors,
            },
        ];

    internal override PoseModelOptions WithNetworks(IReadOnlyList<NetworkOptions> networks) =>
        this with
        {
            Centroid = (CentroidOptions)networks[0],
            CenteredInstance = (CenteredInstanceOptions)networks[1] with { ClassVectors = null },
        };

    internal override void Check(OptionFaults faults, PoseSubject subject)
    {
        TopDownOptions.CheckStages(faults, Networks, subject);
        Filter.Check(faults.In(nameof(Filter)));
        faults.Within(nameof(MinClassProbability), MinClassProbability, 0, 1);
        CheckClasses(faults, Classes);
    }

    internal override void CheckTraining(OptionFaults faults) => TopDownOptions.CheckCenters(faults, Networks);

    internal override ModelColumns ColumnsFor(PoseSubject subject) =>
        ModelColumns.Many(
            Columns,
            subject,
            centroidScores: true,
            identities: true,
            asIdentities: ClassVectors.WritesIdentities
        );

    internal override PosePredictor CreatePredictor(TrainedModel model) =>
        model.InCrops(new ClassVector(model.Subject.Classes.Count, MinClassProbability));

    internal override PoseModelOptions With(PredictionOptions prediction) =>
        WithNetworks(prediction.ApplyToStages(Networks)) with
        {
            Device = prediction.Device ?? Device,
            Filter = prediction.Filter ?? Filter,
        };

    /// <summary>Combines two networks that sleap-nn configured.</summary>
    internal static TopDownIdOptions Of(CentroidOptions centroid, CenteredInstanceOptions crops) =>
        new()
        {
            Centroid = centroid,
            CenteredInstance = crops with { ClassVectors = null },
            ClassVectors = crops.ClassVectors!,
        };

    internal static NetworkOptions CropsFromSleap(HeadConfig head, DataConfig data) =>
        (CenteredInstanceOptions)CenteredInstanceOptions.FromSleap(head, data) with
        {
            ClassVectors = head.ClassVectors ?? new(),
        };

    internal override IPoseEstimator<PoseModelTransformer> CreateEstimator(PoseCatalog pose) =>
        new TopDownIdEstimator(pose.Context, this);

    internal override PoseModelTransformer CreateTransformer(TrainedModel model) => new TopDownIdTransformer(model);
}

/// <summary>
/// Options of the head that gives the class of the instance in a crop; SLEAP-NN's <c>class_vectors</c>.
/// </summary>
public sealed record ClassVectorOptions
{
    /// <summary>
    /// Number of fully connected layers before the output layer, 0 or more; SLEAP-NN's <c>num_fc_layers</c>. Default 1.
    /// </summary>
    public int Layers { get; init; } = 1;

    /// <summary>
    /// Number of units of each of these layers, at least 1; SLEAP-NN's <c>num_fc_units</c>. Default 64.
    /// </summary>
    public int Units { get; init; } = 64;

    /// <summary>
    /// Whether the maximum of each channel over the crop is taken first. Default true; if false, the deepest map must
    /// be a single cell.
    /// </summary>
    public bool GlobalPool { get; init; } = true;

    /// <summary>Weight of this head's loss in the total loss, 0 or more. Default 0.01.</summary>
    public float LossWeight { get; init; } = 0.01f;

    /// <summary>
    /// Whether labels of predictions have the class as identity too, and not as track alone; SLEAP-NN's
    /// <c>class_output: identity</c>.
    /// </summary>
    [JsonInclude]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal bool WritesIdentities { get; init; }

    internal void Check(OptionFaults faults) =>
        faults
            .AtLeast(nameof(Layers), Layers, 0)
            .AtLeast(nameof(Units), Units, 1)
            .NotNegative(nameof(LossWeight), LossWeight);

    internal (string Name, (string Key, object? Value)[] Values) SleapHead(PoseSubject subject, int stride) =>
        (
            "class_vectors",
            [
                ("classes", subject.Classes),
                ("num_fc_layers", Layers),
                ("num_fc_units", Units),
                ("global_pool", GlobalPool),
                ("output_stride", stride),
                ("loss_weight", LossWeight),
                ("class_output", HeadConfig.ClassOutputs[WritesIdentities ? 1 : 0]),
            ]
        );

    internal HeadOptions Head(int classes) =>
        new ClassVectorHeadOptions
        {
            Classes = classes,
            Layers = Layers,
            Units = Units,
            GlobalPool = GlobalPool,
            LossWeight = LossWeight,
        };
}

/// <summary>
/// Trains two networks: one finds the center of each instance, the other finds the nodes and the class of the instance
/// in a crop. The classes are learned from the tracks of the labels. SLEAP-NN's <c>centroid</c> and
/// <c>multi_class_topdown</c> (Pereira et al., 2022).
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
/// | | `CentroidScore`, `IdentityScore`: variable-sized vector of <xref:System.Single> |
/// | | `PredictedIdentity`: variable-sized vector of [key](xref:Microsoft.ML.Data.KeyDataViewType) |
/// | Exportable to ONNX | No |
/// ]]></format>
/// </remarks>
public sealed class TopDownIdEstimator : PoseEstimator<TopDownIdTransformer>
{
    internal TopDownIdEstimator(MLContext context, TopDownIdOptions options)
        : base(context, options) { }
}

/// <summary>
/// A trained top-down ID model: adds the nodes and the class of each instance to each frame. A row has as many
/// instances as centers were found; the keypoints of an instance without any found node are all NaN.
/// </summary>
public sealed class TopDownIdTransformer : PoseModelTransformer<TopDownIdOptions>, ILoadable<TopDownIdTransformer>
{
    internal TopDownIdTransformer(TrainedModel model)
        : base(model) { }

    /// <inheritdoc/>
    public override TopDownIdTransformer With(PredictionOptions prediction) =>
        (TopDownIdTransformer)Changed(prediction);

    static int ILoadable<TopDownIdTransformer>.PayloadVersion => 1;

    static TopDownIdTransformer ILoadable<TopDownIdTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    ) => (TopDownIdTransformer)SavedModel.Load<TopDownIdOptions>(environment, reader);
}

public static partial class ModelCatalog
{
    /// <summary>
    /// Create a <see cref="TopDownIdEstimator"/>, which trains a top-down model that also gives the class of each
    /// instance, learned from the tracks of the labels.
    /// </summary>
    /// <inheritdoc cref="SingleInstance"/>
    public static TopDownIdEstimator TopDownId(this PoseCatalog catalog, TopDownIdOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Context, options ?? new());
    }
}
