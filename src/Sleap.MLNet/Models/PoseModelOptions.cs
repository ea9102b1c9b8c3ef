using System.Text.Json.Serialization;
using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// Base of the options of all model types. The options of a type define it: its networks, what it needs of the labels,
/// the columns it adds, and how it predicts.
/// </summary>
/// <remarks>
/// A model type is one file in this folder: its options, its estimator and transformer, and the method on
/// <see cref="PoseCatalog"/> that creates the estimator. A type with a network of its own also derives a
/// <see cref="PoseModel"/>: the heads' losses, and how instances are read from the outputs.
/// </remarks>
public abstract record PoseModelOptions
{
    private protected PoseModelOptions() { }

    /// <summary>
    /// Where to predict: <c>auto</c> (default: the GPU if there is one), <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.
    /// </summary>
    [JsonIgnore] // the machine that loads a model may have none of the one that saved it
    public string Device { get; init; } = "auto";

    /// <summary>Names of the columns, in and out; those of a model of two stages count for both.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    /// <summary>What the command line calls the type: <c>top-down-id</c>.</summary>
    internal abstract string TypeName { get; }

    /// <summary>What the labels must have to train it.</summary>
    internal abstract LabelNeeds Needs { get; }

    /// <summary>The classes that the user named; null: all tracks of the labels.</summary>
    internal virtual IReadOnlyList<string>? NamedClasses => null;

    /// <summary>The same options with these classes, where the type has some.</summary>
    internal virtual PoseModelOptions WithClasses(IReadOnlyList<string> classes) => this;

    /// <summary>Which of the instances of a frame are kept; null: all.</summary>
    internal virtual InstanceFilterOptions? KeptInstances => null;

    /// <summary>
    /// The options of its networks, first stage first, with what the stages share written into each of them.
    /// </summary>
    internal abstract IReadOnlyList<NetworkOptions> Networks { get; }

    /// <summary>The same model type with these networks; the inverse of <see cref="Networks"/>.</summary>
    internal abstract PoseModelOptions WithNetworks(IReadOnlyList<NetworkOptions> networks);

    /// <summary>What is wrong with the options, one sentence each.</summary>
    /// <param name="subject">What the model is of; <see cref="PoseSubject.Placeholder"/> before labels are read.</param>
    internal abstract IEnumerable<string> Faults(PoseSubject subject);

    /// <summary>What is wrong only when the model is trained.</summary>
    internal virtual IEnumerable<string> TrainingFaults() => [];

    /// <summary>The columns that it adds.</summary>
    internal abstract ModelColumns ColumnsFor(PoseSubject subject);

    /// <summary>The column that tells the model where instances are; null: it finds them itself.</summary>
    /// <exception cref="ArgumentException">The column is missing or has another type.</exception>
    internal virtual CenterColumn? BindCenters(DataViewSchema schema, PoseSubject subject) => null;

    /// <summary>What predicts with a trained model of this type.</summary>
    internal abstract PosePredictor CreatePredictor(TrainedModel model);

    /// <summary>The options with other settings to predict with.</summary>
    internal abstract PoseModelOptions With(PredictionOptions prediction);

    /// <summary>An estimator that trains a model of this type.</summary>
    internal abstract IPoseEstimator<PoseModelTransformer> CreateEstimator(PoseCatalog pose);

    /// <summary>The transformer of a trained model of this type.</summary>
    internal abstract PoseModelTransformer CreateTransformer(TrainedModel model);

    /// <summary>Throws when there are faults.</summary>
    /// <exception cref="ArgumentException">Lists every fault.</exception>
    internal static void Throw(IEnumerable<string> faults)
    {
        string[] all = [.. faults.Distinct()];
        if (all.Length > 0)
            throw new ArgumentException("These options cannot be used:\n  " + string.Join("\n  ", all));
    }

    private protected static IEnumerable<string> ClassFaults(IReadOnlyList<string>? classes)
    {
        if (classes is not null && classes.Distinct().Count() < classes.Count)
            yield return $"Classes names an animal twice: {string.Join(", ", classes)}.";
    }
}

/// <summary>What a model is of.</summary>
/// <param name="Skeleton">The nodes it finds and the edges between them.</param>
/// <param name="Classes">Names of the instances that it tells apart; empty where it tells none.</param>
internal sealed record PoseSubject(Skeleton Skeleton, IReadOnlyList<string> Classes)
{
    /// <summary>
    /// Stands for the subject before labels are read: enough to check options and to announce column types.
    /// </summary>
    public static PoseSubject Placeholder { get; } = new(new Skeleton("", ["a", "b"], [new Edge(0, 1)]), ["class"]);
}
