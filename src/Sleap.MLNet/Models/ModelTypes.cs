namespace Sleap.MLNet;

/// <summary>What a network finds, by the names of sleap-nn's <c>head_configs</c>.</summary>
public enum ModelType
{
    /// <summary>The nodes of the one animal in a frame; <c>single_instance</c>.</summary>
    SingleInstance,

    /// <summary>The center of each animal in a frame; <c>centroid</c>.</summary>
    Centroid,

    /// <summary>The nodes of the animal in a crop; <c>centered_instance</c>.</summary>
    CenteredInstance,

    /// <summary>The nodes of all animals in a frame, connected by part affinity fields; <c>bottomup</c>.</summary>
    BottomUp,

    /// <summary>The nodes of the animal in a crop, and who it is; <c>multi_class_topdown</c>.</summary>
    TopDownId,

    /// <summary>The nodes of all animals in a frame, and who each is; <c>multi_class_bottomup</c>.</summary>
    BottomUpId,
}

/// <summary>
/// The kinds of models that labels can be trained to, each with one estimator. <see cref="ModelType"/> is what a single
/// network of them finds.
/// </summary>
public enum PoseModelKind
{
    /// <summary>One animal in a frame: <c>pose.SingleInstance</c>.</summary>
    SingleInstance,

    /// <summary>The centers of several animals and nothing else: <c>pose.Centroid</c>.</summary>
    Centroid,

    /// <summary>Several animals, each found and then seen in a crop of its own: <c>pose.TopDown</c>.</summary>
    TopDown,

    /// <summary>Several animals, whose nodes are found all at once and connected: <c>pose.BottomUp</c>.</summary>
    BottomUp,

    /// <summary><see cref="TopDown"/> that also tells which animal is which: <c>pose.TopDownId</c>.</summary>
    TopDownId,

    /// <summary>
    /// Several animals, whose nodes are found all at once and told apart by which animal they look to be of:
    /// <c>pose.BottomUpId</c>.
    /// </summary>
    BottomUpId,
}

/// <summary>The model types that configurations and the command line can name.</summary>
internal static class ModelTypes
{
    /// <summary>What a section of <c>head_configs</c> is here.</summary>
    /// <param name="Type">What its network finds.</param>
    /// <param name="SleapNN">sleap-nn's name.</param>
    /// <param name="Legacy">The name in SLEAP before 1.5.</param>
    /// <param name="Head">Its head beside the confidence maps, and what that is; null: there is none.</param>
    /// <param name="OptionsOf">The options of its network, with what of the section is the type's own.</param>
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

    /// <summary>The default options of every model type, by the command line's name.</summary>
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

    /// <summary>What the command line calls a kind.</summary>
    /// <exception cref="ArgumentException">There is no such kind.</exception>
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

    /// <summary>sleap-nn's name of what a network finds.</summary>
    public static string NameOf(ModelType type) => Networks.Single(network => network.Type == type).SleapNN;

    /// <summary>The model of networks that were configured one by one.</summary>
    /// <param name="networks">Options of one network; or those of a centroid and those of a crop network.</param>
    /// <returns>The options of the whole model; null: they do not make one.</returns>
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
