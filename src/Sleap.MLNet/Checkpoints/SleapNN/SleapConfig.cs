using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>
/// A sleap-nn configuration (<c>training_config.yaml</c>) converted to this library's options: <c>model_config</c> with
/// its <c>backbone_config</c> and <c>head_configs</c>, <c>data_config</c> and <c>trainer_config</c>. Options that
/// affect the network's computation have sleap-nn's values, so that a checkpoint gives the same predictions as in
/// sleap-nn.
/// </summary>
public sealed class SleapConfig
{
    private SleapConfig(HeadConfig head, NetworkOptions options, Skeleton? skeleton, IReadOnlyList<string> remarks)
    {
        (Type, Options, Skeleton, Remarks, Classes) = (head.Network.Type, options, skeleton, remarks, head.Classes);
    }

    /// <summary>The model type.</summary>
    public ModelType Type { get; }

    /// <summary>The options of the network, in the record of its model type.</summary>
    public NetworkOptions Options { get; }

    /// <summary>The skeleton of the model; null for a training configuration that takes it from the labels.</summary>
    public Skeleton? Skeleton { get; }

    /// <summary>Names of the classes of an ID model; else empty.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>The class head of a crop network, for <see cref="ModelType.TopDownId"/>; else null.</summary>
    public ClassVectorOptions? ClassVectors => (Options as CenteredInstanceOptions)?.ClassVectors;

    /// <summary>The size that frames are matched to; null if the configuration does not set it.</summary>
    public (int Height, int Width)? FrameSize { get; private init; }

    /// <summary>Ignored keys of the configuration: their values have no equivalent here.</summary>
    public IReadOnlyList<string> Remarks { get; }

    /// <summary>Whether predicted instances are labels too.</summary>
    internal bool UsesPredictions { get; private init; }

    /// <summary>
    /// Whether a centroid network learns the centroids that a person placed; null: where there are any.
    /// </summary>
    internal bool? UserCentroids { get; private init; }

    /// <summary>Files of labels for validation; empty if the configuration names none.</summary>
    internal IReadOnlyList<string> ValidationLabels { get; private init; } = [];

    /// <summary>Reads a configuration.</summary>
    /// <param name="path">A YAML file.</param>
    /// <exception cref="PoseFormatException">
    /// The file is not a configuration, or it is inconsistent; the message lists every fault with its key and line.
    /// </exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static SleapConfig Read(string path) => Read(path, trained: false);

    /// <summary>
    /// Reads the configuration of a network to be trained, or of a trained one; the latter must have the values that
    /// training determines, and its crops can have any size.
    /// </summary>
    /// <param name="path">A YAML file.</param>
    /// <param name="trained">Whether the network is trained.</param>
    /// <param name="overrides">Values that replace those of the file.</param>
    internal static SleapConfig Read(string path, bool trained, IReadOnlyList<ConfigOverride>? overrides = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = YamlFile.Read(path);
        foreach (var change in overrides ?? [])
        {
            if (change.BelongsTo(file))
                change.Apply(file);
        }

        var root = new ConfigSection(file);
        var model = root.Section("model_config");
        if (model is null)
        {
            throw new PoseFormatException(
                path,
                "model_config",
                "The section is missing. Is this a training_config.yaml of sleap-nn?"
            );
        }

        var start = TrainerConfig.StartOf(root);
        var (backbone, data, head) = (BackboneConfig.Read(model), DataConfig.Read(root), HeadConfig.Read(model));
        // As in sleap-nn, the decoder of a new network ends at the smallest stride that a head needs.
        if (!trained && head is not null && backbone is not null)
            backbone = backbone with { OutputStride = head.SmallestStride };
        if (!trained && backbone is { MaxStride: > 0 } && data.CropSize is { } crop && crop % backbone.MaxStride != 0)
        {
            root.Section("data_config")!
                .Section("preprocessing")!
                .Fault(
                    "crop_size",
                    $"is {crop}, expected a "
                        + $"multiple of the backbone's max_stride: "
                        + $"{Math.Max(1, crop / backbone.MaxStride) * backbone.MaxStride} or "
                        + $"{(crop / backbone.MaxStride + 1) * backbone.MaxStride}."
                );
        }

        // A trained model has its weights.
        var training = TrainerConfig.Read(root, model);
        training = training with
        {
            StepsPerEpoch = training.StepsPerEpoch ?? data.TilingSteps,
            FrameSize = data.FrameSize,
            Start = trained ? null : start,
        };
        var config = Checked(path, root, backbone, head, data, training, trained);
        return trained ? config.Trained(path) : config;
    }

    /// <summary>Reads the configuration of a model trained with TensorFlow by SLEAP before 1.5.</summary>
    /// <param name="path">A JSON file.</param>
    /// <param name="channels">Number of image channels, which only the weights contain.</param>
    internal static SleapConfig ReadLegacy(string path, int channels)
    {
        var root = new ConfigSection(YamlFile.Read(path)); // JSON is YAML
        var model = root.Section("model");
        if (model is null)
        {
            throw new PoseFormatException(
                path,
                "model",
                "The section is missing. Is this a training_config.json of SLEAP?"
            );
        }

        var trainer = LegacyConfig.Training(root);
        return Checked(
            path,
            root,
            LegacyConfig.Backbone(model, channels),
            LegacyConfig.Head(model),
            LegacyConfig.Data(root, path),
            trainer,
            trained: true
        );
    }

    /// <summary>Throws if the configuration of a trained model lacks values that training determines.</summary>
    internal SleapConfig Trained(string path)
    {
        List<string> faults = [];
        if (Skeleton is null)
        {
            faults.Add(
                "data_config.skeletons is missing or empty, expected the skeleton that the model was trained on."
            );
        }

        if (Options is CenteredInstanceOptions { CropSize: null })
        {
            faults.Add(
                $"data_config.preprocessing.crop_size "
                    + $"is null, expected the side of the crops in pixels: the {Type} model was trained on crops of "
                    + $"one "
                    + $"size."
            );
        }

        if (Options.NeedsClasses && Classes.Count == 0)
        {
            faults.Add(
                $"model_config.head_configs: the {Type} model names no classes, expected the names of the animals "
                    + $"that "
                    + $"it tells apart."
            );
        }

        return faults.Count == 0 ? this : throw new PoseFormatException(path, null, string.Join("\n  ", faults));
    }

    private static SleapConfig Checked(
        string path,
        ConfigSection root,
        BackboneOptions? backbone,
        HeadConfig? head,
        DataConfig data,
        TrainerOptions trainer,
        bool trained
    )
    {
        var options = backbone is null || head is null ? null : OptionsOf(head, backbone, data, trainer);
        var skeleton = data.Skeleton is not null && head is not null ? Connected(data.Skeleton, head) : data.Skeleton;
        List<string> faults = [.. root.Faults];
        if (options is not null)
        {
            var subject = skeleton is null ? PoseSubject.Placeholder : new PoseSubject(skeleton, head!.Classes);
            faults.AddRange(options.Checked(subject).Found.Select(fault => $"{fault}."));
        }

        if (faults.Count > 0)
        {
            throw new PoseFormatException(
                path,
                null,
                faults.Count == 1 ? faults[0] : $"{faults.Count} faults:\n  {string.Join("\n  ", faults)}"
            );
        }

        return new SleapConfig(
            head!,
            options!,
            skeleton,
            [.. root.Unread().Where(path => !trained || MattersWhenTrained(path)).Select(RemarkOn)]
        )
        {
            FrameSize = data.FrameSize,
            UsesPredictions = data.UsesPredictions,
            UserCentroids = head!.UserCentroids,
            ValidationLabels = data.ValidationLabels,
        };
    }

    // How a model was trained says nothing about its predictions.
    private static bool MattersWhenTrained(string path) =>
        ConfigKeys.Find(path) is null
        || path.StartsWith("data_config.preprocessing.", StringComparison.Ordinal)
        || path.StartsWith("model_config.backbone_config.", StringComparison.Ordinal)
        || path.StartsWith("model_config.head_configs.", StringComparison.Ordinal);

    private static string RemarkOn(string path) =>
        ConfigKeys.Find(path) is { Use: ConfigUse.Named, Here: var reason }
            ? $"{path} is not honoured: {reason}"
            : $"{path} is not honoured";

    private static NetworkOptions OptionsOf(
        HeadConfig head,
        BackboneOptions backbone,
        DataConfig data,
        TrainerOptions trainer
    )
    {
        var options = head.Network.OptionsOf(head, data);
        options = options with
        {
            Backbone = data.Rgb is { } rgb ? backbone with { InChannels = rgb ? 3 : 1 } : backbone,
            ChannelConversion = data.Rgb is null ? ChannelConversion.Last : ChannelConversion.LastInCrops,
            Scale = data.Scale,
            Sigma = head.Sigma,
            OutputStride = head.OutputStride,
            Refinement = PeakRefinement.Integral,
            Augmentation = data.Augmentation,
            TileSize = data.TileSize,
            TileOverlap = data.TileOverlap,
            BatchSize = data.TileBatchSize ?? options.BatchSize,
            Training = trainer with { Tiles = data.Tiles },
        };
        return data.Tiles is null || options.Backbone.Faults().Count > 0 ? options : WithTiles(options);
    }

    // As in sleap-nn, the side of tiles is rounded up to the stride. Prediction is in tiles only where maps stay those
    // of whole frames, or an overlap is given.
    private static NetworkOptions WithTiles(NetworkOptions options)
    {
        var (tiles, stride) = (options.Training.Tiles!, options.Backbone.Strides()[^1]);
        return options with
        {
            TileSize =
                options.TileOverlap is null && options.TileSize < FrameTiles.MinSize(options) ? null : options.TileSize,
            Training = options.Training with
            {
                Tiles = tiles with { Size = (tiles.Size + stride - 1) / stride * stride },
            },
        };
    }

    // The fields are in the order of the head's edges, which can differ from the skeleton's edges.
    private static Skeleton Connected(Skeleton skeleton, HeadConfig head)
    {
        if (head.Edges.Count == 0)
            return skeleton;
        var edges = head
            .Edges.Select(edge => new Edge(skeleton.IndexOf(edge.Source), skeleton.IndexOf(edge.Destination)))
            .ToList();
        // In some of sleap-nn's own files the head has other node names than the skeleton; then the skeleton's edges
        // are used.
        return edges.Exists(edge => edge.Source < 0 || edge.Destination < 0)
            ? skeleton
            : new Skeleton(skeleton.Name, skeleton.Nodes, edges, skeleton.Symmetries);
    }
}
