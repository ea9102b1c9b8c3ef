using System.Buffers.Binary;
using StbImageSharp;

namespace Sleap.IO;

/// <summary>
/// Decodes PNG, JPEG, BMP and the first page of TIFF into gray or RGB of 8 bits; of 16-bit samples the upper 8 are
/// kept, as OpenCV does.
/// </summary>
internal static class ImageDecoder
{
    /// <summary>Decodes one encoded image.</summary>
    /// <param name="encoded">The file's bytes; zeros behind them do not matter.</param>
    /// <param name="frameIndex">Number the frame gets.</param>
    /// <param name="isGray">Whether the first channel is to be taken; null to decide by the image (gray when its
    /// first and last channel are equal everywhere).</param>
    /// <param name="isBgr">Whether a color image has red and blue swapped.</param>
    /// <param name="file">For messages: the file.</param>
    /// <param name="place">For messages: the place in it, or null.</param>
    /// <exception cref="PoseFormatException">The bytes are no image that can be decoded.</exception>
    public static Frame Decode(byte[] encoded, int frameIndex, bool? isGray, bool isBgr, string file, string? place)
    {
        if (TiffPages.Matches(encoded))
        {
            using var pages = new TiffPages(new MemoryStream(encoded, writable: false), file);
            return pages.Read(0, frameIndex, isGray);
        }
        ImageHeader.Check(encoded, file, place);
        ImageResult image;
        try
        {
            // Alpha is left out; two channels are gray and alpha.
            using var stream = new EndingStream(encoded);
            image = ImageResult.FromStream(stream, ColorComponents.RedGreenBlue);
            if (stream.EndsTooEarly)
                throw new EndOfStreamException(EndingStream.TooEarly);
        }
        catch (Exception fault) when (IsDamage(fault))
        {
            throw new PoseFormatException(file, place, $"the image cannot be decoded ({fault.Message}).", fault);
        }
        return FromRgb(image.Data, image.Height, image.Width, frameIndex, isGray, isBgr);
    }

    /// <summary>
    /// What StbImageSharp throws on damaged files is not documented; these are what mutated images bring out of it.
    /// </summary>
    public static bool IsDamage(Exception fault) =>
        fault
            is InvalidOperationException
                or IndexOutOfRangeException
                or ArgumentException
                or NullReferenceException
                or IOException
                or OverflowException
                or NotSupportedException
                or InvalidCastException
                or DivideByZeroException
                or OutOfMemoryException;

    /// <summary>Makes a frame of interleaved RGB bytes by the gray rule.</summary>
    public static Frame FromRgb(byte[] rgb, int height, int width, int frameIndex, bool? isGray, bool isBgr)
    {
        if (isGray ?? IsGray(rgb))
            return new Frame(frameIndex, height, width, 1, FirstChannel(rgb));
        if (isBgr)
        {
            for (var i = 0; i < rgb.Length; i += 3)
                (rgb[i], rgb[i + 2]) = (rgb[i + 2], rgb[i]);
        }
        return new Frame(frameIndex, height, width, 3, rgb);
    }

    /// <summary>The rule of sleap-io: first and last channel are equal in every pixel.</summary>
    public static bool IsGray(ReadOnlySpan<byte> rgb)
    {
        for (var i = 0; i < rgb.Length; i += 3)
        {
            if (rgb[i] != rgb[i + 2])
                return false;
        }
        return true;
    }

    /// <summary>Channel 0, with no weighting.</summary>
    public static byte[] FirstChannel(ReadOnlySpan<byte> rgb)
    {
        var gray = new byte[rgb.Length / 3];
        for (var i = 0; i < gray.Length; i++)
            gray[i] = rgb[i * 3];
        return gray;
    }
}

/// <summary>Looks at the first bytes of an image before anything is allocated for it.</summary>
internal static class ImageHeader
{
    /// <summary>No frame of a camera is larger; a damaged header declares up to 2^31 squared.</summary>
    public const long MaxPixels = 1L << 28;

    // What a small file may declare, and what a blank image packs into a byte at most.
    private const long MaxPlainPixels = 1L << 24;
    private const long MaxPixelsPerByte = 1100;
    private const uint OldBmpHeader = 12;

    public static void Check(ReadOnlySpan<byte> encoded, string file, string? place)
    {
        if (encoded.Length < 16)
            throw new PoseFormatException(file, place, $"the image has {encoded.Length} bytes, too few for any.");
        ReadOnlySpan<byte> png = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];
        var (width, height) =
            encoded.StartsWith(png) ? PngSize(encoded)
            : encoded.StartsWith<byte>([0xFF, 0xD8]) ? JpegSize(encoded)
            : encoded.StartsWith("BM"u8) ? BmpSize(encoded)
            : throw new PoseFormatException(
                file,
                place,
                "the image is neither PNG, JPEG, BMP nor TIFF by its first bytes."
            );
        CheckSize(width, height, encoded.Length, file, place);
        if (encoded.StartsWith("BM"u8) && BmpBytes(encoded, width, height) > encoded.Length)
            throw new PoseFormatException(file, place, "the image ends too early.");
    }

    /// <summary>Refuses a size that no camera has, or that so few bytes cannot hold.</summary>
    public static void CheckSize(long width, long height, long length, string file, string? place)
    {
        if (width < 0 || height < 0)
            throw new PoseFormatException(file, place, "the image ends within its header.");
        if (width == 0 || height == 0 || (UInt128)width * (ulong)height > MaxPixels)
            throw new PoseFormatException(file, place, $"the image declares {width} x {height} pixels.");
        if (width * height > MaxPlainPixels + (length * MaxPixelsPerByte))
        {
            throw new PoseFormatException(
                file,
                place,
                $"the image declares {width} x {height} pixels, more than {length} bytes can hold."
            );
        }
    }

    /// <summary>Width and height of an image file, without decoding it.</summary>
    public static (int Width, int Height) Size(string path)
    {
        var bytes = ReadAll(path);
        if (TiffPages.Matches(bytes))
        {
            using var pages = new TiffPages(new MemoryStream(bytes, writable: false), path);
            return pages.Size(0);
        }
        Check(bytes, path, null);
        StbImageSharp.ImageInfo? info = null;
        Exception? damage = null;
        try
        {
            using var stream = new EndingStream(bytes);
            info = StbImageSharp.ImageInfo.FromStream(stream);
        }
        catch (Exception fault) when (ImageDecoder.IsDamage(fault))
        {
            damage = fault;
        }
        return info is { Width: > 0, Height: > 0 } found
            ? (found.Width, found.Height)
            : throw new PoseFormatException(path, null, "the image's header cannot be read.", damage);
    }

    /// <summary>The bytes of an image file.</summary>
    /// <exception cref="PoseFormatException">The file is empty, a device or a pipe, which may have no end.</exception>
    public static byte[] ReadAll(string path) =>
        InputFile.HasContent(path)
            ? File.ReadAllBytes(path)
            : throw new PoseFormatException(path, null, "the image is empty, or no file.");

    // Sizes are -1 where the file ends before them.

    private static (long Width, long Height) PngSize(ReadOnlySpan<byte> encoded) =>
        encoded.Length < 33
            ? (-1, -1)
            : (
                BinaryPrimitives.ReadUInt32BigEndian(encoded[16..]),
                BinaryPrimitives.ReadUInt32BigEndian(encoded[20..])
            );

    private static (long Width, long Height) BmpSize(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length < 30)
            return (-1, -1);
        return BinaryPrimitives.ReadUInt32LittleEndian(encoded[14..]) == OldBmpHeader
            ? (
                BinaryPrimitives.ReadUInt16LittleEndian(encoded[18..]),
                BinaryPrimitives.ReadUInt16LittleEndian(encoded[20..])
            )
            // Rows may come from the bottom or, with a negative height, from the top.
            : (
                Math.Abs((long)BinaryPrimitives.ReadInt32LittleEndian(encoded[18..])),
                Math.Abs((long)BinaryPrimitives.ReadInt32LittleEndian(encoded[22..]))
            );
    }

    /// <summary>Bytes up to the end of the pixels, the rows of which are not packed.</summary>
    private static long BmpBytes(ReadOnlySpan<byte> encoded, long width, long height)
    {
        var isOld = BinaryPrimitives.ReadUInt32LittleEndian(encoded[14..]) == OldBmpHeader;
        long bits = BinaryPrimitives.ReadUInt16LittleEndian(encoded[(isOld ? 24 : 28)..]),
            first = BinaryPrimitives.ReadUInt32LittleEndian(encoded[10..]);
        return first + ((width * bits + 31) / 32 * 4 * (height - 1)) + ((width * bits + 7) / 8);
    }

    /// <summary>The size in the first frame header, behind segments that say how long they are.</summary>
    private static (long Width, long Height) JpegSize(ReadOnlySpan<byte> encoded)
    {
        const int LengthAndPrecision = 3;
        for (var at = 2; at + LengthAndPrecision + 5 < encoded.Length; )
        {
            if (encoded[at++] != 0xFF)
                continue;
            while (at < encoded.Length && encoded[at] == 0xFF)
                at++;
            if (at + LengthAndPrecision + 4 >= encoded.Length)
                break;
            var segment = encoded[(at + 1)..];
            if (encoded[at] is >= 0xC0 and <= 0xC2)
            {
                return (
                    BinaryPrimitives.ReadUInt16BigEndian(segment[(LengthAndPrecision + 2)..]),
                    BinaryPrimitives.ReadUInt16BigEndian(segment[LengthAndPrecision..])
                );
            }

            at += 1 + BinaryPrimitives.ReadUInt16BigEndian(segment);
        }
        return (-1, -1);
    }
}

/// <summary>
/// Bytes for StbImageSharp, which takes the end of a stream for zeros. An image that needs many of them ends too early.
/// It is decoded to its end all the same, because the decoder does not give its memory back when reading throws; only
/// where it searches on in zeros without end, reading throws at last.
/// </summary>
internal sealed class EndingStream(byte[] bytes) : MemoryStream(bytes, writable: false)
{
    /// <summary>What is said of such an image.</summary>
    public const string TooEarly = "it ends too early";

    // As many as an image may need whose last bytes are missing, and as many as take a fraction of a second.
    private const int MaxReadsBehind = 4096;
    private const int EndlessReads = 1 << 24;

    private int _behind;
    private int _seeks;

    /// <summary>Whether more was read behind the end than an image may need.</summary>
    public bool EndsTooEarly => _behind > MaxReadsBehind;

    /// <inheritdoc/>
    public override int ReadByte()
    {
        var read = base.ReadByte();
        if (read < 0)
            CountBehind();
        return read;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = base.Read(buffer, offset, count);
        if (read < count)
            CountBehind();
        return read;
    }

    /// <summary>
    /// A damaged length leads back and round for ever: no image skips more often than it has room for parts to skip.
    /// </summary>
    public override long Seek(long offset, SeekOrigin loc)
    {
        if (++_seeks > (Length / 4) + 64)
            throw new EndOfStreamException("its parts lead round in a circle");
        return base.Seek(offset, loc);
    }

    private void CountBehind()
    {
        if (++_behind > EndlessReads)
            throw new EndOfStreamException(TooEarly);
    }
}
