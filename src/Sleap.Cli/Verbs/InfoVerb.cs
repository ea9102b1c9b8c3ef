using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.IO;
using Sleap.MLNet;

namespace Sleap.Cli;

/// <summary><c>sleap info FILE|FOLDER</c>: what is in labels, a model or a video.</summary>
internal static class InfoVerb
{
    public static Command Create()
    {
        var path = new Argument<string>("path")
        {
            Description = "Labels, a model (.zip), a video, or a folder: a DeepLabCut project, a YOLO folder, images.",
        };
        var json = VerbOutput.Json();
        var verb = new Command("info", "What is in labels, a model or a video.\nExample: sleap info labels.slp")
        {
            path,
            PrefixMap.Option,
            json,
        };
        verb.SetAction(parsed =>
        {
            var file = parsed.GetRequiredValue(path);
            var (report, lines) = Path.GetExtension(file).ToLowerInvariant() switch
            {
                ".zip" => ModelInfo.Of(file),
                _ when ModelLoader.IsSleapFolder(file) => ModelInfo.Of(file),
                _ when ImageFiles.IsMovie(file) || ImageFiles.IsImage(file) => OfVideo(file),
                _ when Directory.Exists(file) && !LabelFormats.IsFolderOfLabels(file) => OfVideo(file),
                _ => OfLabels(file, parsed.Reading()),
            };
            VerbOutput.Write(parsed.GetValue(json), report, lines);
            return 0;
        });
        return verb;
    }

    private static (JsonObject, IEnumerable<string>) OfLabels(string file, LabelsReadOptions options)
    {
        var labels = Labels.Load(file, options);
        var (user, predicted) = (
            labels.Frames.Sum(f => f.Instances.Count(i => !i.IsPredicted)),
            labels.Frames.Sum(f => f.Instances.Count(i => i.IsPredicted))
        );
        var identities = labels
            .Identities.Select(identity =>
                (
                    Identity: identity,
                    Instances: labels.Frames.Sum(f => f.Instances.Count(i => ReferenceEquals(i.Identity, identity)))
                )
            )
            .ToList();
        var models = PredictionModels.Of(labels).ToList();
        var report = new JsonObject
        {
            ["kind"] = "labels",
            ["frames"] = labels.Frames.Count,
            ["user_instances"] = user,
            ["predicted_instances"] = predicted,
            ["tracks"] = new JsonArray([.. labels.Tracks.Select(t => (JsonNode)t.Name)]),
            ["identities"] = new JsonArray([
                .. identities.Select(entry => new JsonObject
                {
                    ["name"] = entry.Identity.Name,
                    ["instances"] = entry.Instances,
                }),
            ]),
            ["bouts"] = labels.Bouts.Count,
            ["videos"] = new JsonArray([.. labels.Videos.Select(v => (JsonNode)v.Path)]),
            ["videos_found"] = new JsonArray([.. labels.Videos.Select(v => (JsonNode)(v.FoundPath is not null))]),
            ["models"] = new JsonArray([.. models.Select(model => model.Report)]),
            ["suggestions"] = labels.Suggestions.Count,
            ["negative_frames"] = labels.Frames.Count(f => f.IsNegative),
            ["remarks"] = new JsonArray([.. labels.Remarks.Select(r => (JsonNode)r)]),
            ["skeletons"] = new JsonArray([
                .. labels.Skeletons.Select(s => new JsonObject
                {
                    ["name"] = s.Name,
                    ["nodes"] = new JsonArray([.. s.Nodes.Select(n => (JsonNode)n)]),
                    ["edges"] = s.Edges.Length,
                }),
            ]),
        };
        List<string> lines =
        [
            $"{labels.Frames.Count} labeled frames: {user} instances by hand, {predicted} predicted",
            .. labels.Skeletons.Select(s =>
                $"skeleton {s.Name}: {string.Join(", ", s.Nodes)} ({s.Edges.Length} edges, {s.Symmetries.Length} "
                + "symmetries)"
            ),
            .. labels.Videos.Select(LineOf),
            .. Outside(labels, file),
            labels.Tracks.Count == 0 ? "no tracks" : $"{labels.Tracks.Count} tracks: {SomeNames(labels.Tracks)}",
            .. identities.Count == 0
                ? Array.Empty<string>()
                :
                [
                    $"{identities.Count} identities: "
                        + string.Join(", ", identities.Select(i => $"{i.Identity.Name} ({i.Instances} instances)")),
                ],
            .. labels.Bouts.Count == 0
                ? Array.Empty<string>()
                :
                [
                    $"{labels.Bouts.Count} bouts: "
                        + OneLine.Some(
                            labels.Bouts.CountBy(bout => bout.Behavior).Select(same => $"{same.Key} ({same.Value})")
                        ),
                ],
            .. models.Select(model => model.Line),
            .. labels.Remarks,
        ];
        return (report, lines);
    }

    private static string LineOf(Video video)
    {
        var name =
            video.ImagePaths.Length > 1
                ? $"{video.ImagePaths.Length} images in {Path.GetDirectoryName(video.ImagePaths[0])}"
                : $"video {video.Path}";
        var size = video.Shape is { } shape ? $" ({shape.Width} x {shape.Height})" : "";
        return name + size + (video.FoundPath is null ? ", not found" : "");
    }

    /// <summary>Labels of others may name videos of this machine that they should not: what is found is told.</summary>
    private static IEnumerable<string> Outside(Labels labels, string file)
    {
        var folder = Path.GetFullPath(Directory.Exists(file) ? file : Path.GetDirectoryName(Path.GetFullPath(file))!);
        var outside = labels.Videos.Count(video =>
            video.FoundPath is { } path && Path.GetRelativePath(folder, path).StartsWith("..", StringComparison.Ordinal)
        );
        return outside == 0 ? [] : [$"{outside} of the videos lie outside the folder of the labels, {folder}"];
    }

    private static string SomeNames(IReadOnlyList<Track> tracks) =>
        string.Join(", ", tracks.Take(8).Select(t => t.Name)) + (tracks.Count > 8 ? " …" : "");

    private static (JsonObject, IEnumerable<string>) OfVideo(string file)
    {
        using var source = Video.FromFile(file).Open();
        var report = new JsonObject
        {
            ["kind"] = "video",
            ["frames"] = source.FrameCount,
            ["height"] = source.Height,
            ["width"] = source.Width,
            ["channels"] = source.Channels,
            ["fps"] = VerbOutput.Number(source.FramesPerSecond),
        };
        return (
            report,
            [
                $"{source.FrameCount} frames of {source.Width} x {source.Height}, "
                    + $"{(source.Channels == 1 ? "gray" : "color")}, {source.FramesPerSecond:0.##} frames/s",
            ]
        );
    }
}

/// <summary>What the provenance of predictions says of the models that made them.</summary>
/// <remarks>A file of another program may have anything there; what is not as this library writes it is left out.</remarks>
internal static class PredictionModels
{
    private static readonly string[] Parts = ["network", "device", "precision"];

    public static IEnumerable<(JsonObject Report, string Line)> Of(Labels labels)
    {
        foreach (var model in Objects(labels.Provenance.GetValueOrDefault("models")))
        {
            if (Text(model["type"]) is not { } type)
                continue;
            var networks = Objects(model["networks"])
                .Select(network => Parts.Select(part => Text(network[part])).ToList())
                .Where(words => words.TrueForAll(word => word is not null))
                .ToList();
            var report = new JsonObject
            {
                ["type"] = type,
                ["networks"] = new JsonArray([
                    .. networks.Select(words => new JsonObject(
                        Parts.Zip(words, (part, word) => KeyValuePair.Create(part, (JsonNode?)word))
                    )),
                ]),
            };
            var details = OneLine.Some(networks.Select(words => $"{words[0]} in {words[2]} on {words[1]}"));
            yield return (report, $"predicted by {type}{(details.Length > 0 ? $": {details}" : "")}");
        }
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => (node as JsonArray)?.OfType<JsonObject>() ?? [];

    // A word of one line.
    private static string? Text(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) && !text.Any(OneLine.IsControl)
            ? OneLine.Short(text)
            : null;
}

/// <summary>What <c>sleap info</c> says of a model.</summary>
internal static class ModelInfo
{
    public static (JsonObject Report, IEnumerable<string> Lines) Of(string file)
    {
        using var model = ModelLoader.Load(new MLContext(), file);
        var (kind, nodes) = (ModelLoader.TypeOf(model), model.Skeleton.Nodes);
        var stages = new JsonArray();
        List<string> lines = [$"{kind} model of {nodes.Length} nodes: {string.Join(", ", nodes)}"];
        if (model.Frame != PoseModelTransformer.AnySize)
        {
            lines.Add(
                $"trained on frames of {model.Frame.Width} x {model.Frame.Height} px; others are matched to them"
            );
        }

        if (model.Classes.Count > 0)
            lines.Add($"tells apart: {string.Join(", ", model.Classes)}");
        foreach (var network in model.Networks)
        {
            var options = network.Options;
            var (name, parameters) = (options.Title, network.Network.parameters().Sum(weights => weights.numel()));
            stages.Add(
                new JsonObject
                {
                    ["network"] = name,
                    ["parameters"] = parameters,
                    ["scale"] = options.Scale,
                    ["crop_size"] = (options as CenteredInstanceOptions)?.CropSize,
                    ["peak_threshold"] = options.PeakThreshold,
                    ["refinement"] = options.Refinement.ToString().ToLowerInvariant(),
                }
            );
            var crop = options is CenteredInstanceOptions { CropSize: { } size } ? $", crops of {size} px" : "";
            lines.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name}: {Describe(options.Backbone)}, {(options.Backbone.InChannels == 1 ? "gray" : "color")}, "
                        + $"{parameters:N0} parameters"
                )
            );
            lines.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  scale {options.Scale}{crop}, peak threshold {options.PeakThreshold}, refinement "
                        + $"{options.Refinement.ToString().ToLowerInvariant()}"
                )
            );
        }
        var report = new JsonObject
        {
            ["kind"] = "model",
            ["type"] = kind,
            ["nodes"] = new JsonArray([.. nodes.Select(n => (JsonNode)n)]),
            ["classes"] = new JsonArray([.. model.Classes.Select(c => (JsonNode)c)]),
            ["networks"] = stages,
        };
        return (report, lines);
    }

    private static string Describe(BackboneOptions backbone) =>
        backbone switch
        {
            UNetOptions unet => string.Create(
                CultureInfo.InvariantCulture,
                $"{(unet.Stacks > 1 ? $"{unet.Stacks} stacked UNets" : "UNet")} of {unet.Filters} filters, "
                    + $"{unet.FiltersRate} times as many a level, strides {unet.OutputStride} to {unet.MaxStride}"
            ),
            ConvNeXtOptions next => $"ConvNeXt of {string.Join('-', next.Architecture.Depths)} blocks, "
                + $"{string.Join('-', next.Architecture.Channels)} channels, output stride {next.OutputStride}",
            SwinTOptions swin => $"Swin Transformer of {string.Join('-', swin.Architecture.Depths)} blocks, "
                + $"{swin.Architecture.EmbeddingDimensions} channels at first, output stride {swin.OutputStride}",
            CustomBackboneOptions own => $"a network of one's own, '{own.Name}', output stride {own.OutputStride}",
            _ => backbone.ToString(),
        };
}
