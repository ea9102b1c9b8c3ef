namespace Sleap.MLNet;

/// <summary>The sizes of a frame on its way to a network's input, and its points on the way there and back.</summary>
/// <remarks>
/// A frame is fitted into a canvas (aspect ratio kept, zeros at the right and bottom), scaled, and padded with zeros at
/// the right and bottom to a multiple of the network's stride. No other class multiplies points by a scale. As in
/// sleap-nn, points are multiplied by the scale and not shifted, in both directions.
/// </remarks>
internal sealed class FrameGeometry
{
    /// <param name="frameHeight">Height of the frame in pixels.</param>
    /// <param name="frameWidth">Width of the frame in pixels.</param>
    /// <param name="scale">Factor of the fitted frame's size; the result is rounded down.</param>
    /// <param name="stride">Height and width of the input become multiples of it.</param>
    /// <param name="canvasHeight">Height that the frame is enlarged or reduced to fit; null: the frame's own.</param>
    /// <param name="canvasWidth">Width that the frame is enlarged or reduced to fit; null: the frame's own.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size or the stride is below 1, or the scale leaves no
    /// pixel.</exception>
    public FrameGeometry(
        int frameHeight,
        int frameWidth,
        float scale = 1,
        int stride = 1,
        int? canvasHeight = null,
        int? canvasWidth = null
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frameHeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(frameWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(canvasHeight ?? 1, 1, nameof(canvasHeight));
        ArgumentOutOfRangeException.ThrowIfLessThan(canvasWidth ?? 1, 1, nameof(canvasWidth));
        if (!(float.IsFinite(scale) && scale > 0))
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "The scale must be a number above 0.");
        (FrameHeight, FrameWidth) = (frameHeight, frameWidth);
        (CanvasHeight, CanvasWidth) = (canvasHeight ?? frameHeight, canvasWidth ?? frameWidth);
        var fitScale = Math.Min((double)CanvasHeight / FrameHeight, (double)CanvasWidth / FrameWidth);
        (FitHeight, FitWidth) = (Fitted(FrameHeight, fitScale), Fitted(FrameWidth, fitScale));
        // The scale as it was written: 0.1f is a little more than 0.1 as a double, and the size is rounded down.
        var exactScale = (double)(decimal)scale;
        (ScaledHeight, ScaledWidth) = ((int)(CanvasHeight * exactScale), (int)(CanvasWidth * exactScale));
        if (ScaledHeight < 1 || ScaledWidth < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(scale),
                scale,
                $"The scale leaves no pixel of {CanvasWidth}×{CanvasHeight}."
            );
        }

        (InputHeight, InputWidth) = (RoundUp(ScaledHeight, stride), RoundUp(ScaledWidth, stride));
        PointScale = (float)(fitScale * exactScale);
    }

    public int FrameHeight { get; }

    public int FrameWidth { get; }

    /// <summary>Height of the frame after fitting it into the canvas.</summary>
    public int FitHeight { get; }

    /// <summary>Width of the frame after fitting it into the canvas.</summary>
    public int FitWidth { get; }

    /// <summary>Height that frames are fitted into.</summary>
    public int CanvasHeight { get; }

    /// <summary>Width that frames are fitted into.</summary>
    public int CanvasWidth { get; }

    /// <summary>Height of the scaled canvas, before it is padded to the input's.</summary>
    public int ScaledHeight { get; }

    /// <summary>Width of the scaled canvas, before it is padded to the input's.</summary>
    public int ScaledWidth { get; }

    /// <summary>Height of the network's input in pixels.</summary>
    public int InputHeight { get; }

    /// <summary>Width of the network's input in pixels.</summary>
    public int InputWidth { get; }

    /// <summary>Input pixels per frame pixel.</summary>
    public float PointScale { get; }

    /// <summary>Converts points from frame pixels to input pixels, in place.</summary>
    /// <param name="xy">x and y by turns; NaN stays NaN.</param>
    public void ToInput(Span<float> xy)
    {
        foreach (ref var value in xy)
            value *= PointScale;
    }

    /// <summary>Converts points from input pixels to frame pixels, in place.</summary>
    /// <param name="xy">x and y by turns; NaN stays NaN.</param>
    public void ToFrame(Span<float> xy)
    {
        foreach (ref var value in xy)
            value /= PointScale;
    }

    // Halves are rounded to even, as sleap-nn's round does.
    private static int Fitted(int size, double scale) => Math.Max(1, (int)Math.Round(size * scale));

    private static int RoundUp(int size, int multiple) => (size + multiple - 1) / multiple * multiple;
}
