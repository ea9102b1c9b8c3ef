using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>The pixels of a frame: gray or RGB bytes, row by row, channels interleaved.</summary>
/// <param name="bytes">height · width · channels bytes; not copied.</param>
/// <param name="height">Rows.</param>
/// <param name="width">Columns.</param>
/// <param name="channels">1 (gray) or 3 (RGB).</param>
internal readonly ref struct FramePixels(ReadOnlySpan<byte> bytes, int height, int width, int channels)
{
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public int Height => height;

    public int Width => width;

    public int Channels => channels;

    public static FramePixels Of(Frame frame) => new(frame.Pixels, frame.Height, frame.Width, frame.Channels);

    /// <summary>The pixels of an ML.NET image, which has four bytes a pixel.</summary>
    /// <param name="image">Rgba32 or Bgra32.</param>
    /// <param name="buffer">Holds the pixels until the next call; it is replaced where it is too small.</param>
    /// <exception cref="NotSupportedException">The image has another pixel format.</exception>
    public static FramePixels Of(MLImage image, ref byte[] buffer)
    {
        var channels = IsGray(image.Pixels) ? 1 : 3;
        var size = image.Height * image.Width * channels;
        if (buffer.Length < size)
            buffer = new byte[size];
        var bytes = buffer.AsSpan(0, size);
        if (channels == 1)
            CopyGray(image.Pixels, bytes);
        else
            CopyRgb(image.Pixels, bytes, red: RedOffset(image.PixelFormat));
        return new(bytes, image.Height, image.Width, channels);
    }

    // A gray video keeps its exact values this way: a weighted sum of three equal channels would be truncated to one
    // less.
    private static bool IsGray(ReadOnlySpan<byte> pixels)
    {
        for (var i = 0; i + 3 < pixels.Length; i += 4)
        {
            if (pixels[i] != pixels[i + 1] || pixels[i] != pixels[i + 2])
                return false;
        }

        return true;
    }

    private static void CopyGray(ReadOnlySpan<byte> pixels, Span<byte> gray)
    {
        for (int from = 0, to = 0; to < gray.Length; from += 4, to++)
            gray[to] = pixels[from];
    }

    private static void CopyRgb(ReadOnlySpan<byte> pixels, Span<byte> rgb, int red)
    {
        for (int from = 0, to = 0; to < rgb.Length; from += 4, to += 3)
        {
            rgb[to] = pixels[from + red];
            rgb[to + 1] = pixels[from + 1];
            rgb[to + 2] = pixels[from + 2 - red];
        }
    }

    private static int RedOffset(MLPixelFormat format) =>
        format switch
        {
            MLPixelFormat.Rgba32 => 0,
            MLPixelFormat.Bgra32 => 2,
            _ => throw new NotSupportedException(
                $"Images with pixel format {format} cannot be read; Rgba32 and Bgra32 can."
            ),
        };
}

/// <summary>Reads the frames of an image column, row by row.</summary>
internal sealed class FrameReader : IDisposable
{
    private readonly DataViewRow _row;
    private readonly DataViewSchema.Column _column;
    private readonly ValueGetter<MLImage> _getter;
    private MLImage? _image;
    private byte[] _buffer = [];

    /// <param name="row">The cursor, or the row of a prediction engine.</param>
    /// <param name="column">Its image column.</param>
    public FrameReader(DataViewRow row, DataViewSchema.Column column)
    {
        (_row, _column) = (row, column);
        _getter = row.GetGetter<MLImage>(column);
    }

    /// <summary>Reads the frame of the current row.</summary>
    /// <param name="frame">Valid until the next call.</param>
    /// <returns>False when the row has no image, because its frame cannot be read.</returns>
    public bool TryRead(out FramePixels frame)
    {
        // Our own loader has the decoded bytes, which need no conversion; the values are the same.
        if (_row is IFrameRow rows && rows.TryGetFrame(_column, out var decoded))
        {
            frame = FramePixels.Of(decoded);
            return true;
        }

        _getter(ref _image!);
        frame = _image is null ? default : FramePixels.Of(_image, ref _buffer);
        return _image is not null;
    }

    // The image is not disposed: it belongs to the upstream, and with rows made of objects to the user.
    public void Dispose() => _image = null;
}
