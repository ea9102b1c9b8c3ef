using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// Puts the pictures of labeled frames into a .pkg.slp: PNG, rows padded with zeros to the longest, RGB. Pictures of
/// another package are copied byte for byte.
/// </summary>
internal sealed class SlpPictures(Labels labels, string path, Hdf5Writer file, List<string> remarks)
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
        var (pictures, numbers, failed) = (new List<byte[]>(), new List<long>(), new List<int>());
        foreach (var frame in frames)
        {
            if (!source.Contains(frame))
            {
                failed.Add(frame);
                continue;
            }
            pictures.Add(embedded?.Encoded(frame) ?? PictureEncoder.Png(source.Read(frame)));
            numbers.Add(frame);
        }
        if (failed.Count > 0)
        {
            remarks.Add(
                $"video{number}: {failed.Count} labeled frames are not in {video.Path} and have no picture "
                    + $"in the package (the first is {failed[0]})."
            );
        }

        return WriteGroup(video, number, source, embedded, pictures, numbers);
    }

    private JsonObject WriteGroup(
        Video video,
        int number,
        IFrameSource source,
        EmbeddedFrameSource? embedded,
        List<byte[]> pictures,
        List<long> numbers
    )
    {
        var dataset = $"video{number}/video";
        var width = pictures.Count == 0 ? 0 : pictures.Max(p => p.Length);
        var padded = new sbyte[pictures.Count * width];
        for (var i = 0; i < pictures.Count; i++)
            pictures[i].CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsBytes(padded.AsSpan(i * width)));
        file.Numbers<sbyte>(dataset, padded, pictures.Count == 0 ? [0] : [pictures.Count, width]);
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
