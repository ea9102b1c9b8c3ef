using System.Buffers;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// Crops of the boxes of instances, each resampled to the size of the crops, so that large and small instances look the
/// same to the network. SLEAP-NN's <c>crop_mode: bbox</c>.
/// </summary>
internal sealed record BoxCrops
{
    /// <summary>How a box becomes a square crop; SLEAP-NN's <c>crop_bbox_aspect</c>.</summary>
    public BoxAspect Aspect { get; init; }

    /// <summary>
    /// Margin on each side as a fraction of the longer side of the box, 0 or more; SLEAP-NN's <c>crop_bbox_padding</c>.
    /// </summary>
    public float Padding { get; init; } = 0.1f;

    /// <summary>
    /// Minimum side of what is cut out, in frame pixels, above 0; null: a quarter of the median side of the training
    /// crops. SLEAP-NN's <c>crop_bbox_min_size</c>.
    /// </summary>
    public float? MinSize { get; init; }

    /// <summary>
    /// Frame pixels added on each side to boxes that are made of nodes, 0 or more; SLEAP-NN's <c>bbox_padding</c>.
    /// </summary>
    public float NodePadding { get; init; }

    public void Check(OptionFaults faults) =>
        faults
            .Defined(nameof(Aspect), Aspect)
            .NotNegative(nameof(Padding), Padding)
            .Positive(nameof(MinSize), MinSize)
            .NotNegative(nameof(NodePadding), NodePadding);

    /// <summary>The box around the visible nodes of an instance; NaN where there is none.</summary>
    /// <param name="points">x and y of each node, NaN = missing.</param>
    /// <param name="scale">Pixels of the points per frame pixel.</param>
    public Box BoxOf(ReadOnlySpan<float> points, float scale = 1)
    {
        var (box, more) = (Box.Around(points), NodePadding * scale);
        return new(box.Left - more, box.Top - more, box.Right + more, box.Bottom + more);
    }

    /// <summary>The longer side of what is cut out for a box, without <see cref="MinSize"/>.</summary>
    public double SideOf(Box box) => Math.Max(Width(box), Height(box)) + Margin(box);

    /// <summary>The crop of a box.</summary>
    /// <param name="box">The box in pixels of the frame.</param>
    /// <param name="size">Rows and columns of the crop.</param>
    /// <param name="margin">Rows and columns around the crop that are cut out with it, on each side.</param>
    public BoxWindow WindowOf(Box box, int size, int margin = 0)
    {
        double width = Width(box) + Margin(box),
            height = Height(box) + Margin(box),
            least = Math.Max(MinSize ?? 0, 1),
            longest = Math.Max(Math.Max(width, height), least);
        var isStretched = Aspect == BoxAspect.Stretch;
        // Pixel edges, which are half a pixel before pixel centers.
        return new(
            (box.Left + box.Right) / 2 + 0.5,
            (box.Top + box.Bottom) / 2 + 0.5,
            (isStretched ? Math.Max(width, least) : longest) / size,
            (isStretched ? Math.Max(height, least) : longest) / size,
            size + 2 * margin,
            Aspect == BoxAspect.Letterbox ? (width / 2, height / 2) : null
        );
    }

    private double Margin(Box box) => 2 * Padding * Math.Max(Width(box), Height(box));

    private static double Width(Box box) => box.Right - box.Left;

    private static double Height(Box box) => box.Bottom - box.Top;
}

/// <summary>How a box becomes a square crop; names as in SLEAP-NN's <c>crop_bbox_aspect</c>.</summary>
internal enum BoxAspect
{
    /// <summary>A square with the longer side of the box: what lies beside the box is seen too.</summary>
    Square,

    /// <summary>The same square, but pixels outside of the box and its margin are 0.</summary>
    Letterbox,

    /// <summary>The box itself, stretched to a square.</summary>
    Stretch,
}

/// <summary>A rectangle of a frame that is resampled to a square crop, bilinear with antialiasing.</summary>
/// <param name="CenterX">The middle, in pixel edges: 0 is the left edge of the first pixel.</param>
/// <param name="CenterY">The same for rows.</param>
/// <param name="StepX">Columns of the frame that a column of the crop shows.</param>
/// <param name="StepY">Rows of the frame that a row of the crop shows.</param>
/// <param name="Size">Rows and columns of the crop.</param>
/// <param name="Content">Pixels farther from the middle along an axis are 0; null: all are shown.</param>
internal sealed record BoxWindow(
    double CenterX,
    double CenterY,
    double StepX,
    double StepY,
    int Size,
    (double X, double Y)? Content
) : ICropWindow
{
    private const int Wide = 1024;

    private double Left => CenterX - Size * StepX / 2;

    private double Top => CenterY - Size * StepY / 2;

    public float Scale => (float)(1 / Math.Sqrt(StepX * StepY));

    public void Cut(FramePixels frame, Span<byte> crop)
    {
        crop.Clear();
        var channels = frame.Channels;
        var columns = TapsOf(Left, StepX, frame.Width, Content?.X);
        var rows = TapsOf(Top, StepY, frame.Height, Content?.Y);
        var (first, end) = (rows.Min(row => row.First), rows.Max(row => row.First + row.Weights.Length));
        var line = Size * channels;
        var narrowed = ArrayPool<float>.Shared.Rent(Math.Max(1, (end - first) * line));
        for (var y = first; y < end; y++)
        {
            var source = frame.Bytes.Slice(y * frame.Width * channels, frame.Width * channels);
            var target = narrowed.AsSpan((y - first) * line, line);
            for (var i = 0; i < line; i++)
            {
                var (start, weights) = columns[i / channels];
                var sum = 0f;
                for (var tap = 0; tap < weights.Length; tap++)
                    sum += weights[tap] * source[(start + tap) * channels + i % channels];
                target[i] = sum;
            }
        }

        for (var y = 0; y < Size; y++)
        {
            var (start, weights) = rows[y];
            for (var i = 0; i < line; i++)
            {
                var sum = 0f;
                for (var tap = 0; tap < weights.Length; tap++)
                    sum += weights[tap] * narrowed[(start - first + tap) * line + i];
                crop[y * line + i] = (byte)Math.Min(MathF.Round(sum), 255);
            }
        }

        ArrayPool<float>.Shared.Return(narrowed);
    }

    public void ToFrame(Span<float> xy)
    {
        for (var i = 0; i < xy.Length; i += 2)
        {
            xy[i] = (float)((xy[i] + 0.5) * StepX + Left - 0.5);
            xy[i + 1] = (float)((xy[i + 1] + 0.5) * StepY + Top - 0.5);
        }
    }

    public void ToCrop(Span<float> xy)
    {
        for (var i = 0; i < xy.Length; i += 2)
        {
            xy[i] = (float)((xy[i] + 0.5 - Left) / StepX - 0.5);
            xy[i + 1] = (float)((xy[i + 1] + 0.5 - Top) / StepY - 0.5);
        }
    }

    // The pixels of a line of the frame that each pixel of the crop is the weighted sum of: a triangle as wide as the
    // larger of the two pixel sizes. Pixels outside of the frame are 0, so that the weights of those inside can sum up
    // to less than 1.
    private (int First, float[] Weights)[] TapsOf(double start, double step, int length, double? content)
    {
        var support = Math.Max(step, 1);
        var taps = new (int, float[])[Size];
        for (var i = 0; i < Size; i++)
        {
            var center = start + (i + 0.5) * step;
            int first = (int)Math.Clamp(Math.Ceiling(center - support - 0.5), 0, length),
                end = (int)Math.Clamp(Math.Floor(center + support - 0.5) + 1, first, length);
            if (Math.Abs((i + 0.5 - Size / 2.0) * step) > content)
                end = first;
            // The sum of the triangle at all pixels, inside of the frame or not; of a wide one it is its area.
            var sum = support > Wide ? support : 0;
            for (var x = Math.Ceiling(center - support - 0.5); support <= Wide && x <= center + support - 0.5; x++)
                sum += Weight(x);
            taps[i] = (first, [.. Enumerable.Range(first, end - first).Select(x => (float)(Weight(x) / sum))]);
            double Weight(double x) => Math.Max(0, 1 - Math.Abs(x + 0.5 - center) / support);
        }

        return taps;
    }
}
