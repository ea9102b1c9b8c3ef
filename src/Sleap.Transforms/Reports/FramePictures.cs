using System.Globalization;

namespace Sleap.Transforms;

/// <summary>Draws some frames of a video as small images for a page.</summary>
internal sealed class FramePictures(PosedVideo video, string? path, DrawingOptions options)
{
    private const int LargestSide = 520;
    private const int PartSide = 300;
    private const double PartNodeRadius = 3.5;

    /// <summary>Why images are missing, or null.</summary>
    public string? Problem { get; private set; }

    /// <summary>Whole frames, made smaller.</summary>
    public IReadOnlyDictionary<int, string> Whole(IReadOnlyCollection<int> frames) =>
        Draw(
            frames,
            (canvas, frame) =>
            {
                var factor = (int)Math.Ceiling(Math.Max(canvas.Width, canvas.Height) / (double)LargestSide);
                using var smaller = factor > 1 ? canvas.Downscaled(factor) : null;
                var small = smaller ?? canvas;
                new PoseOverlay(video.Skeleton, video.Tracks, video.IsSingle, options, 1.0 / factor).DrawInstances(
                    small,
                    video.Name,
                    frame,
                    video.At(frame)
                );
                return small.ToDataUri();
            }
        );

    /// <summary>The part of each frame around a box, with true instances as rings where they are given.</summary>
    public IReadOnlyDictionary<int, string> Around(
        IReadOnlyDictionary<int, (Box Center, InstanceArray? Labels)> frames
    ) =>
        Draw(
            [.. frames.Keys],
            (canvas, frame) =>
            {
                (var center, var labels) = frames[frame];
                var overlay = new PoseOverlay(video.Skeleton, video.Tracks, video.IsSingle, ForParts(options));
                using var part = Part(canvas, overlay, (video.Name, frame), center, labels, video.At(frame));
                return part.ToDataUri();
            }
        );

    /// <summary>The part of an image around a box, with instances drawn on it, and true ones as rings.</summary>
    public static Canvas Part(
        Canvas canvas,
        PoseOverlay overlay,
        (string Video, int Frame) source,
        Box center,
        InstanceArray? labels,
        InstanceArray instances
    )
    {
        var (left, top, size) = Square(canvas, center);
        // Small parts are enlarged before they are drawn on, so that lines stay fine.
        var zoom = Math.Max(1, PartSide / size);
        var part = canvas.Part(
            left,
            top,
            Math.Min(size, canvas.Width - left),
            Math.Min(size, canvas.Height - top),
            zoom
        );
        var moved = Moved(instances);
        if (labels is not null)
            overlay.DrawLabels(part, Moved(labels), moved);
        overlay.DrawInstances(part, source.Video, source.Frame, moved);
        return part;

        InstanceArray Moved(InstanceArray all) =>
            all.Map(x => (x - left + 0.5f) * zoom - 0.5f, y => (y - top + 0.5f) * zoom - 0.5f);
    }

    /// <summary>The options for parts of images.</summary>
    public static DrawingOptions ForParts(DrawingOptions options) =>
        options with
        {
            ShowNames = false,
            NodeRadius = options.NodeRadius ?? PartNodeRadius,
        };

    private Dictionary<int, string> Draw(IReadOnlyCollection<int> frames, Func<Canvas, int, string> draw)
    {
        Dictionary<int, string> pictures = [];
        if (frames.Count == 0)
            return pictures;
        try
        {
            using var source = video.Open(path);
            foreach (var result in source.ReadMany(frames.Order()))
            {
                if (result.Frame is not null)
                {
                    using var canvas = Canvas.Of(result.Frame);
                    pictures[result.FrameIndex] = draw(canvas, result.FrameIndex);
                }
                else
                {
                    Problem ??= string.Create(
                        CultureInfo.InvariantCulture,
                        $"frame {result.FrameIndex} could not be read: {result.Error!.Message}"
                    );
                }
            }
        }
        catch (Exception problem) when (FrameFailures.IsVideoError(problem) && path is null)
        {
            // A label file is often moved without its video, and the figures do not need it. A video that the user
            // named must exist.
            Problem = problem.Message;
        }
        return pictures;
    }

    // A square with room around a box, inside the canvas.
    private static (int Left, int Top, int Size) Square(Canvas canvas, Box box)
    {
        var whole = Math.Max(canvas.Width, canvas.Height);
        if (double.IsNaN(box.Left))
            return (0, 0, whole);
        var side = Math.Max(box.Right - box.Left, box.Bottom - box.Top);
        var size = Math.Clamp((int)(side * 1.5) + 20, Math.Min(60, whole), whole);
        var left = Math.Clamp((int)((box.Right + box.Left - size) / 2), 0, Math.Max(0, canvas.Width - size));
        var top = Math.Clamp((int)((box.Bottom + box.Top - size) / 2), 0, Math.Max(0, canvas.Height - size));
        return (left, top, size);
    }
}
