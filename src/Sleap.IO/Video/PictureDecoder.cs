using StbImageSharp;

namespace Sleap.IO;

/// <summary>
/// Decodes PNG, JPEG, BMP and the first page of TIFF into gray or RGB of 8 bits; of 16-bit samples the upper 8 are
/// kept, as OpenCV does.
/// </summary>
internal static class PictureDecoder
{
    /// <summary>Decodes one encoded picture.</summary>
    /// <param name="encoded">The file's bytes; zeros behind them do not matter.</param>
    /// <param name="frameIndex">Number the frame gets.</param>
    /// <param name="isGray">Whether the first channel is to be taken; null to decide by the picture (gray when its
    /// first and last channel are equal everywhere).</param>
    /// <param name="isBgr">Whether a colour picture has red and blue swapped.</param>
    /// <param name="file">For messages: the file.</param>
    /// <param name="place">For messages: the place in it, or null.</param>
    /// <exception cref="PoseFormatException">The bytes are no picture that can be decoded.</exception>
    public static Frame Decode(byte[] encoded, int frameIndex, bool? isGray, bool isBgr, string file, string? place)
    {
        if (TiffPages.Owns(encoded))
        {
            using var pages = new TiffPages(new MemoryStream(encoded, writable: false), file);
            return pages.Read(0, frameIndex, isGray);
        }
        PictureHeader.Check(encoded, file, place);
        ImageResult picture;
        try
        {
            // Alpha is left out; two channels are gray and alpha.
            using var stream = new EndingStream(encoded);
            picture = ImageResult.FromStream(stream, ColorComponents.RedGreenBlue);
        }
        catch (Exception fault) when (IsDamage(fault))
        {
            throw new PoseFormatException(file, place, $"the picture cannot be decoded ({fault.Message}).", fault);
        }
        return FromRgb(picture.Data, picture.Height, picture.Width, frameIndex, isGray, isBgr);
    }

    /// <summary>
    /// What StbImageSharp throws on damaged files is not documented; these are what mutated pictures bring out of it.
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
