using System.Globalization;
using Microsoft.ML.Runtime;
using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>
/// Finds labeled nodes outside their images. A node just outside the border, or a single frame with a labeling error,
/// gives a warning. If many nodes of a video are outside, the labels belong to images of another size; that is an
/// error, since the network would learn wrong positions.
/// </summary>
internal sealed class LabelBounds
{
    // Fractions of the image's side. Labels up to NearBorder outside are normal in any number; labels farther out in
    // most frames are not.
    private const float NearBorder = 0.02f;

    // Labels this far outside are mistakes. They are an error if a tenth of the frames, and at least two, have them.
    private const float FarOutside = 0.1f;
    private const float Tolerance = 1; // pixels
    private const int MaxListedFrames = 5;

    private readonly Dictionary<FrameSource, Frame> _frames = [];

    /// <summary>Adds the labels of a frame; adding the same frame again has no effect.</summary>
    public void Add(LabeledRow row, int height, int width)
    {
        if (row.Count == 0)
            return;
        var worst = new Frame(row.Source, height, width, 0, default, 0, 0);
        for (var i = 0; i < row.Points.Length; i += 2)
        {
            // Comparisons with NaN are false, so missing nodes are never outside. An image ends half a pixel beyond the
            // centers of its outer pixels.
            var (x, y) = (row.Points[i], row.Points[i + 1]);
            var (beyondX, beyondY) = (
                Math.Max(-0.5f - x, x - (width - 0.5f)),
                Math.Max(-0.5f - y, y - (height - 0.5f))
            );
            var share = Math.Max(beyondX > Tolerance ? beyondX / width : 0, beyondY > Tolerance ? beyondY / height : 0);
            if (share > worst.Share)
                worst = worst with { Share = share, Node = i / 2 % row.Nodes, X = x, Y = y };
        }
        _frames[row.Source] = worst;
    }

    /// <exception cref="InvalidOperationException">The labels of a video belong to images of another size.</exception>
    public void Check(string component, string imageColumn, Skeleton skeleton, IChannel channel)
    {
        foreach (var video in _frames.Values.GroupBy(frame => frame.Source.Video))
        {
            Frame[] outside = [.. video.Where(frame => frame.Share > 0)];
            if (!IsOfAnotherSize(outside, video.Count()))
                continue;
            var worst = outside.MaxBy(frame => frame.Share)!;
            throw new InvalidOperationException(
                $"{component}: labeled nodes lie outside the image in "
                    + $"{outside.Length} of {video.Count()} "
                    + $"frames{(worst.Source.Video.Length == 0 ? "" : $" of {worst.Source.VideoName}")}: "
                    + $"{worst.Text(skeleton)}. "
                    + $"Labels are in pixels of the full frame, and the column '{imageColumn}' must have the full "
                    + $"frames. If they were resized or cropped before (ResizeImages), leave that out: the option "
                    + $"Scale makes frames smaller, and the labels with them. "
                    + "Otherwise the labels are of another video."
            );
        }
        Frame[] few = [.. _frames.Values.Where(frame => frame.Share > 0)];
        if (few.Length > 0)
        {
            channel.Warning(
                MessageSensitivity.None,
                "In {0} of {1} labeled frames nodes lie outside the image, "
                    + "where nothing can be learned; correct them: {2}.",
                few.Length,
                _frames.Count,
                string.Join("; ", few.Take(MaxListedFrames).Select(frame => frame.Text(skeleton)))
                    + (few.Length > MaxListedFrames ? " …" : "")
            );
        }
    }

    private static bool IsOfAnotherSize(Frame[] outside, int frames)
    {
        var (far, beyond) = (
            outside.Count(frame => frame.Share > FarOutside),
            outside.Count(frame => frame.Share > NearBorder)
        );
        return (far >= Math.Min(frames, 2) && 10 * far >= frames) || (beyond >= 3 && 2 * beyond > frames);
    }

    /// <summary>
    /// A frame and its node that is farthest outside, as a fraction of the image's width or height; 0: all nodes are
    /// inside.
    /// </summary>
    private sealed record Frame(FrameSource Source, int Height, int Width, float Share, int Node, float X, float Y)
    {
        public string Text(Skeleton skeleton) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"'{skeleton.Nodes[Node]}' at ({X:0.#}, {Y:0.#}) in "
                    + $"{Source}, an image of {Width} x {Height} pixels"
            );
    }
}
