using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// Rows of /videos_json. Files of SLEAP often have neither type nor shape, so that the keys and the file's ending
/// decide.
/// </summary>
internal sealed class SlpVideos(PoseJson json, string file, double formatId, IReadOnlyList<string> searchFolders)
{
    private readonly VideoFinder _finder = new(Path.GetDirectoryName(Path.GetFullPath(file))!, searchFolders);

    /// <summary>One row as a video; sources are followed a few steps, no further than real files go.</summary>
    public Video Read(JsonObject row, string place, int depth = 0)
    {
        var backend = row["backend"] is { } inner ? json.Object(inner, $"{place} backend") : row;
        var names = backend["filenames"] ?? (row["filename"] is JsonArray list ? list : null);
        if (names is not null)
            return Pictures(json.Array(names, $"{place} filenames"), backend, row, place);
        var name = json.Text(backend["filename"] ?? row["filename"], $"{place} filename");
        var dataset = Optional(backend["dataset"]);
        var isEmbedded = dataset is { Length: > 0 } || name == "." || IsHdf5(name);
        var found = name == "." ? Path.GetFullPath(file) : _finder.Find(name);
        var isPicture = !isEmbedded && ImageFiles.IsImage(name) && !ImageFiles.IsTiff(name);
        return new Video(
            name,
            isEmbedded ? VideoKind.Embedded
                : isPicture ? VideoKind.Images
                : ImageFiles.IsTiff(name) ? VideoKind.Tiff
                : VideoKind.Movie
        )
        {
            FoundPath = found,
            Dataset = dataset is { Length: > 0 } ? dataset : null,
            Shape = Shape(backend),
            IsGray = Gray(backend),
            FramesPerSecond = Number(backend["fps"]),
            ImagePaths = isPicture ? [name] : [],
            FoundImages = isPicture ? [found ?? name] : [],
            EmbeddedAsBgr = formatId < 1.4,
            SlpRow = (JsonObject)row.DeepClone(),
            Source =
                row["source_video"] is JsonObject source && depth < 4
                    ? Read(source, $"{place} source_video", depth + 1)
                    : null,
        };
    }

    private Video Pictures(JsonArray names, JsonObject backend, JsonObject row, string place)
    {
        var paths = names.Select(n => json.Text(n, $"{place} filenames")).ToImmutableArray();
        if (paths.IsEmpty)
            throw json.Fault($"{place} filenames", "is an empty list, and at least one picture was expected");
        var numbers = backend["frame_numbers"] is JsonArray stored
            ? stored.Select(n => json.Whole(n, $"{place} frame_numbers")).ToImmutableArray()
            : [];
        if (!numbers.IsEmpty && numbers.Length != paths.Length)
            throw json.Fault($"{place} frame_numbers", $"has {numbers.Length} entries for {paths.Length} pictures");
        var found = paths.Select(p => _finder.Find(p)).ToList();
        return new Video(paths[0], VideoKind.Images)
        {
            FoundPath = found[0],
            ImagePaths = paths,
            FoundImages = [.. found.Select((f, i) => f ?? paths[i])],
            FrameNumbers = numbers,
            Shape = Shape(backend),
            IsGray = Gray(backend),
            FramesPerSecond = Number(backend["fps"]),
            SlpRow = (JsonObject)row.DeepClone(),
        };
    }

    private static bool IsHdf5(string name) => Path.GetExtension(name).ToLowerInvariant() is ".slp" or ".h5" or ".hdf5";

    private static string? Optional(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static double? Number(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<double>(out var number) ? number : null;

    /// <summary>What the row says of gray, or what its shape says; null when neither does.</summary>
    private static bool? Gray(JsonObject backend) =>
        backend["grayscale"] is JsonValue value && value.TryGetValue<bool>(out var isGray) ? isGray
        : Shape(backend) is { } shape ? shape.Channels == 1
        : null;

    private static VideoShape? Shape(JsonObject backend)
    {
        if (backend["shape"] is not JsonArray { Count: 4 } sizes)
            return null;
        var numbers = sizes.Select(s => s is JsonValue v && v.TryGetValue<int>(out var n) ? n : -1).ToArray();
        return numbers.All(n => n >= 0) ? new VideoShape(numbers[0], numbers[1], numbers[2], numbers[3]) : null;
    }
}
