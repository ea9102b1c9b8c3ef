using Microsoft.ML.Data;

namespace Sleap.MLNet;

/// <summary>From ML.NET's 4-byte pixels to the gray or RGB bytes that <see cref="FrameResampler"/> takes.</summary>
internal static class ImagePixels
{
    /// <summary>
    /// 1 when every pixel has equal channels, so that a gray video comes through with its values untouched
    /// (weighing three equal channels would truncate them to one less); else 3.
    /// </summary>
    public static int Channels(ReadOnlySpan<byte> pixels)
    {
        for (var i = 0; i + 3 < pixels.Length; i += 4)
        {
            if (pixels[i] != pixels[i + 1] || pixels[i] != pixels[i + 2])
                return 3;
        }

        return 1;
    }

    /// <summary>Writes width·height·channels bytes, row by row, RGB interleaved.</summary>
    public static void Copy(MLImage image, int channels, Span<byte> bytes)
    {
        var pixels = image.Pixels;
        if (channels == 1)
        {
            for (int from = 0, to = 0; to < bytes.Length; from += 4, to++)
                bytes[to] = pixels[from];
            return;
        }
        var red = image.PixelFormat switch
        {
            MLPixelFormat.Rgba32 => 0,
            MLPixelFormat.Bgra32 => 2,
            var other => throw new NotSupportedException(
                $"Images with pixel format {other} cannot be read; Rgba32 and Bgra32 can."
            ),
        };
        for (int from = 0, to = 0; to < bytes.Length; from += 4, to += 3)
        {
            bytes[to] = pixels[from + red];
            bytes[to + 1] = pixels[from + 1];
            bytes[to + 2] = pixels[from + 2 - red];
        }
    }
}
