namespace Sleap.MLNet;

/// <summary>How a crop is placed around a centroid that is not a whole pixel.</summary>
public enum CropAlignment
{
    /// <summary>
    /// The crop starts at the whole pixel that brings the centroid nearest to its middle. Points are moved by the same
    /// whole pixels.
    /// </summary>
    Exact,

    /// <summary>
    /// As sleap-nn 0.3.5 does: the pixels start at a corner truncated to whole pixels, but points are moved by the
    /// corner before truncation, so that they are up to a pixel off. Models trained by sleap-nn compensate half a pixel
    /// of it, because its training crops are shifted.
    /// </summary>
    SleapNN,
}

/// <summary>The part of a frame that a crop shows.</summary>
internal interface ICropWindow
{
    /// <summary>Crop pixels per frame pixel; where the axes differ, their geometric mean.</summary>
    float Scale { get; }

    /// <summary>Makes the crop; what lies outside the frame is 0.</summary>
    /// <param name="frame">Pixels of the frame.</param>
    /// <param name="crop">Gets size · size · channels bytes.</param>
    void Cut(FramePixels frame, Span<byte> crop);

    /// <summary>Converts points from crop pixels to frame pixels, in place; NaN stays NaN.</summary>
    void ToFrame(Span<float> xy);

    /// <summary>Converts points from frame pixels to crop pixels, in place; NaN stays NaN.</summary>
    void ToCrop(Span<float> xy);
}

/// <summary>A square of pixels around a point.</summary>
/// <param name="Left">Column of the frame that the crop's first column shows; may lie outside.</param>
/// <param name="Top">Row of the frame that the crop's first row shows; may lie outside.</param>
/// <param name="Size">Rows and columns.</param>
/// <param name="OriginX">Added to an x in the crop it gives the x in the frame.</param>
/// <param name="OriginY">Added to a y in the crop it gives the y in the frame.</param>
internal readonly record struct CropWindow(int Left, int Top, int Size, float OriginX, float OriginY) : ICropWindow
{
    public float Scale => 1;

    /// <summary>The crop of <paramref name="size"/> × <paramref name="size"/> pixels around a point.</summary>
    public static CropWindow Around(float x, float y, int size, CropAlignment alignment)
    {
        if (alignment == CropAlignment.SleapNN)
        {
            // Box corners are half a pixel inside center ± size / 2; the pixels start where that is truncated, the
            // points do not.
            float cornerX = x - size / 2f + 0.5f,
                cornerY = y - size / 2f + 0.5f;
            return new(
                (int)(cornerX + size / 2) - size / 2,
                (int)(cornerY + size / 2) - size / 2,
                size,
                cornerX,
                cornerY
            );
        }

        var (left, top) = ((int)MathF.Round(x - (size - 1) / 2f), (int)MathF.Round(y - (size - 1) / 2f));
        return new(left, top, size, left, top);
    }

    public void Cut(FramePixels frame, Span<byte> crop)
    {
        var channels = frame.Channels;
        var row = Size * channels;
        var (from, to) = (Math.Clamp(Left, 0, frame.Width), Math.Clamp(Left + Size, 0, frame.Width));
        for (var y = 0; y < Size; y++)
        {
            var line = crop.Slice(y * row, row);
            if (Top + y < 0 || Top + y >= frame.Height || from == to)
            {
                line.Clear();
                continue;
            }

            line[..((from - Left) * channels)].Clear();
            frame
                .Bytes.Slice(((Top + y) * frame.Width + from) * channels, (to - from) * channels)
                .CopyTo(line[((from - Left) * channels)..]);
            line[((to - Left) * channels)..].Clear();
        }
    }

    public void ToFrame(Span<float> xy)
    {
        for (var i = 0; i < xy.Length; i += 2)
            (xy[i], xy[i + 1]) = (xy[i] + OriginX, xy[i + 1] + OriginY);
    }

    public void ToCrop(Span<float> xy)
    {
        for (var i = 0; i < xy.Length; i += 2)
            (xy[i], xy[i + 1]) = (xy[i] - OriginX, xy[i + 1] - OriginY);
    }
}

/// <summary>
/// A copy of a frame, fitted unscaled into the size that the model was trained on. Crops are cut from it.
/// </summary>
/// <param name="resampler">Made by <see cref="FrameResampler.ForCrops"/>; shared by the canvases of a pass.</param>
internal sealed class FrameCanvas(FrameResampler resampler)
{
    private byte[] _bytes = [];
    private int _channels;

    /// <summary>The pixels of the last frame that was read.</summary>
    public FramePixels Pixels
    {
        get
        {
            var (height, width) = (resampler.Geometry.InputHeight, resampler.Geometry.InputWidth);
            return new(_bytes.AsSpan(0, height * width * _channels), height, width, _channels);
        }
    }

    /// <summary>Copies a frame and returns its geometry, whose input is this canvas.</summary>
    public FrameGeometry Read(FramePixels frame)
    {
        var size = resampler.ByteCountOf(frame);
        if (_bytes.Length < size)
            _bytes = new byte[size];
        _channels = frame.Channels;
        return resampler.Resample(frame, _bytes.AsSpan(0, size));
    }
}
