using Microsoft.ML.Data;
using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>The pixels of a frame: gray or RGB bytes, row by row, channels interleaved.</summary>
internal readonly ref struct FramePixels(ReadOnlySpan<byte> bytes, int height, int width, int channels)
{
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public int Height => height;

    public int Width => width;

    public int Channels => channels;

    public static FramePixels Of(Frame frame) => new(frame.Pixels, frame.Height, frame.Width, frame.Channels);

    /// <summary>
    /// The pixels of an ML.NET image. <paramref name="buffer"/> holds them until the next call; it grows as needed.
    /// </summary>
    public static FramePixels Of(MLImage image, ref byte[] buffer)
    {
        var channels = ImagePixels.Channels(image.Pixels);
        var size = image.Height * image.Width * channels;
        if (buffer.Length < size)
            buffer = new byte[size];
        ImagePixels.Copy(image, channels, buffer.AsSpan(0, size));
        return new(buffer.AsSpan(0, size), image.Height, image.Width, channels);
    }
}
