namespace Sleap.MLNet;

/// <summary>What a single network finds; the names are those of sleap-nn's <c>head_configs</c>.</summary>
public enum ModelType
{
    /// <summary>The nodes of the only instance in a frame; <c>single_instance</c>.</summary>
    SingleInstance,

    /// <summary>The center of each instance in a frame; <c>centroid</c>.</summary>
    Centroid,

    /// <summary>The nodes of the instance at the center of a crop; <c>centered_instance</c>.</summary>
    CenteredInstance,

    /// <summary>The nodes of all instances in a frame, grouped by part affinity fields; <c>bottomup</c>.</summary>
    BottomUp,

    /// <summary>The nodes and the class of the instance at the center of a crop; <c>multi_class_topdown</c>.</summary>
    TopDownId,

    /// <summary>The nodes of all instances in a frame, and their classes; <c>multi_class_bottomup</c>.</summary>
    BottomUpId,
}

/// <summary>
/// The model types that can be trained, each by one estimator. <see cref="ModelType"/> is what a single network of a
/// model finds.
/// </summary>
public enum PoseModelKind
{
    /// <summary>One instance in each frame: <c>pose.SingleInstance</c>.</summary>
    SingleInstance,

    /// <summary>Only the centers of several instances: <c>pose.Centroid</c>.</summary>
    Centroid,

    /// <summary>Several instances, each located first and then analyzed in its own crop: <c>pose.TopDown</c>.</summary>
    TopDown,

    /// <summary>
    /// Several instances, whose nodes are found all at once and grouped by part affinity fields: <c>pose.BottomUp</c>.
    /// </summary>
    BottomUp,

    /// <summary><see cref="TopDown"/> that also gives the class of each instance: <c>pose.TopDownId</c>.</summary>
    TopDownId,

    /// <summary>
    /// Several instances, whose nodes are found all at once and grouped by class: <c>pose.BottomUpId</c>.
    /// </summary>
    BottomUpId,
}

/// <summary>The model types by their names in configurations and on the command line.</summary>
internal static class ModelTypes
{
    /// <summary>The equivalent of a section of sleap-nn's <c>head_configs</c>.</summary>
    /// <param name="Type">What its network finds.</param>
    /// <param name="SleapNN">sleap-nn's name.</param>
    /// <param name="Legacy">The name in SLEAP before 1.5.</param>
    /// <param name="Head">Name and type of its head beside the confidence maps; null: none.</param>
    /// <param name="OptionsOf">
    /// Creates the options of the network, with the values of the section that belong to this model type.
    /// </param>
    internal sealed record Network(
        ModelType Type,
        string SleapNN,
        string Legacy,
        (string Name, string Meaning)? Head,
        Func<HeadConfig, DataConfig, NetworkOptions> OptionsOf
    );

    /// <summary>All sections of <c>head_configs</c>, in sleap-nn's order.</summary>
    public static IReadOnlyList<Network> Networks { get; } =
    [
        new(
            ModelType.SingleInstance,
            "single_instance",
            "single_instance",
            null,
            (_, _) => new SingleInstanceOptions()
        ),
        new(ModelType.Centroid, "centroid", "centroid", null, CentroidOptions.FromSleap),
        new(
            ModelType.CenteredInstance,
            "centered_instance",
            "centered_instance",
            null,
            CenteredInstanceOptions.FromSleap
        ),
        new(
            ModelType.BottomUp,
            "bottomup",
            "multi_instance",
            ("pafs", "the part affinity fields of a bottom-up model"),
            BottomUpOptions.FromSleap
        ),
        new(
            ModelType.TopDownId,
            TopDownIdOptions.CropNetworkName,
            TopDownIdOptions.CropNetworkName,
            ("class_vectors", "the class vectors of a top-down ID model"),
            TopDownIdOptions.CropsFromSleap
        ),
        new(
            ModelType.BottomUpId,
            "multi_class_bottomup",
            "multi_class_bottomup",
            ("class_maps", "the class maps of a bottom-up ID model"),
            BottomUpIdOptions.FromSleap
        ),
    ];

    /// <summary>The default options of each model type, by its name on the command line.</summary>
    public static IReadOnlyDictionary<string, PoseModelOptions> Defaults { get; } =
        new PoseModelOptions[]
        {
            new SingleInstanceOptions(),
            new CentroidOptions(),
            new CenteredInstanceOptions(),
            new TopDownOptions(),
            new BottomUpOptions(),
            new TopDownIdOptions(),
            new BottomUpIdOptions(),
        }.ToDictionary(options => options.TypeName);

    /// <summary>Returns the name of a kind on the command line.</summary>
    /// <exception cref="ArgumentException">The kind does not exist.</exception>
    public static string NameOf(PoseModelKind kind) =>
        kind switch
        {
            PoseModelKind.SingleInstance => "single-instance",
            PoseModelKind.Centroid => "centroid",
            PoseModelKind.TopDown => "top-down",
            PoseModelKind.BottomUp => "bottom-up",
            PoseModelKind.TopDownId => "top-down-id",
            PoseModelKind.BottomUpId => "bottom-up-id",
            _ => throw new ArgumentException(
                $"The kind of model is {(int)kind}, which is none of "
                    + $"{string.Join(", ", Enum.GetNames<PoseModelKind>())}.",
                nameof(kind)
            ),
        };

    /// <summary>Returns sleap-nn's name of a model type.</summary>
    public static string NameOf(ModelType type) => Networks.Single(network => network.Type == type).SleapNN;

    /// <summary>Combines networks that were configured separately into the options of one model.</summary>
    /// <param name="networks">Options of one network, or those of a centroid network and a crop network.</param>
    /// <returns>The options of the whole model; null: the networks do not make a model.</returns>
    public static PoseModelOptions? Join(IReadOnlyList<NetworkOptions> networks) =>
        networks switch
        {
            [CenteredInstanceOptions { ClassVectors: not null }] => null,
            [var one] => one,
            [CentroidOptions first, CenteredInstanceOptions second] => second.ClassVectors is null
                ? new TopDownOptions { Centroid = first, CenteredInstance = second }
                : TopDownIdOptions.Of(first, second),
            _ => null,
        };
}
