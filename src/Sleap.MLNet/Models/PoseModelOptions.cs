using System.Text.Json.Serialization;
using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// Base of the options of all model types. The options of a type define its networks, its requirements on the labels,
/// its output columns and its predictor.
/// </summary>
public abstract record PoseModelOptions
{
    // A model type is one file in this folder: its options, its estimator and transformer, and the method on
    // PoseCatalog that creates the estimator. A type with its own kind of network also derives a PoseModel with the
    // losses of the heads and the decoding of the outputs.
    private protected PoseModelOptions() { }

    /// <summary>
    /// Device of prediction: <c>auto</c> (default: the GPU if there is one), <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.
    /// </summary>
    [JsonIgnore] // the machine that loads a model may not have the device of the one that saved it
    public string Device { get; init; } = "auto";

    /// <summary>Names of the input and output columns; in a model with two stages they apply to both stages.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    /// <summary>
    /// Filter of the instances of a frame, by overlap and by score. Default: all are kept. In a model with two stages it
    /// applies to the second one, and the stages themselves have none.
    /// </summary>
    public InstanceFilterOptions Filter { get; init; } = new();

    /// <summary>Name of the type on the command line: <c>top-down-id</c>.</summary>
    internal abstract string TypeName { get; }

    /// <summary>Requirements on the labels for training.</summary>
    internal abstract LabelNeeds Needs { get; }

    /// <summary>The classes that the user selected; null: all tracks of the labels.</summary>
    internal virtual IReadOnlyList<string>? NamedClasses => null;

    /// <summary>Returns the options with these classes, if the type has classes.</summary>
    internal virtual PoseModelOptions WithClasses(IReadOnlyList<string> classes) => this;

    /// <summary>
    /// The options of its networks, first stage first, each including the options that the stages share.
    /// </summary>
    internal abstract IReadOnlyList<NetworkOptions> Networks { get; }

    /// <summary>Returns the same model type with these networks; the inverse of <see cref="Networks"/>.</summary>
    internal abstract PoseModelOptions WithNetworks(IReadOnlyList<NetworkOptions> networks);

    /// <summary>Adds the faults of the options.</summary>
    /// <param name="faults">Where they are added.</param>
    /// <param name="subject">
    /// Skeleton and classes; <see cref="PoseSubject.Placeholder"/> before labels are read.
    /// </param>
    internal abstract void Check(OptionFaults faults, PoseSubject subject);

    /// <summary>Adds the faults that matter only for training.</summary>
    internal virtual void CheckTraining(OptionFaults faults) { }

    /// <summary>Returns the output columns.</summary>
    internal abstract ModelColumns ColumnsFor(PoseSubject subject);

    /// <summary>
    /// Returns the input column with the centers of the instances; null: the model finds them itself.
    /// </summary>
    /// <exception cref="ArgumentException">The column is missing or has another type.</exception>
    internal virtual CenterColumn? BindCenters(DataViewSchema schema, PoseSubject subject) => null;

    /// <summary>Number of frames in one batch of prediction.</summary>
    internal virtual int FramesAtOnce => Networks[0].BatchSize;

    /// <summary>Groups the peaks of all nodes into instances, for types that find nodes before instances.</summary>
    /// <param name="subject">Skeleton and classes.</param>
    /// <param name="peaks">The peaks of all images.</param>
    /// <param name="images">Number of images.</param>
    /// <param name="evidence">
    /// By what they are grouped: the score of each pair in the order of <see cref="PeakPairs"/>, or the probability of
    /// each class for each peak.
    /// </param>
    internal virtual IReadOnlyList<InstanceArray> Group(
        PoseSubject subject,
        HostPeaks peaks,
        int images,
        float[] evidence
    ) => throw new NotSupportedException($"{GetType().Name} groups no peaks.");

    /// <summary>Creates the predictor of a trained model of this type.</summary>
    internal abstract PosePredictor CreatePredictor(TrainedModel model);

    /// <summary>Returns the options with other prediction settings.</summary>
    internal abstract PoseModelOptions With(PredictionOptions prediction);

    /// <summary>Creates an estimator that trains a model of this type.</summary>
    internal abstract IPoseEstimator<PoseModelTransformer> CreateEstimator(PoseCatalog pose);

    /// <summary>Creates the transformer of a trained model of this type.</summary>
    internal abstract PoseModelTransformer CreateTransformer(TrainedModel model);

    /// <summary>Returns a collector with the faults of the options.</summary>
    internal OptionFaults Checked(PoseSubject subject)
    {
        var faults = new OptionFaults(GetType().Name);
        Check(faults, subject);
        return faults;
    }

    private protected static void CheckClasses(OptionFaults faults, IReadOnlyList<string>? classes)
    {
        faults.If(
            classes is not null && classes.Distinct().Count() < classes.Count,
            $"Classes has a name twice: {string.Join(", ", classes ?? [])}"
        );
        foreach (var fault in (classes ?? []).Select(name => OneLine.FaultOf("a class", name)).OfType<string>())
            faults.If(true, fault);
    }
}

/// <summary>Skeleton and classes of a model.</summary>
/// <param name="Skeleton">The nodes and edges of the instances.</param>
/// <param name="Classes">Names of the classes; empty for models without classes.</param>
internal sealed record PoseSubject(Skeleton Skeleton, IReadOnlyList<string> Classes)
{
    /// <summary>The subject before labels are read: enough to check options and to declare column types.</summary>
    public static PoseSubject Placeholder { get; } = new(new Skeleton("", ["a", "b"], [new Edge(0, 1)]), ["class"]);
}
