using System.CommandLine;
using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.Cli;

/// <summary><c>sleap info FILE|FOLDER</c>: what is in labels, a model or a video.</summary>
internal static class InfoVerb
{
    private static readonly string[] VideoEndings =
    [
        ".mp4",
        ".avi",
        ".mov",
        ".mkv",
        ".m4v",
        ".webm",
        ".mpg",
        ".mpeg",
        ".wmv",
        ".tif",
        ".tiff",
        ".png",
        ".jpg",
        ".jpeg",
        ".bmp",
    ];
    private static readonly string[] LabelFiles = ["config.yaml", "data.yaml"];

    public static Command Create()
    {
        var path = new Argument<string>("path")
        {
            Description =
                "Labels, a model (.zip), a video, or a folder: a DeepLabCut project, a YOLO folder, pictures.",
        };
        var json = Report.Json();
        var verb = new Command("info", "What is in labels, a model or a video.\nExample: sleap info labels.slp")
        {
            path,
            json,
        };
        verb.SetAction(words =>
        {
            var file = words.GetRequiredValue(path);
            var (report, lines) = Path.GetExtension(file).ToLowerInvariant() switch
            {
                ".zip" => ModelInfo.Of(file),
                _ when PoseModel.IsSleapFolder(file) => ModelInfo.Of(file),
                var ending when VideoEndings.Contains(ending) => OfVideo(file),
                _ when Directory.Exists(file) && !IsLabelled(file) => OfVideo(file),
                _ => OfLabels(file),
            };
            Report.Write(words.GetValue(json), report, lines);
            return 0;
        });
        return verb;
    }

    /// <summary>Whether a folder is one that labels are read from; any other is taken for pictures.</summary>
    private static bool IsLabelled(string folder) =>
        LabelFiles.Any(name => File.Exists(Path.Combine(folder, name)))
        || Directory.EnumerateFiles(folder, "CollectedData_*.csv").Any();

    private static (JsonObject, IEnumerable<string>) OfLabels(string file)
    {
        var labels = Labels.Load(file);
        var (user, predicted) = (
            labels.Frames.Sum(f => f.Instances.Count(i => !i.IsPredicted)),
            labels.Frames.Sum(f => f.Instances.Count(i => i.IsPredicted))
        );
        var report = new JsonObject
        {
            ["kind"] = "labels",
            ["frames"] = labels.Frames.Count,
            ["user_instances"] = user,
            ["predicted_instances"] = predicted,
            ["tracks"] = new JsonArray([.. labels.Tracks.Select(t => (JsonNode)t.Name)]),
            ["videos"] = new JsonArray([.. labels.Videos.Select(v => (JsonNode)v.Path)]),
            ["videos_found"] = new JsonArray([.. labels.Videos.Select(v => (JsonNode)(v.FoundPath is not null))]),
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
            $"{labels.Frames.Count} labelled frames: {user} instances by hand, {predicted} predicted",
            .. labels.Skeletons.Select(s =>
                $"skeleton {s.Name}: {string.Join(", ", s.Nodes)} ({s.Edges.Length} edges, {s.Symmetries.Length} "
                + "symmetries)"
            ),
            .. labels.Videos.Select(v =>
                $"{(v.ImagePaths.Length > 1 ? $"{v.ImagePaths.Length} pictures in {Path.GetDirectoryName(v.ImagePaths[0])}" : $"video {v.Path}")}{(v.Shape is { } shape ? $" ({shape.Width} x {shape.Height})" : "")}{(v.FoundPath is null ? ", not found" : "")}"
            ),
            labels.Tracks.Count == 0
                ? "no tracks"
                : $"{labels.Tracks.Count} tracks: "
                    + $"{string.Join(", ", labels.Tracks.Take(8).Select(t => t.Name))}{(labels.Tracks.Count > 8 ? " …" : "")}",
            .. labels.Remarks,
        ];
        return (report, lines);
    }

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
            ["fps"] = Report.Number(source.FramesPerSecond),
        };
        return (
            report,
            [
                $"{source.FrameCount} frames of {source.Width} x {source.Height}, "
                    + $"{(source.Channels == 1 ? "gray" : "colour")}, {source.FramesPerSecond:0.##} frames/s",
            ]
        );
    }
}
