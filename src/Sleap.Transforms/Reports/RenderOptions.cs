using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>How a video with poses on it is made.</summary>
public sealed record RenderOptions
{
    /// <summary>Sizes, colors, names and trails. Default: names, and trails of 30 frames.</summary>
    public DrawingOptions Drawing { get; init; } = new() { ShowNames = true, TrailLength = 30 };

    /// <summary>
    /// The video to render where the labels have several: its path or file name. Default null: there is only one with
    /// poses.
    /// </summary>
    public string? Video { get; init; }

    /// <summary>
    /// The file (or folder of images) to take the frames from, when it is not where the labels say. Default null:
    /// where they say.
    /// </summary>
    public string? VideoPath { get; init; }

    /// <summary>
    /// Zero-based frame numbers, rising. Default null: from the first to the last frame with poses, those between
    /// without poses too.
    /// </summary>
    public IReadOnlyList<int>? Frames { get; init; }

    /// <summary>
    /// Frames a second of the new video, more than 0. Default null: those of the source, or 25 where it has none.
    /// </summary>
    public double? FramesPerSecond { get; init; }

    /// <summary>
    /// The factor by which both sides of the new video are smaller than those of the source, 1 or more. Default 1.
    /// </summary>
    public int Shrink { get; init; } = 1;

    /// <summary>
    /// The quality of the H.264 video, 0 (lossless) to 51 (worst): its constant rate factor. Default 23.
    /// </summary>
    public int Quality { get; init; } = 23;

    internal RenderOptions Checked()
    {
        Drawing.Checked();
        new OptionFaults("Render options")
            .If(
                Video == "" || VideoPath == "",
                $"{nameof(Video)} and {nameof(VideoPath)} are names or null, and one is empty"
            )
            .If(
                Frames is { } frames
                    && (
                        frames.Count == 0
                        || frames[0] < 0
                        || frames.Zip(frames.Skip(1)).Any(pair => pair.First >= pair.Second)
                    ),
                $"{nameof(Frames)} must be numbers of 0 or more that rise, at least one"
            )
            .Positive(nameof(FramesPerSecond), FramesPerSecond)
            .If(Shrink < 1, $"{nameof(Shrink)} is {Shrink}, expected 1 or more")
            .Within(nameof(Quality), Quality, 0, 51)
            .Throw();
        return this;
    }
}

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
        var labeled = video.Size;
        using var source = video.Open(options.VideoPath);
        if (OtherVideo(video, labeled, (source.Width, source.Height)) is { } doubt)
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
            using var whole = Canvas.Of(result.Frame);
            using var smaller = options.Shrink > 1 ? whole.Downscaled(options.Shrink) : null;
            var canvas = smaller ?? whole;
            overlay.DrawInstances(canvas, video.Name, result.FrameIndex, video.At(result.FrameIndex));
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
                    $"{frame.Video}, frame {frame.FrameIndex}, could not be read and was left out: {frame.Reason}"
                ),
            ]
        );
        return new FrameReport(frames.Length, unreadable);
    }

    // At the edge of a frame some nodes are outside it; with poses of a larger video many are.
    private static string? OtherVideo(PosedVideo video, (int Width, int Height)? labeled, (int Width, int Height) found)
    {
        if (labeled is { } size)
            return size == found ? null : $"The poses are of frames of {size.Width} x {size.Height} pixels";
        (var outside, var all) = (0, 0);
        foreach (var instance in video.Frames.Values.SelectMany(instances => instances))
        {
            foreach (var node in instance.VisibleNodes)
            {
                all++;
                if (instance.X(node) > found.Width || instance.Y(node) > found.Height)
                    outside++;
            }
        }
        return 10 * outside > all ? $"{100 * outside / all} of 100 nodes lie outside the frame" : null;
    }

    // Embedded images are some frames of a video, so not every number is there.
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
