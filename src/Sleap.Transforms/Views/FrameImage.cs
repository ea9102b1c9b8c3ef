using System.Buffers;
using Microsoft.ML.Data;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Converts between a frame's gray or RGB bytes and ML.NET's image of four bytes a pixel.</summary>
internal static class FrameImage
{
    private const int BytesPerPixel = 4;

    /// <summary>An image of a frame; gray becomes R = G = B, alpha is 255.</summary>
    public static MLImage From(Frame frame)
    {
        var length = frame.Height * frame.Width * BytesPerPixel;
        var pixels = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            ImageEncoder.FillRgba(frame, pixels.AsSpan(0, length));
            return MLImage.CreateFromPixels(frame.Width, frame.Height, MLPixelFormat.Rgba32, pixels.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }

    /// <summary>The image as RGB bytes, rows first; alpha is left out.</summary>
    public static byte[] ToRgb(MLImage image)
    {
        var pixels = image.Pixels;
        (var red, var blue) = image.PixelFormat == MLPixelFormat.Bgra32 ? (2, 0) : (0, 2);
        var rgb = new byte[image.Width * image.Height * 3];
        for (int from = 0, to = 0; to < rgb.Length; from += BytesPerPixel, to += 3)
        {
            rgb[to] = pixels[from + red];
            rgb[to + 1] = pixels[from + 1];
            rgb[to + 2] = pixels[from + blue];
        }
        return rgb;
    }
}
