using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// Puts the images of labeled frames into a .pkg.slp: PNG, rows padded with zeros to the longest, RGB. Images of
/// another package are copied byte for byte.
/// </summary>
internal sealed class SlpImageEmbedder(Labels labels, string path, Hdf5Writer file, List<string> remarks)
{
    /// <summary>Writes the groups /video0, /video1 ... and gives back the rows of videos_json.</summary>
    public List<JsonObject> Write()
    {
        var wanted = labels
            .Frames.Select(f => (f.Video, f.FrameIndex))
            .Concat(labels.Suggestions.Select(s => (s.Video, s.FrameIndex)))
            .GroupBy(f => f.Video)
            .ToDictionary(g => g.Key, g => (IReadOnlyList<int>)[.. g.Select(f => f.FrameIndex).Distinct().Order()]);
        return [.. labels.Videos.Select((v, i) => WriteVideo(v, i, wanted.GetValueOrDefault(v, [])))];
    }

    private JsonObject WriteVideo(Video video, int number, IReadOnlyList<int> frames)
    {
        if (frames.Count == 0)
            return SlpVideoRow.Of(video, path);
        using var source = video.Open();
        // Plain pixels are encoded anew; PNG and JPEG are copied as they are.
        var embedded = source is EmbeddedFrameSource { Format: not "hdf5" } package ? package : null;
        var (images, numbers, failed) = (new List<byte[]>(), new List<long>(), new List<int>());
        foreach (var (frame, image) in FrameImages.Read(source, frames, keepsBgr: true))
        {
            if (image is null)
            {
                failed.Add(frame);
                continue;
            }
            images.Add(image);
            numbers.Add(frame);
        }
        if (failed.Count > 0)
        {
            remarks.Add(
                $"video{number}: {failed.Count} labeled frames are not in {video.Path} and have no image in the "
                    + $"package (the first is {failed[0]})."
            );
        }

        return WriteGroup(video, number, source, embedded, images, numbers);
    }

    private JsonObject WriteGroup(
        Video video,
        int number,
        IFrameSource source,
        EmbeddedFrameSource? embedded,
        List<byte[]> images,
        List<long> numbers
    )
    {
        var dataset = $"video{number}/video";
        var width = images.Count == 0 ? 0 : images.Max(p => p.Length);
        var padded = new sbyte[images.Count * width];
        for (var i = 0; i < images.Count; i++)
            images[i].CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsBytes(padded.AsSpan(i * width)));
        file.Numbers<sbyte>(dataset, padded, images.Count == 0 ? [0] : [images.Count, width]);
        file.TextAttribute(dataset, "format", embedded?.Format ?? "png");
        file.TextAttribute(dataset, "channel_order", embedded is { IsBgr: true } ? "BGR" : "RGB");
        var original = video.Source ?? (video.Kind == VideoKind.Embedded ? null : video);
        var frames = original?.Shape?.Frames ?? source.FrameCount;
        foreach (
            var (name, value) in new[]
            {
                ("frames", frames),
                ("height", source.Height),
                ("width", source.Width),
                ("channels", source.Channels),
            }
        )
        {
            file.NumberAttribute<long>(dataset, name, value);
        }

        var fps = double.IsNaN(source.FramesPerSecond) ? video.FramesPerSecond : source.FramesPerSecond;
        if (fps is { } rate)
            file.NumberAttribute(dataset, "fps", rate);
        file.Numbers<long>($"video{number}/frame_numbers", numbers.ToArray(), [numbers.Count]);
        if (original is not null)
        {
            file.Group($"video{number}/source_video");
            file.VariableTextAttribute(
                $"video{number}/source_video",
                "json",
                SlpVideoRow.Of(original, path).ToJsonString()
            );
        }
        return Row(dataset, new VideoShape(numbers.Count, source.Height, source.Width, source.Channels), fps);
    }

    private static JsonObject Row(string dataset, VideoShape shape, double? fps)
    {
        var backend = new JsonObject
        {
            ["type"] = "HDF5Video",
            ["shape"] = SlpVideoRow.Sizes(shape),
            ["filename"] = ".",
            ["dataset"] = dataset,
            ["input_format"] = "channels_last",
            ["convert_range"] = false,
            ["has_embedded_images"] = true,
            ["grayscale"] = shape.Channels == 1,
        };
        if (fps is { } rate && double.IsFinite(rate))
            backend["fps"] = rate;
        return new JsonObject { ["filename"] = ".", ["backend"] = backend };
    }
}

/// <summary>Copies the images that a .slp holds itself into another .slp, byte for byte.</summary>
internal static class SlpImageCopy
{
    /// <summary>
    /// Writes the groups /video0, /video1 ... numbered by the places that the videos have now, and gives back the rows of
    /// videos_json; null when none of the videos lies in the file.
    /// </summary>
    /// <param name="labels">The labels that are written.</param>
    /// <param name="path">The path that the file is to have.</param>
    /// <param name="source">The .slp to copy from.</param>
    /// <param name="file">The file to copy to.</param>
    /// <param name="remarks">Gets a sentence for what cannot be copied.</param>
    public static List<JsonObject>? Write(
        Labels labels,
        string path,
        string source,
        Hdf5Writer file,
        List<string> remarks
    )
    {
        var full = Path.GetFullPath(source);
        var groups = labels.Videos.Select(video => GroupIn(video, full)).ToList();
        if (groups.TrueForAll(group => group is null))
            return null;
        using var from = Hdf5Reader.Open(full);
        var rows = new List<JsonObject>();
        foreach (var (number, video) in labels.Videos.Index())
        {
            if (groups[number] is not { } group)
            {
                rows.Add(SlpVideoRow.Of(video, path));
                continue;
            }

            // Readers find a package's videos by these numbers, too.
            var (dataset, name) = (video.Dataset!, $"video{number}");
            var copied = dataset.Contains('/') ? $"{name}{dataset[group.Length..]}" : name;
            var copy = new Hdf5Copy(from, file);
            copy.Copy(group, name);
            remarks.AddRange(copy.Remarks);
            if (video.EmbeddedAsBgr && from.ReadTextAttribute(dataset, "channel_order") is null)
                file.TextAttribute(copied, "channel_order", "BGR");
            rows.Add(Row(video, copied));
        }

        return rows;
    }

    /// <summary>The group of a video's images in the file; null when they lie elsewhere.</summary>
    public static string? GroupIn(Video video, string file) =>
        video is { Kind: VideoKind.Embedded, Dataset: { } dataset, FoundPath: { } found }
        && Path.GetFullPath(found) == file
            ? dataset.Split('/')[0]
            : null;

    private static JsonObject Row(Video video, string dataset)
    {
        var row = (JsonObject)video.SlpRow!.DeepClone();
        var backend = row["backend"] as JsonObject ?? row;
        (row["filename"], backend["filename"], backend["dataset"]) = (".", ".", dataset);
        return row;
    }
}
