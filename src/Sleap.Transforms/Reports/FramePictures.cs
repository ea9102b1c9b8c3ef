using System.Globalization;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Draws some frames of a video as small pictures for a page.</summary>
internal sealed class FramePictures(PosedVideo video, string? path, DrawingOptions options)
{
    private const int LargestSide = 520;
    private const int PartSide = 300;
    private const double PartNodeRadius = 3.5;

    /// <summary>Why pictures are missing, or null.</summary>
    public string? Problem { get; private set; }

    /// <summary>Whole frames, made smaller.</summary>
    public IReadOnlyDictionary<int, string> Whole(IReadOnlyCollection<int> frames) =>
        Draw(
            frames,
            (canvas, frame) =>
            {
                var factor = (int)Math.Ceiling(Math.Max(canvas.Width, canvas.Height) / (double)LargestSide);
                var small = factor > 1 ? canvas.Shrunk(factor) : canvas;
                new PoseOverlay(video.Skeleton, video.Tracks, video.IsSingle, options, 1.0 / factor).Animals(
                    small,
                    video.Name,
                    frame,
                    video.Frames.GetValueOrDefault(frame) ?? []
                );
                return small;
            }
        );

    /// <summary>The part of each frame around some animals; true animals as rings where they are given.</summary>
    public IReadOnlyDictionary<int, string> Around(
        IReadOnlyDictionary<int, (IReadOnlyList<PoseInstance> Centre, IReadOnlyList<PoseInstance> Labels)> frames
    ) =>
        Draw(
            [.. frames.Keys],
            (canvas, frame) =>
            {
                (var centre, var labels) = frames[frame];
                var overlay = new PoseOverlay(video.Skeleton, video.Tracks, video.IsSingle, ForParts(options));
                return Part(
                    canvas,
                    overlay,
                    (video.Name, frame),
                    centre,
                    labels,
                    video.Frames.GetValueOrDefault(frame) ?? []
                );
            }
        );

    /// <summary>The part of a picture around some animals, with animals drawn on it, and true ones as rings.</summary>
    public static Canvas Part(
        Canvas canvas,
        PoseOverlay overlay,
        (string Video, int Frame) source,
        IReadOnlyList<PoseInstance> centre,
        IReadOnlyList<PoseInstance> labels,
        IReadOnlyList<PoseInstance> animals
    )
    {
        (var left, var top, var size) = PlaceOf(canvas, centre);
        // Small parts are enlarged before they are drawn on, so that lines stay fine.
        var zoom = Math.Max(1, PartSide / size);
        var part = canvas
            .Part(left, top, Math.Min(size, canvas.Width - left), Math.Min(size, canvas.Height - top))
            .Enlarged(zoom);
        PoseInstance[] moved = [.. animals.Select(animal => Moved(animal, left, top, zoom))];
        overlay.Labels(part, [.. labels.Select(animal => Moved(animal, left, top, zoom))], moved);
        overlay.Animals(part, source.Video, source.Frame, moved);
        return part;
    }

    /// <summary>How parts of pictures are drawn on.</summary>
    public static DrawingOptions ForParts(DrawingOptions options) =>
        options with
        {
            ShowNames = false,
            NodeRadius = options.NodeRadius ?? PartNodeRadius,
        };

    private Dictionary<int, string> Draw(IReadOnlyCollection<int> frames, Func<Canvas, int, Canvas> draw)
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
                    pictures[result.FrameIndex] = Encode(draw(Canvas.Of(result.Frame), result.FrameIndex));
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
        catch (Exception problem)
            when (problem
                    is IOException
                        or PoseFormatException
                        or InvalidOperationException
                        or UnauthorizedAccessException
                && path is null
            )
        {
            // A label file often travels without its video; the figures are as good. A video that was named must be
            // there.
            Problem = problem.Message;
        }
        return pictures;
    }

    private static (int Left, int Top, int Size) PlaceOf(Canvas canvas, IReadOnlyList<PoseInstance> animals)
    {
        float[] x = [.. animals.SelectMany(animal => animal.Points.Where((_, i) => i % 2 == 0)).Where(float.IsFinite)];
        float[] y = [.. animals.SelectMany(animal => animal.Points.Where((_, i) => i % 2 == 1)).Where(float.IsFinite)];
        if (x.Length == 0)
            return (0, 0, Math.Max(canvas.Width, canvas.Height));
        var whole = Math.Max(canvas.Width, canvas.Height);
        var size = Math.Clamp(
            (int)(Math.Max(x.Max() - x.Min(), y.Max() - y.Min()) * 1.5) + 20,
            Math.Min(60, whole),
            whole
        );
        var left = Math.Clamp((int)((x.Max() + x.Min() - size) / 2), 0, Math.Max(0, canvas.Width - size));
        var top = Math.Clamp((int)((y.Max() + y.Min() - size) / 2), 0, Math.Max(0, canvas.Height - size));
        return (left, top, size);
    }

    private static PoseInstance Moved(PoseInstance animal, int left, int top, int zoom) =>
        animal with
        {
            Points =
            [
                .. animal.Points.Select((value, i) => ((value - (i % 2 == 0 ? left : top) + 0.5f) * zoom) - 0.5f),
            ],
        };

    /// <summary>A canvas as an address that a page holds inside it.</summary>
    public static string Encode(Canvas canvas)
    {
        var file = Path.Combine(Path.GetTempPath(), $"sleap-picture-{Guid.NewGuid():N}.jpg");
        try
        {
            using var image = canvas.ToImage();
            image.Save(file);
            return "data:image/jpeg;base64," + Convert.ToBase64String(File.ReadAllBytes(file));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
