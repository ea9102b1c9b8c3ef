using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// Options of a top-down model: a first network finds the centers of the instances, a second one the nodes of each
/// instance in a crop around its center. SLEAP's top-down.
/// </summary>
public sealed record TopDownOptions : PoseModelOptions
{
    /// <summary>The first stage, which finds the centers. A scale of 0.25 to 0.5 is usually enough.</summary>
    public CentroidOptions Centroid { get; init; } = new();

    /// <summary>The second stage, which finds the nodes of the instance in a crop.</summary>
    public CenteredInstanceOptions CenteredInstance { get; init; } = new();

    /// <summary>
    /// The anchor node, which is the center of an instance in both stages; null (default): the setting of each stage.
    /// </summary>
    public string? AnchorPart { get; init; }

    internal override string TypeName => "top-down";

    internal override LabelNeeds Needs => new(SingleInstance: false, EmptyRows: true, Tracks: false);

    internal override IReadOnlyList<NetworkOptions> Networks =>
        [SharedBy(this, AnchorPart, Centroid), SharedBy(this, AnchorPart, CenteredInstance)];

    internal override PoseModelOptions WithNetworks(IReadOnlyList<NetworkOptions> networks) =>
        this with
        {
            Centroid = (CentroidOptions)networks[0],
            CenteredInstance = (CenteredInstanceOptions)networks[1],
        };

    internal override void Check(OptionFaults faults, PoseSubject subject)
    {
        CheckStages(faults, Networks, subject);
        Filter.Check(faults.In(nameof(Filter)));
    }

    internal override void CheckTraining(OptionFaults faults) => CheckCenters(faults, Networks);

    internal override ModelColumns ColumnsFor(PoseSubject subject) =>
        ModelColumns.Many(Columns, subject, centroidScores: true);

    internal override PosePredictor CreatePredictor(TrainedModel model) => model.InCrops();

    internal override PoseModelOptions With(PredictionOptions prediction) =>
        WithNetworks(prediction.ApplyToStages(Networks)) with
        {
            Device = prediction.Device ?? Device,
            Filter = prediction.Filter ?? Filter,
        };

    /// <summary>Returns a stage including the options that both stages share.</summary>
    internal static CentroidOptions SharedBy(PoseModelOptions model, string? anchor, CentroidOptions stage) =>
        stage with
        {
            AnchorPart = anchor ?? stage.AnchorPart,
            Device = model.Device,
            Columns = model.Columns,
        };

    /// <inheritdoc cref="SharedBy(PoseModelOptions, string?, CentroidOptions)"/>
    internal static CenteredInstanceOptions SharedBy(
        PoseModelOptions model,
        string? anchor,
        CenteredInstanceOptions stage
    ) => stage with { AnchorPart = anchor ?? stage.AnchorPart, Device = model.Device, Columns = model.Columns };

    /// <summary>Adds the faults of both stages; each fault names its stage.</summary>
    internal static void CheckStages(OptionFaults faults, IReadOnlyList<NetworkOptions> stages, PoseSubject subject)
    {
        Check(nameof(Centroid), stages[0]);
        Check(nameof(CenteredInstance), stages[1]);
        faults.If(
            stages[1] is CenteredInstanceOptions { BoxCrops: not null },
            "The crops of CenteredInstance are those of boxes (crop_mode: bbox), and a centroid model finds no boxes; "
                + "such a network is trained and predicts on its own"
        );

        void Check(string name, NetworkOptions stage)
        {
            stage.Check(faults.In(name), subject);
            faults
                .In(name)
                .If(stage.Filter != new InstanceFilterOptions(), "Filter is set; set the Filter of the whole model");
        }
    }

    /// <summary>
    /// Adds a fault if the two stages have different centers of instances: the second stage would get crops around other
    /// points than those it was trained on.
    /// </summary>
    internal static void CheckCenters(OptionFaults faults, IReadOnlyList<NetworkOptions> stages)
    {
        foreach (var difference in CenterDifferences(stages))
            faults.If(true, $"{difference}. Set the same for both");
    }

    /// <summary>How the centers of instances differ between the networks of a model, one sentence each.</summary>
    internal static IReadOnlyList<string> CenterDifferences(IReadOnlyList<NetworkOptions> networks)
    {
        if (networks is not [CentroidOptions first, CenteredInstanceOptions second])
            return [];
        (string Name, string? First, string? Second)[] settings =
        [
            (nameof(AnchorPart), first.AnchorPart, second.AnchorPart),
            // Only configurations have it.
            (
                first.AnchorPart is null ? "centroid_method" : "centroid_fallback",
                HeadConfig.NameOf(first.CentroidMethod),
                HeadConfig.NameOf(second.CentroidMethod)
            ),
        ];
        return
        [
            .. settings
                .Where(setting => setting.First != setting.Second)
                .Select(setting =>
                    $"Centroid.{setting.Name} is {setting.First ?? "null"} and CenteredInstance.{setting.Name} "
                    + $"{setting.Second ?? "null"}, so the crops would not be centered where the second stage expects it"
                ),
        ];
    }

    /// <summary>Combines two models that were trained separately; the result shares their networks.</summary>
    /// <exception cref="ArgumentException">The models do not fit together.</exception>
    internal static TopDownTransformer Join(
        IHostEnvironment environment,
        CentroidTransformer first,
        CenteredInstanceTransformer second
    )
    {
        var options = new TopDownOptions
        {
            Centroid = first.Options with { Filter = new() },
            CenteredInstance = second.Options with { Filter = new() },
            Filter = second.Options.Filter,
            Columns = second.Options.Columns,
            Device = second.Options.Device,
        };
        options
            .Checked(second.Subject)
            .If(
                first.Frame != second.Frame,
                $"The centroid model was trained on frames of {first.Frame.Width} x {first.Frame.Height} pixels, the "
                    + $"centered-instance model on {second.Frame.Width} x {second.Frame.Height}; both must be of the "
                    + "same recordings"
            )
            .Throw();
        PoseLog.Warn(environment, "Joining", [.. CenterDifferences(options.Networks).Select(text => $"{text}.")]);
        return (TopDownTransformer)
            TrainedModel.Share(
                environment,
                options,
                second.Subject,
                second.Frame,
                [first.Networks[0], second.Networks[0]]
            );
    }

    internal override IPoseEstimator<PoseModelTransformer> CreateEstimator(PoseCatalog pose) =>
        new TopDownEstimator(pose.Context, this);

    internal override PoseModelTransformer CreateTransformer(TrainedModel model) => new TopDownTransformer(model);
}

/// <summary>
/// Trains two networks: one finds the center of each instance, the other finds the nodes of the instance in a crop
/// around a center. SLEAP-NN's <c>centroid</c> and <c>centered_instance</c> (Pereira et al., 2022).
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
public sealed class TopDownEstimator : PoseEstimator<TopDownTransformer>
{
    internal TopDownEstimator(MLContext context, TopDownOptions options)
        : base(context, options) { }
}

/// <summary>
/// A trained top-down model: adds the center and the nodes of each instance to each frame. A row has as many instances
/// as centers were found; the keypoints of an instance without any found node are all NaN.
/// </summary>
public sealed class TopDownTransformer : PoseModelTransformer<TopDownOptions>, ILoadable<TopDownTransformer>
{
    internal TopDownTransformer(TrainedModel model)
        : base(model) { }

    /// <inheritdoc/>
    public override TopDownTransformer With(PredictionOptions prediction) => (TopDownTransformer)Changed(prediction);

    static int ILoadable<TopDownTransformer>.PayloadVersion => 1;

    static TopDownTransformer ILoadable<TopDownTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    ) => (TopDownTransformer)SavedModel.Load<TopDownOptions>(environment, reader);
}

public static partial class ModelCatalog
{
    /// <summary>
    /// Create a <see cref="TopDownEstimator"/>, which trains two networks for several instances in a frame: one finds
    /// their centers, the other the nodes of each in a crop.
    /// </summary>
    /// <inheritdoc cref="SingleInstance"/>
    public static TopDownEstimator TopDown(this PoseCatalog catalog, TopDownOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Context, options ?? new());
    }

    /// <summary>
    /// Create a <see cref="TopDownTransformer"/> from two trained models. It shares their networks; the two models can
    /// be disposed.
    /// </summary>
    /// <param name="catalog">From <c>mlContext.Pose()</c>.</param>
    /// <param name="centroid">The model that finds the centers.</param>
    /// <param name="centeredInstance">The model that finds the nodes.</param>
    /// <exception cref="ArgumentException">
    /// The models do not fit together: their frame sizes or their anchor nodes differ.
    /// </exception>
    public static TopDownTransformer TopDown(
        this PoseCatalog catalog,
        CentroidTransformer centroid,
        CenteredInstanceTransformer centeredInstance
    )
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(centroid);
        ArgumentNullException.ThrowIfNull(centeredInstance);
        return TopDownOptions.Join(catalog.Context, centroid, centeredInstance);
    }
}
