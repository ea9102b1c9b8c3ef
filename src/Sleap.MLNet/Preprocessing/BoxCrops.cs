using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Crops of one size out of boxes of any size, such as those of an object detector. Windows are x1, y1, x2, y2 at the
/// edges of pixels: the first pixel of a frame spans 0 to 1, its centre is the point 0.
/// </summary>
public static class BoxCrops
{
    /// <summary>The windows that boxes are cropped by.</summary>
    /// <param name="boxes">(M, 4), x1, y1, x2, y2 as points.</param>
    /// <param name="size">Side of the crops in pixels.</param>
    /// <param name="aspect">What is done about boxes that are not square.</param>
    /// <param name="padding">What is added on each side, as a share of the longer side.</param>
    /// <param name="minSize">Least side of a window in pixels of the frame.</param>
    /// <returns> Windows (M, 4); scales (M, 2), crop pixels a frame pixel along x and y; and half of the padded box in
    /// crop pixels (M, 2), which <see cref="Letterbox"/> keeps.
    /// </returns>
    /// <exception cref="ArgumentException">The shape is another.</exception>
    public static (Tensor Windows, Tensor Scales, Tensor KeptHalves) Windows(
        Tensor boxes,
        int size,
        BoxAspect aspect = BoxAspect.Square,
        float padding = 0.1f,
        float minSize = 4
    )
    {
        ArgumentNullException.ThrowIfNull(boxes);
        if (boxes.dim() != 2 || boxes.size(1) != 4)
        {
            throw new ArgumentException(
                $"Boxes have the shape ({string.Join(", ", boxes.shape)}), expected (boxes, 4).",
                nameof(boxes)
            );
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        boxes = boxes.to(ScalarType.Float32);
        Tensor low = boxes.narrow(1, 0, 2),
            high = boxes.narrow(1, 2, 2); // (M, 2)
        var sides = high - low;
        var padded = sides + sides.amax(new long[] { 1 }, true) * (2 * padding); // (M, 2)
        var window = (
            aspect == BoxAspect.Stretch ? padded : padded.amax(new long[] { 1 }, true).expand(padded.size(0), 2)
        ).clamp(minSize, null);
        var middle = (low + high) * 0.5 + 0.5;
        var scales = window.reciprocal() * size;
        return (
            cat(new[] { middle - window * 0.5, middle + window * 0.5 }, 1).MoveToOuterDisposeScope(),
            scales.MoveToOuterDisposeScope(),
            (padded * scales * 0.5).MoveToOuterDisposeScope()
        );
    }

    /// <summary>
    /// Resamples windows bilinearly; what lies beyond the frame fades to zero by the share of each pixel that does.
    /// </summary>
    /// <param name="frames">(B, C, H, W), any type of number.</param>
    /// <param name="windows">(M, 4)</param>
    /// <param name="samples">(M), Int64: which of the B frames each window is of.</param>
    /// <param name="height">Height of the crops.</param>
    /// <param name="width">Width of the crops.</param>
    /// <returns>(M, C, height, width), float, channels-last strides.</returns>
    /// <exception cref="ArgumentException">The shapes are others.</exception>
    public static Tensor Cut(Tensor frames, Tensor windows, Tensor samples, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(frames);
        Check(frames, windows, samples);
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        windows = windows.to(ScalarType.Float32);
        // (M, width)
        (var left, var shareX, var insideX) = Along(windows.select(1, 0), windows.select(1, 2), width, frames.size(3));
        // (M, height)
        (var top, var shareY, var insideY) = Along(windows.select(1, 1), windows.select(1, 3), height, frames.size(2));
        (shareX, shareY) = (shareX.unsqueeze(1).unsqueeze(-1), shareY.unsqueeze(-1).unsqueeze(-1));
        Tensor Row(Tensor rows) =>
            Pixels(frames, samples, rows, left).to(ScalarType.Float32) * (shareX * -1 + 1)
            // (M, height, width, C)
            + Pixels(frames, samples, rows, left + 1).to(ScalarType.Float32) * shareX;
        var pixels = Row(top) * (shareY * -1 + 1) + Row(top + 1) * shareY;
        // (M, height, width, 1)
        var inside = (insideY.unsqueeze(-1) * insideX.unsqueeze(-2)).unsqueeze(-1);
        return (pixels * inside).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>Makes black what lies around the box in its crop.</summary>
    /// <param name="crops">(M, C, height, width)</param>
    /// <param name="keptHalves">(M, 2), as <see cref="Windows"/> gives them.</param>
    /// <exception cref="ArgumentException">The shapes are others.</exception>
    public static Tensor Letterbox(Tensor crops, Tensor keptHalves)
    {
        ArgumentNullException.ThrowIfNull(crops);
        ArgumentNullException.ThrowIfNull(keptHalves);
        if (crops.dim() != 4 || keptHalves.dim() != 2 || keptHalves.size(0) != crops.size(0) || keptHalves.size(1) != 2)
        {
            throw new ArgumentException(
                $"Crops and kept halves have the shapes ({string.Join(", ", crops.shape)}) "
                    + $"and ({string.Join(", ", keptHalves.shape)}), expected (crops, channels, height, width) and "
                    + $"(crops, 2)."
            );
        }

        using var _ = no_grad();
        using var scope = NewDisposeScope();
        Tensor Kept(long size, int axis) =>
            // (M, size)
            (arange(0, size, ScalarType.Float32, crops.device) - (size - 1) / 2.0)
                .abs()
                .unsqueeze(0)
                .le(keptHalves.narrow(1, axis, 1));
        var kept = Kept(crops.size(2), 1).unsqueeze(-1).logical_and(Kept(crops.size(3), 0).unsqueeze(-2));
        return (crops * kept.unsqueeze(1).to(crops.dtype)).MoveToOuterDisposeScope();
    }

    /// <summary>Points of frames as points of crops.</summary>
    /// <param name="points">(M, N, 2), NaN = missing.</param>
    /// <param name="windows">(M, 4)</param>
    /// <param name="scales">(M, 2)</param>
    public static Tensor ToCrop(Tensor points, Tensor windows, Tensor scales)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(scales);
        using var scope = NewDisposeScope();
        return (
            (points + 0.5 - windows.narrow(1, 0, 2).unsqueeze(1)) * scales.unsqueeze(1) - 0.5
        ).MoveToOuterDisposeScope();
    }

    /// <summary>Points of crops as points of frames.</summary>
    /// <param name="points">(M, N, 2), NaN = missing.</param>
    /// <param name="windows">(M, 4)</param>
    /// <param name="scales">(M, 2)</param>
    public static Tensor ToFrame(Tensor points, Tensor windows, Tensor scales)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(scales);
        using var scope = NewDisposeScope();
        return (
            (points + 0.5) / scales.unsqueeze(1) + windows.narrow(1, 0, 2).unsqueeze(1) - 0.5
        ).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Pixels at rows (M, r) and columns (M, c) of each crop's frame, those beyond it taken from its border: (M, r, c,
    /// C).
    /// </summary>
    private static Tensor Pixels(Tensor frames, Tensor samples, Tensor rows, Tensor columns)
    {
        long channels = frames.size(1),
            height = frames.size(2),
            width = frames.size(3);
        var row = samples.to(ScalarType.Int64).unsqueeze(-1) * height + rows.clamp(0, height - 1); // (M, r)
        // (M, r, c)
        var pixel = row.unsqueeze(-1) * width + columns.clamp(0, width - 1).unsqueeze(-2);
        return frames
            .permute(0, 2, 3, 1)
            .reshape(-1, channels)
            .index_select(0, pixel.flatten())
            .view(pixel.size(0), pixel.size(1), pixel.size(2), channels);
    }

    private static void Check(Tensor frames, Tensor windows, Tensor samples)
    {
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(samples);
        if (frames.dim() != 4)
        {
            throw new ArgumentException(
                $"Frames have the shape ({string.Join(", ", frames.shape)}), expected "
                    + $"(batch, channels, height, width).",
                nameof(frames)
            );
        }

        if (windows.dim() != 2 || windows.size(1) != 4 || samples.dim() != 1 || samples.size(0) != windows.size(0))
        {
            throw new ArgumentException(
                $"Windows and samples have the shapes ({string.Join(", ", windows.shape)}) "
                    + $"and ({string.Join(", ", samples.shape)}), expected (crops, 4) and (crops)."
            );
        }
    }

    // For each of the crop's pixels along one axis the frame's pixel before it, how far it is towards the next, and how
    // much of it is inside.
    private static (Tensor Before, Tensor Share, Tensor Inside) Along(Tensor from, Tensor to, int size, long frame)
    {
        var step = ((to - from) / size).unsqueeze(-1); // (M, 1)
        // (M, size)
        var start = step * arange(0, size, ScalarType.Float32, from.device) + from.unsqueeze(-1);
        var end = start + step;
        var centre = ((start + end) * 0.5 - 0.5).clamp(0, frame - 1);
        var before = centre.floor();
        var inside = (end.clamp(null, frame) - start.clamp(0, null)).clamp(0, null) / step;
        return (before.to(ScalarType.Int64), centre - before, inside);
    }
}
