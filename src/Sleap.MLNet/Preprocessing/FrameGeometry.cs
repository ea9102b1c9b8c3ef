using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// The way from a frame to a network's input and back, the only place that multiplies points by a scale: fit into a
/// maximum size (aspect kept, zeros at the right and bottom), scale, pad with zeros at the right and bottom to a
/// multiple of the network's stride. As in sleap-nn, a point is multiplied by the scales and not shifted, on the way in
/// and out alike.
/// </summary>
public sealed class FrameGeometry
{
    /// <summary>Works out the sizes.</summary>
    /// <param name="frameHeight">Height of the frame.</param>
    /// <param name="frameWidth">Width of the frame.</param>
    /// <param name="scale">What the fitted frame is scaled by; its size is rounded down.</param>
    /// <param name="stride">What the input's height and width are padded to a multiple of.</param>
    /// <param name="maxHeight">Height that frames are fitted into, made larger or smaller; null: the frame's
    /// own.</param>
    /// <param name="maxWidth">Width that frames are fitted into; null: the frame's own.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size or the stride is below 1, or the scale leaves no
    /// pixel.</exception>
    public FrameGeometry(
        int frameHeight,
        int frameWidth,
        float scale = 1,
        int stride = 1,
        int? maxHeight = null,
        int? maxWidth = null
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frameHeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(frameWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxHeight ?? 1, 1, nameof(maxHeight));
        ArgumentOutOfRangeException.ThrowIfLessThan(maxWidth ?? 1, 1, nameof(maxWidth));
        if (!(float.IsFinite(scale) && scale > 0))
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "The scale must be a number above 0.");
        (FrameHeight, FrameWidth, Scale, Stride) = (frameHeight, frameWidth, scale, stride);
        (CanvasHeight, CanvasWidth) = (maxHeight ?? frameHeight, maxWidth ?? frameWidth);
        (FitHeight, FitWidth, FitScale) = Fit();
        // The decimal that was meant: 0.1f is a little more than 0.1 as a double, and the size is rounded down.
        var exactScale = (double)(decimal)scale;
        (ScaledHeight, ScaledWidth) =
            scale == 1
                ? (CanvasHeight, CanvasWidth)
                : ((int)(CanvasHeight * exactScale), (int)(CanvasWidth * exactScale));
        if (ScaledHeight < 1 || ScaledWidth < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(scale),
                scale,
                $"The scale leaves no pixel of {CanvasWidth}×{CanvasHeight}."
            );
        }

        (InputHeight, InputWidth) = (RoundUp(ScaledHeight, stride), RoundUp(ScaledWidth, stride));
        PointScale = (float)(FitScale * exactScale);
    }

    /// <summary>Height of the frame in pixels.</summary>
    public int FrameHeight { get; }

    /// <summary>Width of the frame in pixels.</summary>
    public int FrameWidth { get; }

    /// <summary>What the fitted frame is scaled by.</summary>
    public float Scale { get; }

    /// <summary>What the input's height and width are multiples of.</summary>
    public int Stride { get; }

    /// <summary>Height of the network's input in pixels.</summary>
    public int InputHeight { get; }

    /// <summary>Width of the network's input in pixels.</summary>
    public int InputWidth { get; }

    /// <summary>Input pixels a frame pixel.</summary>
    public float PointScale { get; }

    /// <summary>Size of the frame once fitted into the canvas, and what it was multiplied by for that.</summary>
    internal int FitHeight { get; }

    /// <inheritdoc cref="FitHeight"/>
    internal int FitWidth { get; }

    /// <inheritdoc cref="FitHeight"/>
    internal double FitScale { get; }

    /// <summary>Size that frames are fitted into.</summary>
    internal int CanvasHeight { get; }

    /// <inheritdoc cref="CanvasHeight"/>
    internal int CanvasWidth { get; }

    /// <summary>Size of the scaled canvas; the input is it with zeros added.</summary>
    internal int ScaledHeight { get; }

    /// <inheritdoc cref="ScaledHeight"/>
    internal int ScaledWidth { get; }

    /// <summary>Takes points from frame pixels to input pixels, in place.</summary>
    /// <param name="xy">x and y by turns; NaN stays NaN.</param>
    public void ToInput(Span<float> xy)
    {
        foreach (ref var value in xy)
            value *= PointScale;
    }

    /// <summary>Takes points from input pixels to frame pixels, in place.</summary>
    /// <param name="xy">x and y by turns; NaN stays NaN.</param>
    public void ToFrame(Span<float> xy)
    {
        foreach (ref var value in xy)
            value /= PointScale;
    }

    /// <summary>Takes points from frame pixels to input pixels.</summary>
    /// <param name="points">Any shape ending in 2.</param>
    public Tensor ToInput(Tensor points)
    {
        ArgumentNullException.ThrowIfNull(points);
        return points * PointScale;
    }

    /// <summary>Takes points from input pixels to frame pixels.</summary>
    /// <param name="points">Any shape ending in 2.</param>
    public Tensor ToFrame(Tensor points)
    {
        ArgumentNullException.ThrowIfNull(points);
        return points / PointScale;
    }

    private (int Height, int Width, double Scale) Fit()
    {
        if (CanvasHeight == FrameHeight && CanvasWidth == FrameWidth)
            return (FrameHeight, FrameWidth, 1);
        var scale = Math.Min((double)CanvasHeight / FrameHeight, (double)CanvasWidth / FrameWidth);
        // Halves to even, which both Math.Round and sleap-nn's round do.
        return (
            Math.Max(1, (int)Math.Round(FrameHeight * scale)),
            Math.Max(1, (int)Math.Round(FrameWidth * scale)),
            scale
        );
    }

    private static int RoundUp(int size, int multiple) => (size + multiple - 1) / multiple * multiple;
}
