using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// Rows of /videos_json. Files of SLEAP often have neither type nor shape, so that the keys and the file's ending
/// decide.
/// </summary>
internal sealed class SlpVideos(PoseJson json, double formatId, LabelsReadOptions options)
{
    private readonly VideoFinder _finder = new(json.File, options);

    /// <summary>One row as a video; sources are followed a few steps, no further than real files go.</summary>
    public Video Read(JsonObject row, string place) => Read(options.PrefixMap.Map(row), place, 0);

    private Video Read(JsonObject row, string place, int depth)
    {
        var backend = row["backend"] is { } inner ? json.Object(inner, $"{place} backend") : row;
        var names = backend["filenames"] ?? (row["filename"] is JsonArray list ? list : null);
        if (names is not null)
            return Images(json.Array(names, $"{place} filenames"), backend, row, place);
        var name = json.Text(backend["filename"] ?? row["filename"], $"{place} filename");
        var dataset = Optional(backend["dataset"]);
        var isEmbedded = dataset is { Length: > 0 } || name == "." || IsHdf5(name);
        var found = name == "." ? Path.GetFullPath(json.File) : _finder.Find(name);
        var kind = isEmbedded ? VideoKind.Embedded : ImageFiles.KindOf(name);
        return new Video(name, kind)
        {
            FoundPath = found,
            Dataset = dataset is { Length: > 0 } ? dataset : null,
            Shape = Shape(backend),
            IsGray = Gray(backend),
            FramesPerSecond = Number(backend["fps"]),
            ImagePaths = kind == VideoKind.Images ? [name] : [],
            FoundImages = kind == VideoKind.Images ? [found ?? _finder.Local(name)] : [],
            EmbeddedAsBgr = formatId < 1.4,
            SlpRow = (JsonObject)row.DeepClone(),
            Source =
                row["source_video"] is JsonObject source && depth < 4
                    ? Read(source, $"{place} source_video", depth + 1)
                    : null,
        };
    }

    private Video Images(JsonArray names, JsonObject backend, JsonObject row, string place)
    {
        var paths = names.Select(n => json.Text(n, $"{place} filenames")).ToImmutableArray();
        if (paths.IsEmpty)
            throw json.Fault($"{place} filenames", "is an empty list, and at least one image was expected");
        var numbers = backend["frame_numbers"] is JsonArray stored
            ? stored.Select(n => json.Whole(n, $"{place} frame_numbers")).ToImmutableArray()
            : [];
        if (!numbers.IsEmpty && numbers.Length != paths.Length)
            throw json.Fault($"{place} frame_numbers", $"has {numbers.Length} entries for {paths.Length} images");
        var found = paths.Select(p => _finder.Find(p)).ToList();
        return new Video(paths[0], VideoKind.Images)
        {
            FoundPath = found[0],
            ImagePaths = paths,
            FoundImages = [.. found.Select((f, i) => f ?? _finder.Local(paths[i]))],
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

/// <summary>Writes a video as a row of videos_json.</summary>
internal static class SlpVideoRow
{
    /// <summary>
    /// The row for a file at <paramref name="labelPath"/>: as it was read, where that still leads to the same video
    /// from there.
    /// </summary>
    public static JsonObject Of(Video video, string labelPath)
    {
        var row = video.SlpRow is { } stored ? (JsonObject)stored.DeepClone() : Made(video);
        var backend = row["backend"] as JsonObject ?? row;
        if (video.Kind == VideoKind.Images && backend["filenames"] is not null)
        {
            string[] names =
            [
                .. video.ImagePaths.Select(
                    (p, i) => NameFrom(labelPath, p, File.Exists(video.FoundImages[i]) ? video.FoundImages[i] : null)
                ),
            ];
            backend["filenames"] = new JsonArray([.. names.Select(n => JsonValue.Create(n))]);
            Rename(row, backend, names[0]);
        }
        else
        {
            Rename(row, backend, NameFrom(labelPath, video.Path, video.FoundPath));
        }
        if (backend["shape"] is null && video.Shape is { } shape)
            backend["shape"] = Sizes(shape);
        return row;
    }

    public static JsonArray Sizes(VideoShape shape) => new(shape.Frames, shape.Height, shape.Width, shape.Channels);

    /// <summary>The stored name if a reader of the new file finds the same video by it, else the full path.</summary>
    private static string NameFrom(string labelPath, string name, string? found)
    {
        if (found is null)
            return name;
        var folder = Path.GetDirectoryName(Path.GetFullPath(labelPath))!;
        var path = name.Replace('\\', '/');
        var full = Path.GetFullPath(found);
        string[] places = [Path.Combine(folder, Path.GetFileName(path)), Path.Combine(folder, path)];
        var isFound =
            name != "."
            && (
                Path.IsPathRooted(path)
                    ? path == full || places[0] == full
                    : places.Select(Path.GetFullPath).Contains(full)
            );
        return isFound ? name : full;
    }

    private static void Rename(JsonObject row, JsonObject backend, string name)
    {
        if (backend != row && backend["filename"] is not null)
            backend["filename"] = name;
        if (row["filename"] is not null)
            row["filename"] = name;
    }

    private static JsonObject Made(Video video)
    {
        var backend = video.Kind switch
        {
            VideoKind.Movie => new JsonObject
            {
                ["type"] = "MediaVideo",
                ["filename"] = video.Path,
                ["bgr"] = true,
                ["dataset"] = "",
                ["input_format"] = "",
            },
            VideoKind.Tiff => new JsonObject
            {
                ["type"] = "TiffVideo",
                ["filename"] = video.Path,
                ["keep_open"] = true,
                ["format"] = "multi_page",
            },
            VideoKind.Embedded => new JsonObject
            {
                ["type"] = "HDF5Video",
                ["filename"] = video.Path,
                ["dataset"] = video.Dataset,
                ["input_format"] = "channels_last",
                ["convert_range"] = false,
                ["has_embedded_images"] = true,
            },
            _ => new JsonObject
            {
                ["type"] = "ImageVideo",
                ["filename"] = video.Path,
                ["filenames"] = new JsonArray([.. video.ImagePaths.Select(p => JsonValue.Create(p))]),
            },
        };
        backend["shape"] = video.Shape is { } shape ? Sizes(shape) : null;
        if (video.Kind == VideoKind.Images && video.Shape is { } size)
            (backend["height_"], backend["width_"], backend["channels_"]) = (size.Height, size.Width, size.Channels);
        if (!video.FrameNumbers.IsEmpty)
            backend["frame_numbers"] = new JsonArray([.. video.FrameNumbers.Select(n => JsonValue.Create(n))]);
        if ((video.IsGray ?? (video.Shape is { } s ? s.Channels == 1 : null)) is { } isGray)
            backend["grayscale"] = isGray;
        if (video.FramesPerSecond is { } fps && double.IsFinite(fps))
            backend["fps"] = fps;
        return new JsonObject { ["filename"] = video.Path, ["backend"] = backend };
    }
}

/// <summary>
/// The videos of a .slp that is being written: their places, and the numbers that their frames have in the file.
/// </summary>
internal sealed class SlpVideoTable(string path)
{
    private readonly List<Video> _videos = [];
    private readonly Dictionary<Video, int> _positions = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Video, Dictionary<int, int>> _images = new(ReferenceEqualityComparer.Instance);

    public IReadOnlyList<Video> Videos => _videos;

    /// <summary>The place of a video, behind the others if it is new.</summary>
    public int Add(Video video)
    {
        if (_positions.TryGetValue(video, out var place))
            return place;
        _positions.Add(video, _videos.Count);
        _videos.Add(video);
        return _videos.Count - 1;
    }

    /// <summary>
    /// Readers take a list of images by position; a list with frame numbers of its own keeps them in its videos_json
    /// row.
    /// </summary>
    public int StoredIndex(Video video, int frameIndex)
    {
        if (video.FrameNumbers.IsEmpty)
            return frameIndex;
        if (!_images.TryGetValue(video, out var numbers))
        {
            _images.Add(video, numbers = []);
            for (var i = 0; i < video.FrameNumbers.Length; i++)
                numbers.TryAdd(video.FrameNumbers[i], i);
        }
        return numbers.TryGetValue(frameIndex, out var position)
            ? position
            : throw new PoseFormatException(
                path,
                "frames",
                $"frame {frameIndex} is labeled, and the image list {video.Path} has no image of that number."
            );
    }
}
