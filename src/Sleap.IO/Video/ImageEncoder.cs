using SkiaSharp;

namespace Sleap.IO;

/// <summary>Encodes images as PNG and JPEG by Skia. The same pixels give the same bytes.</summary>
/// <remarks>
/// Skia's decoders are not used: images may come from anywhere, and those of this version are known to have faults.
/// </remarks>
internal static class ImageEncoder
{
    private const int RgbaBytes = 4;

    // On frames of videos a choice of the filter for each row, or a higher level, makes files at most 10 % smaller in
    // two to four times the time.
    private static readonly SKPngEncoderOptions PngOptions = new(SKPngEncoderFilterFlags.Paeth, 3);

    // Colors have the full resolution, so that thin colored lines stay sharp.
    private static readonly SKJpegEncoderOptions JpegOptions = new(
        90,
        SKJpegEncoderDownsample.Downsample444,
        SKJpegEncoderAlphaOption.Ignore
    );

    /// <summary>A frame as a PNG file of 8 bits: gray of one channel, or RGB.</summary>
    public static byte[] Png(Frame frame) => Encode(frame, Png);

    /// <summary>A frame as a JPEG file: gray of one channel, or of three in full resolution.</summary>
    public static byte[] Jpeg(Frame frame) => Encode(frame, Jpeg);

    /// <summary>An image as a PNG file of 8 bits, without alpha if the image is opaque.</summary>
    public static byte[] Png(SKPixmap picture) => Bytes(picture.Encode(PngOptions), picture);

    /// <summary>An image as a JPEG file.</summary>
    public static byte[] Jpeg(SKPixmap picture) => Bytes(picture.Encode(JpegOptions), picture);

    /// <summary>Writes a frame as red, green, blue and alpha 255, 4 bytes a pixel; gray becomes R = G = B.</summary>
    public static void FillRgba(Frame frame, Span<byte> rgba)
    {
        ReadOnlySpan<byte> source = frame.Pixels;
        var channels = frame.Channels;
        var (green, blue) = channels == 1 ? (0, 0) : (1, 2);
        for (int from = 0, to = 0; to < rgba.Length; from += channels, to += RgbaBytes)
        {
            rgba[to] = source[from];
            rgba[to + 1] = source[from + green];
            rgba[to + 2] = source[from + blue];
            rgba[to + 3] = byte.MaxValue;
        }
    }

    private static unsafe byte[] Encode(Frame frame, Func<SKPixmap, byte[]> encode)
    {
        var isGray = frame.Channels == 1;
        var pixels = isGray ? frame.Pixels : new byte[frame.Height * frame.Width * RgbaBytes];
        if (!isGray)
            FillRgba(frame, pixels);
        fixed (byte* first = pixels)
        {
            var type = isGray ? SKColorType.Gray8 : SKColorType.Rgba8888;
            using var picture = new SKPixmap(
                new SKImageInfo(frame.Width, frame.Height, type, SKAlphaType.Opaque),
                (nint)first
            );
            return encode(picture);
        }
    }

    private static byte[] Bytes(SKData? encoded, SKPixmap picture)
    {
        using (encoded)
        {
            return encoded?.ToArray()
                ?? throw new InvalidOperationException(
                    $"An image of {picture.Width} x {picture.Height} pixels could not be encoded."
                );
        }
    }
}
