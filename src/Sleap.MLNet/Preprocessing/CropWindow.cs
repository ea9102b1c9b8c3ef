namespace Sleap.MLNet;

/// <summary>A square of pixels around a point.</summary>
/// <param name="Left">Column of the frame that the crop's first column shows; may lie outside.</param>
/// <param name="Top">Row of the frame that its first row shows.</param>
/// <param name="Size">Rows and columns.</param>
/// <param name="OriginX">What x in the crop is moved by to be x in the frame.</param>
/// <param name="OriginY">What y in the crop is moved by to be y in the frame.</param>
internal readonly record struct CropWindow(int Left, int Top, int Size, float OriginX, float OriginY)
{
    /// <summary>The crop of <paramref name="size"/> pixels with a point in its middle.</summary>
    public static CropWindow Around(float x, float y, int size, CropAlignment alignment)
    {
        if (alignment == CropAlignment.SleapNN)
        {
            // Box corners are half a pixel inside centre ± size / 2; the pixels start where that is truncated, the
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

    /// <summary>Copies the pixels; those outside the frame are 0.</summary>
    /// <param name="frame">Pixels of the frame.</param>
    /// <param name="crop">Gets Size · Size · channels bytes.</param>
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

    /// <summary>Takes points from crop pixels to frame pixels, in place; NaN stays NaN.</summary>
    public void ToFrame(Span<float> xy)
    {
        for (var i = 0; i < xy.Length; i += 2)
            (xy[i], xy[i + 1]) = (xy[i] + OriginX, xy[i + 1] + OriginY);
    }

    /// <summary>Takes points from frame pixels to crop pixels, in place; NaN stays NaN.</summary>
    public void ToCrop(Span<float> xy)
    {
        for (var i = 0; i < xy.Length; i += 2)
            (xy[i], xy[i + 1]) = (xy[i] - OriginX, xy[i + 1] - OriginY);
    }
}
