using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Draws the poses of a video onto its frames and writes them as a new one.</summary>
internal static class OverlayVideo
{
    public static FrameReport Write(
        MLContext ml,
        Labels labels,
        string path,
        RenderOptions options,
        CancellationToken cancellation
    )
    {
        var video = PosedVideo.Choose(labels, options.Video);
        var labelled = video.Size;
        using var source = video.Open(options.VideoPath);
        if (OtherVideo(video, labelled, (source.Width, source.Height)) is { } doubt)
        {
            PoseLog.Warn(
                ml,
                "Opening the video",
                [$"{doubt}, and the video has {source.Width} x {source.Height}. Is it the right video?"]
            );
        }

        var frames = options.Frames is { } wanted ? [.. wanted] : Between(video, source);
        var rate =
            options.FramesPerSecond
            ?? (double.IsFinite(source.FramesPerSecond) && source.FramesPerSecond > 0 ? source.FramesPerSecond : 25);
        var overlay = new PoseOverlay(
            video.Skeleton,
            video.Tracks,
            video.IsSingle,
            options.Drawing,
            1.0 / options.Shrink
        );
        List<UnreadableFrame> unreadable = [];
        using var writer = new VideoWriter(
            path,
            source.Width / options.Shrink,
            source.Height / options.Shrink,
            rate,
            options.Quality
        );
        foreach (var result in source.ReadMany(frames, cancellation))
        {
            if (result.Frame is null)
            {
                unreadable.Add(new UnreadableFrame(video.Name, result.FrameIndex, result.Error!.Message));
                continue;
            }
            var canvas = Canvas.Of(result.Frame);
            if (options.Shrink > 1)
                canvas = canvas.Shrunk(options.Shrink);
            overlay.Animals(
                canvas,
                video.Name,
                result.FrameIndex,
                video.Frames.GetValueOrDefault(result.FrameIndex) ?? []
            );
            writer.Add(canvas.Pixels);
        }
        if (unreadable.Count == frames.Length)
        {
            throw new InvalidDataException(
                $"None of the {frames.Length} frames of {video.Name} could be read: {unreadable[0].Reason}"
            );
        }

        writer.Finish();
        PoseLog.Warn(
            ml,
            "Rendering",
            [
                .. unreadable.Select(frame =>
                    $"{frame.Video}, frame {frame.FrameIndex}, "
                    + $"could not be read and was left out: "
                    + $"{frame.Reason}"
                ),
            ]
        );
        return new FrameReport(frames.Length, unreadable);
    }

    // Animals reach over the edge of a frame by some nodes at most; poses of a larger recording lie outside by many.
    private static string? OtherVideo(
        PosedVideo video,
        (int Width, int Height)? labelled,
        (int Width, int Height) found
    )
    {
        if (labelled is { } size)
            return size == found ? null : $"The poses are of frames of {size.Width} x {size.Height} pixels";
        (var outside, var all) = (0, 0);
        foreach (var animal in video.Frames.Values.SelectMany(animals => animals))
        {
            for (var node = 0; 2 * node < animal.Points.Length; node++)
            {
                if (!animal.IsVisible(node))
                    continue;
                all++;
                if (animal.Points[2 * node] > found.Width || animal.Points[(2 * node) + 1] > found.Height)
                    outside++;
            }
        }
        return 10 * outside > all ? $"{100 * outside / all} of 100 nodes lie outside the frame" : null;
    }

    // Embedded pictures are some frames of a video, so not every number is there.
    private static int[] Between(PosedVideo video, IFrameSource source)
    {
        (var first, var last) = (video.Frames.Keys.First(), video.Frames.Keys.Last());
        int[] frames = [.. Enumerable.Range(first, last - first + 1).Where(source.Contains)];
        return frames.Length > 0
            ? frames
            : throw new ArgumentException(
                $"The poses are of the frames {first} to {last}, and the video has "
                    + $"{source.FrameCount} frames, none of these. Is it the right video?"
            );
    }
}
