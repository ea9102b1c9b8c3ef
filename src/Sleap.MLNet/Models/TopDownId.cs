using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// Top-down that also tells which animal is which, learned from the tracks of the labels. SLEAP-NN's
/// <c>multi_class_topdown</c> behind a <c>centroid</c>.
/// </summary>
public sealed record TopDownIdOptions : PoseModelOptions
{
    /// <summary>sleap-nn's name of the second network.</summary>
    internal const string CropNetworkName = "multi_class_topdown";

    /// <summary>The first stage: where the animals are.</summary>
    public CentroidOptions Centroid { get; init; } = new();

    /// <summary>The second stage: the nodes of the animal in a crop, and who it is.</summary>
    public CenteredInstanceOptions CenteredInstance { get; init; } = new();

    /// <summary>The head of the second stage that tells who it is.</summary>
    public ClassVectorOptions ClassVectors { get; init; } = new();

    /// <summary>
    /// The animals' names, which are tracks of the labels; null (default): all tracks that occur in the training
    /// labels.
    /// </summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>
    /// Below this probability of its class an animal gets no identity. No two animals of a frame have the same one, so
    /// an animal may get its second most probable class. Null (default): a tenth of a guess's, 1 / (10 · number of
    /// classes). 0 is SLEAP-NN, which of two animals that both look wholly like the first class calls one the second,
    /// with whatever probability.
    /// </summary>
    [JsonPropertyName("LeastProbability")] // the name in saved models
    public float? MinClassProbability { get; init; }

    /// <summary>The node that is an animal's center in both stages; null (default): as each stage says.</summary>
    public string? AnchorPart { get; init; }

    /// <summary>Which of the animals of a frame are kept: overlapping ones, faint ones. Default: all.</summary>
    public InstanceFilterOptions Filter { get; init; } = new();

    internal override string TypeName => "top-down-id";

    internal override LabelNeeds Needs => new(OneAnimal: false, EmptyRows: true, Tracks: true);

    internal override IReadOnlyList<string>? NamedClasses => Classes;

    internal override PoseModelOptions WithClasses(IReadOnlyList<string> classes) => this with { Classes = classes };

    internal override InstanceFilterOptions KeptInstances => Filter;

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

    internal override IEnumerable<string> Faults(PoseSubject subject)
    {
        foreach (var fault in TopDownOptions.StageFaults(Networks, subject))
            yield return fault;
        foreach (var fault in Filter.Faults())
            yield return $"Filter.{fault}";
        if (MinClassProbability is { } least and not (>= 0 and <= 1))
            yield return $"MinClassProbability is {least}; 0 to 1, or null.";
        foreach (var fault in ClassFaults(Classes))
            yield return fault;
    }

    internal override IEnumerable<string> TrainingFaults() => TopDownOptions.AnchorFaults(Networks);

    internal override ModelColumns ColumnsFor(PoseSubject subject) =>
        ModelColumns.Many(Columns, subject, centroidScores: true, identities: true);

    internal override PosePredictor CreatePredictor(TrainedModel model) =>
        model.InCrops(new ClassVector(model.Subject.Classes.Count, MinClassProbability));

    internal override PoseModelOptions With(PredictionOptions prediction) =>
        WithNetworks(prediction.ApplyToStages(Networks)) with
        {
            Device = prediction.Device ?? Device,
        };

    /// <summary>The model of two networks that sleap-nn configured.</summary>
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

/// <summary>The head that names the animal in a crop; SLEAP-NN's <c>class_vectors</c>.</summary>
public sealed record ClassVectorOptions
{
    /// <summary>
    /// Fully connected layers before the one that gives the classes; SLEAP-NN's <c>num_fc_layers</c>. Default 1.
    /// </summary>
    public int Layers { get; init; } = 1;

    /// <summary>Units of each of them; SLEAP-NN's <c>num_fc_units</c>. Default 64.</summary>
    public int Units { get; init; } = 64;

    /// <summary>
    /// Take the maximum of each channel over the crop first. Default true; without it the deepest map must be a single
    /// cell.
    /// </summary>
    public bool GlobalPool { get; init; } = true;

    /// <summary>
    /// What this head's loss is multiplied by before it is added to that of the confidence maps. Default 0.01.
    /// </summary>
    public float LossWeight { get; init; } = 0.01f;

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
/// Trains two networks, one that finds the center of each animal and one that finds the nodes of the animal in a crop
/// and tells who it is, learned from the tracks of the labels. SLEAP-NN's <c>centroid</c> and
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
/// A trained top-down ID model: adds the nodes of every animal, and who it is, to each frame. Rows hold as many animals
/// as centers were found; one of which no node was found has only NaN in its keypoints.
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
    /// Create a <see cref="TopDownIdEstimator"/>, which trains a top-down model that also tells which animal is which,
    /// learned from the tracks of the labels.
    /// </summary>
    /// <inheritdoc cref="SingleInstance"/>
    public static TopDownIdEstimator TopDownId(this PoseCatalog catalog, TopDownIdOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Context, options ?? new());
    }
}
