using System.Text.Json;
using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>
/// Reads the <c>training_config.json</c> of SLEAP before 1.5, whose models were trained with TensorFlow.
/// </summary>
internal static class LegacyConfig
{
    public static BackboneOptions? Backbone(ConfigSection model, int channels)
    {
        var backbones = model.Section("backbone");
        if (backbones?.SectionsIn is not ["unet"])
        {
            model.Fault(
                "backbone",
                $"is "
                    + $"{(backbones is null ? "missing" : OneLine.Some(backbones.SectionsIn))}, "
                    + $"expected unet: of "
                    + $"SLEAP's older backbones only this one can be built here."
            );
            return null;
        }
        var s = backbones.Section("unet")!;
        return new UNetOptions
        {
            InChannels = channels,
            Filters = s.Whole("filters", 32),
            FiltersRate = s.Single("filters_rate", 1.5f),
            MaxStride = s.Whole("max_stride", 16),
            StemStride = s.Whole("stem_stride"),
            MiddleBlock = s.Flag("middle_block", true),
            UpInterpolate = s.Flag("up_interpolate", false),
            Stacks = s.Whole("stacks", 1),
            OutputStride = s.Whole("output_stride", 1),
            KerasUpsampling = true,
        };
    }

    public static HeadConfig? Head(ConfigSection model)
    {
        var heads = model.Section("heads");
        if (
            heads?.SectionsIn is not [var name]
            || ModelTypes.Networks.FirstOrDefault(known => known.Legacy == name) is not { } network
        )
        {
            var names = string.Join(", ", ModelTypes.Networks.Select(known => known.Legacy));
            model.Fault(
                "heads",
                heads is null
                    ? "is missing, expected a section with one model type."
                    : $"has {OneLine.Some(heads.SectionsIn)}, expected one of {names}."
            );
            return null;
        }
        var section = heads.Section(name)!;
        // For types with a single head, the keys of the head are at this level.
        var maps = section.Section("confmaps") ?? section;
        maps.Ignore("part_names", "offset_refinement");
        return HeadConfig.Of(network, section, maps);
    }

    public static DataConfig Data(ConfigSection root, string path)
    {
        var data = root.Section("data");
        var (sizes, crops) = (data?.Section("preprocessing"), data?.Section("instance_cropping"));
        crops?.Ignore("crop_size_detection_padding");
        sizes?.Ignore("pad_to_stride", "resize_and_pad_to_target");
        data?.Ignore("labels");
        return new DataConfig
        {
            Skeleton = SkeletonOf(path),
            Scale = sizes?.Single("input_scaling", 1) ?? 1,
            FrameSize =
                sizes?.Whole("target_height") is { } height && sizes.Whole("target_width") is { } width
                    ? (height, width)
                    : null,
            CropSize = crops?.Whole("crop_size"),
            CenterPart = crops?.Text("center_on_part"),
            Rgb = DataConfig.RgbOf(sizes),
            Augmentation = AugmentationOptions.None,
        };
    }

    public static TrainerOptions Training(ConfigSection root)
    {
        root.Ignore("outputs", "optimization", "name", "description", "sleap_version", "filename");
        return new TrainerOptions
        {
            Optimizer = Optimizer.Adam,
            ForegroundWeight = 0,
            Normalization = Normalization.None,
            Initialization = Initialization.Default,
            AverageDecay = null,
            LearningRate = 1e-4,
        };
    }

    /// <summary>
    /// Reads the skeleton in <c>data.labels.skeletons</c>, a graph written by jsonpickle: each object is numbered in
    /// the order of the file at its first occurrence, and referenced by that number later.
    /// </summary>
    private static Skeleton SkeletonOf(string path)
    {
        try
        {
            var root = JsonNode.Parse(File.ReadAllText(path));
            if (ItemsOf(root?["data"]?["labels"]?["skeletons"]).FirstOrDefault() is not JsonObject graph)
            {
                throw new PoseFormatException(
                    path,
                    "data.labels.skeletons",
                    "is missing or empty, expected the skeleton that the model was trained on."
                );
            }

            var objects = new List<string?>();
            var links = ItemsOf(graph["links"])
                .Select(link =>
                    (
                        Source: NodeOf(link?["source"], objects),
                        Target: NodeOf(link?["target"], objects),
                        Type: NodeOf(link?["type"], objects)
                    )
                )
                .ToList();
            string[] nodes = [.. ItemsOf(graph["nodes"]).Select(node => NodeOf(node?["id"], objects) ?? "")];
            // Links of type 1 are edges, of type 2 symmetries.
            var edges = links
                .Where(link => link.Type is "1")
                .Select(link => new Edge(Array.IndexOf(nodes, link.Source), Array.IndexOf(nodes, link.Target)));
            var symmetries = links
                .Where(link => link.Type is "2")
                .Select(link => new Symmetry(Array.IndexOf(nodes, link.Source), Array.IndexOf(nodes, link.Target)));
            return new Skeleton((string?)graph["graph"]?["name"] ?? "", nodes, edges, symmetries);
        }
        catch (Exception fault)
            when (fault is JsonException or InvalidOperationException or ArgumentException or OverflowException
                || (fault is FormatException and not PoseFormatException)
            )
        {
            throw new PoseFormatException(
                path,
                "data.labels.skeletons",
                $"The skeleton cannot be read: {fault.Message}",
                fault
            );
        }
    }

    // Returns the name of a node, or the number of a link type.
    private static string? NodeOf(JsonNode? node, List<string?> objects)
    {
        if (node?["py/id"] is { } id)
            return objects.ElementAtOrDefault((int)id - 1);
        var state = node?["py/state"]?["py/tuple"] ?? node?["py/reduce"]?[1]?["py/tuple"];
        var spelled = ItemsOf(state).FirstOrDefault()?.ToString();
        objects.Add(spelled);
        return spelled;
    }

    private static IEnumerable<JsonNode?> ItemsOf(JsonNode? list) => list as JsonArray ?? Enumerable.Empty<JsonNode?>();
}
