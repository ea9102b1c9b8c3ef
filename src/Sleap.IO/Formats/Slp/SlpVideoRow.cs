using System.Text.Json.Nodes;

namespace Sleap.IO;

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
