using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>Reads sleap-nn's <c>data_config</c>: skeleton, sizes, augmentation.</summary>
internal sealed class DataConfig
{
    public required Skeleton? Skeleton { get; init; }

    public required float Scale { get; init; }

    /// <summary>The size that frames are matched to; null: the largest one.</summary>
    public required (int Height, int Width)? FrameSize { get; init; }

    public required int? CropSize { get; init; }

    /// <summary>The anchor node of crops, if it is given here and not in the head.</summary>
    public string? CenterPart { get; init; }

    public int MinCropSize { get; init; }

    public int? CropPadding { get; init; }

    /// <summary>Crops of boxes; null: of one size in frame pixels.</summary>
    public BoxCrops? BoxCrops { get; init; }

    public int? TileSize { get; init; }

    public int? TileOverlap { get; init; }

    /// <summary>Tiles in a batch of prediction; null: the default.</summary>
    public int? TileBatchSize { get; init; }

    /// <summary>The tiles that training is on; null: whole frames.</summary>
    public TrainingTileOptions? Tiles { get; init; }

    /// <summary>Steps of an epoch where the trainer's own key does not say them.</summary>
    public int? TilingSteps { get; init; }

    public bool UsesPredictions { get; init; }

    public IReadOnlyList<string> ValidationLabels { get; init; } = [];

    /// <summary>
    /// Whether frames are converted to RGB (true) or gray (false); null: they keep their channels.
    /// </summary>
    public required bool? Rgb { get; init; }

    public required AugmentationOptions Augmentation { get; init; }

    public static DataConfig Read(ConfigSection root)
    {
        var data = root.Section("data_config") ?? ConfigSection.Empty("data_config");
        var sizes = data.Section("preprocessing");
        var tiling = sizes?.Section("tiling");
        if (tiling is not null && !tiling.Flag("enabled", false))
        {
            tiling.IgnoreAll();
            tiling = null;
        }

        var augmented = data.Flag("use_augmentations_train", true);
        // If it is missing, sleap-nn's default applies, which rotates and scales; null means no augmentation.
        var augmentation = data.Has("augmentation_config")
            ? data.Section("augmentation_config")
            : ConfigSection.Empty("data_config.augmentation_config");
        return new DataConfig
        {
            Skeleton = SkeletonOf(data),
            Scale = sizes?.Single("scale", 1) ?? 1,
            FrameSize = FrameSizeOf(sizes),
            CropSize = CropSizeOf(sizes),
            Rgb = RgbOf(sizes),
            MinCropSize = sizes is null || !sizes.Has("min_crop_size") ? 100 : sizes.Whole("min_crop_size", 0),
            CropPadding = sizes?.Whole("crop_padding"),
            BoxCrops = BoxCropsOf(data, sizes),
            TileSize = tiling?.Whole("tile_size"),
            TileOverlap = tiling?.Whole("overlap"),
            TileBatchSize = tiling?.Whole("tile_batch_size"),
            Tiles = tiling is null ? null : TilesOf(tiling),
            TilingSteps = tiling?.Whole("steps_per_epoch"),
            UsesPredictions = !data.Flag("user_instances_only", true),
            ValidationLabels = [.. data.Texts("val_labels_path") ?? []],
            Augmentation =
                augmented && augmentation is not null ? AugmentationOf(augmentation) : AugmentationOptions.None,
        };
    }

    /// <summary>Reads <see cref="Rgb"/> from the section with the sizes of frames.</summary>
    public static bool? RgbOf(ConfigSection? sizes)
    {
        var (rgb, gray) = (sizes?.Flag("ensure_rgb", false) ?? false, sizes?.Flag("ensure_grayscale", false) ?? false);
        if (rgb && gray)
            sizes!.Fault("ensure_rgb", "and ensure_grayscale are both true; one at most.");
        return rgb || gray ? rgb : null;
    }

    private static Skeleton? SkeletonOf(ConfigSection data)
    {
        if (data.Items("skeletons") is not [var first, ..])
            return null;
        string[] nodes = [.. first.Items("nodes").Select(node => node.Text("name") ?? "")];
        int Index(ConfigSection section, string key)
        {
            var name = section.Section(key)?.Text("name") ?? "";
            var index = Array.IndexOf(nodes, name);
            if (index < 0)
            {
                section.Fault(
                    key,
                    $"is '{OneLine.Short(name)}', which is none of the skeleton's nodes: {OneLine.Some(nodes)}."
                );
            }

            return index;
        }

        Edge[] edges =
        [
            .. first.Items("edges").Select(edge => new Edge(Index(edge, "source"), Index(edge, "destination"))),
        ];
        first.Ignore("symmetries");
        try
        {
            return new Skeleton(
                first.Text("name") ?? "",
                nodes,
                edges.Where(edge => edge.Source >= 0 && edge.Destination >= 0),
                SymmetriesOf(first, nodes)
            );
        }
        catch (ArgumentException fault)
        {
            first.Fault("nodes", fault.Message);
            return null;
        }
    }

    // A list of pairs of nodes, each of which is a section with a name.
    private static IEnumerable<Symmetry> SymmetriesOf(ConfigSection skeleton, string[] nodes) =>
        skeleton
            .NamedPairs("symmetries")
            .Select(pair => new Symmetry(Array.IndexOf(nodes, pair.First), Array.IndexOf(nodes, pair.Second)))
            .Where(pair => pair.First >= 0 && pair.Second >= 0 && pair.First != pair.Second);

    // sleap-nn replaces both by the largest sizes if one of them is missing.
    private static (int, int)? FrameSizeOf(ConfigSection? sizes)
    {
        var (height, width) = (sizes?.Whole("max_height"), sizes?.Whole("max_width"));
        if (height is { } rows && width is { } columns)
            return (rows, columns);
        sizes?.MarkUnused(height is null ? "max_width" : "max_height");
        return null;
    }

    private static int? CropSizeOf(ConfigSection? sizes)
    {
        // A number, or in older files a list of height and width.
        if (sizes is null)
            return null;
        return sizes.IsList("crop_size")
            ? sizes.Wholes("crop_size") is [var side, ..]
                ? side
                : null
            : sizes.Whole("crop_size");
    }

    private static BoxCrops? BoxCropsOf(ConfigSection data, ConfigSection? sizes)
    {
        string[] keys = ["crop_bbox_aspect", "crop_bbox_padding", "crop_bbox_min_size"];
        if (sizes?.OneOf("crop_mode", "fixed", "bbox") is not "bbox")
        {
            sizes?.Ignore(keys);
            data.Ignore("bbox_source", "bbox_padding");
            return null;
        }

        // Boxes of labels come from the nodes; where they should not, a remark says so.
        if (data.Text("bbox_source") is not (null or "auto" or "instances"))
            data.MarkUnused("bbox_source");
        return new()
        {
            Aspect = Enum.Parse<BoxAspect>(sizes.OneOf(keys[0], "square", "letterbox", "stretch"), ignoreCase: true),
            Padding = sizes.Single(keys[1], 0.1f),
            MinSize = (float?)sizes.Number(keys[2]),
            NodePadding = data.Single("bbox_padding", 0),
        };
    }

    private static TrainingTileOptions TilesOf(ConfigSection tiling)
    {
        var isForeground = tiling.OneOf("sampling", "foreground", "grid") is not "grid";
        var foreground = tiling.Single("tile_fg_fraction", 0.5f);
        return new()
        {
            Size = tiling.Whole("tile_size"),
            ForegroundFraction = isForeground ? foreground : 0,
            CenterJitter = tiling.Single("center_jitter", 0.5f),
            SamplesPerFrame = tiling.Whole("samples_per_frame"),
        };
    }

    private static AugmentationOptions AugmentationOf(ConfigSection config)
    {
        var intensity = config.Section("intensity");
        var geometric =
            config.Section("geometric")
            ?? (config.Has("geometric") || intensity is not null ? null : ConfigSection.Empty("geometric"));
        var changes = AugmentationOptions.None;
        if (geometric is not null)
        {
            // Older files have a common probability affine_p instead of one for each augmentation; without it,
            // rotation_p and scale_p are 1 by default.
            var bundled = geometric.Has("affine_p");
            var shared = geometric.Number("affine_p", 0);
            double? Own(string key) =>
                geometric.Number(key) ?? (bundled || geometric.Has(key) || key == "translate_p" ? null : 1);
            var areSeparate =
                Own("rotation_p") is not null || Own("scale_p") is not null || Own("translate_p") is not null;
            double Probability(string key) => areSeparate ? Own(key) ?? 0 : shared;
            if (Probability("rotation_p") is > 0 and var turned)
            {
                changes = changes with
                {
                    RotationMin = geometric.Single("rotation_min", -15),
                    RotationMax = geometric.Single("rotation_max", 15),
                    RotationProbability = (float)turned,
                };
            }

            if (Probability("scale_p") is > 0 and var scaled)
            {
                changes = changes with
                {
                    ScaleMin = geometric.Single("scale_min", 0.9f),
                    ScaleMax = geometric.Single("scale_max", 1.1f),
                    ScaleProbability = (float)scaled,
                };
            }

            if (Probability("translate_p") is > 0 and var moved)
            {
                changes = changes with
                {
                    TranslateProbability = (float)moved,
                    TranslateWidth = geometric.Single("translate_width", 0),
                    TranslateHeight = geometric.Single("translate_height", 0),
                };
            }

            changes = changes with { FlipProbability = geometric.Single("flip_p", 0) };
            geometric.Ignore(
                "rotation_min",
                "rotation_max",
                "scale_min",
                "scale_max",
                "translate_width",
                "translate_height"
            );
            changes = changes with
            {
                EraseProbability = geometric.Single("erase_p", 0),
                EraseScaleMin = geometric.Single("erase_scale_min", changes.EraseScaleMin),
                EraseScaleMax = geometric.Single("erase_scale_max", changes.EraseScaleMax),
                EraseRatioMin = geometric.Single("erase_ratio_min", changes.EraseRatioMin),
                EraseRatioMax = geometric.Single("erase_ratio_max", changes.EraseRatioMax),
                MixupProbability = geometric.Single("mixup_p", 0),
                MixupLambdaMin = geometric.Single("mixup_lambda_min", changes.MixupLambdaMin),
                MixupLambdaMax = geometric.Single("mixup_lambda_max", changes.MixupLambdaMax),
            };
        }
        if (intensity is not null)
        {
            if (intensity.Number("brightness_p", 0) is > 0 and var brightened)
            {
                changes = changes with
                {
                    BrightnessMin = intensity.Single("brightness_min", 0.9f),
                    BrightnessMax = intensity.Single("brightness_max", 1.1f),
                    BrightnessProbability = (float)brightened,
                };
            }

            if (intensity.Number("contrast_p", 0) is > 0 and var contrasted)
            {
                changes = changes with
                {
                    ContrastMin = intensity.Single("contrast_min", 0.9f),
                    ContrastMax = intensity.Single("contrast_max", 1.1f),
                    ContrastProbability = (float)contrasted,
                };
            }

            if (intensity.Number("gaussian_noise_p", 0) is > 0 and var noisy)
            {
                changes = changes with
                {
                    NoiseMean = intensity.Single("gaussian_noise_mean", 0),
                    NoiseStandardDeviation = intensity.Single("gaussian_noise_std", 0.02f),
                    NoiseProbability = (float)noisy,
                };
            }

            if (intensity.Number("uniform_noise_p", 0) is > 0 and var uniform)
            {
                changes = changes with
                {
                    UniformNoiseMin = intensity.Single("uniform_noise_min", 0),
                    UniformNoiseMax = intensity.Single("uniform_noise_max", 0.04f),
                    UniformNoiseProbability = (float)uniform,
                };
            }

            intensity.Ignore(
                "brightness_min",
                "brightness_max",
                "contrast_min",
                "contrast_max",
                "gaussian_noise_mean",
                "gaussian_noise_std",
                "uniform_noise_min",
                "uniform_noise_max"
            );
        }
        return changes;
    }
}
