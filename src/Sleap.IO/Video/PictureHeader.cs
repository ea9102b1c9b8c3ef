using System.Buffers.Binary;

namespace Sleap.IO;

/// <summary>Looks at the first bytes of a picture before anything is allocated for it.</summary>
internal static class PictureHeader
{
    /// <summary>No frame of a camera is larger; a damaged header declares up to 2^31 squared.</summary>
    private const long MostPixels = 1L << 28;

    public static void Check(ReadOnlySpan<byte> encoded, string file, string? place)
    {
        if (encoded.Length < 16)
            throw new PoseFormatException(file, place, $"the picture has {encoded.Length} bytes, too few for any.");
        ReadOnlySpan<byte> png = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];
        if (encoded.StartsWith(png))
        {
            CheckPng(encoded, file, place);
        }
        else if (!(encoded[0] == 0xFF && encoded[1] == 0xD8) && !(encoded[0] == 'B' && encoded[1] == 'M'))
        {
            throw new PoseFormatException(
                file,
                place,
                "the picture is neither PNG, JPEG, BMP nor TIFF by its first bytes."
            );
        }
    }

    /// <summary>Width and height of a picture file, without decoding it.</summary>
    public static (int Width, int Height) Size(string path)
    {
        var bytes = File.ReadAllBytes(path);
        if (TiffPages.Owns(bytes))
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
        catch (Exception fault) when (PictureDecoder.IsDamage(fault))
        {
            damage = fault;
        }
        return info is { Width: > 0, Height: > 0 } found
            ? (found.Width, found.Height)
            : throw new PoseFormatException(path, null, "the picture's header cannot be read.", damage);
    }

    private static void CheckPng(ReadOnlySpan<byte> encoded, string file, string? place)
    {
        if (encoded.Length < 33)
            throw new PoseFormatException(file, place, "the picture ends within its header.");
        var (width, height) = (
            BinaryPrimitives.ReadUInt32BigEndian(encoded[16..]),
            BinaryPrimitives.ReadUInt32BigEndian(encoded[20..])
        );
        if (width == 0 || height == 0 || (ulong)width * height > MostPixels)
            throw new PoseFormatException(file, place, $"the picture declares {width} x {height} pixels.");
        // Deflate packs at most about 1030 to 1 and a sample takes at least one bit.
        if ((ulong)width * height / 8 > (ulong)encoded.Length * 1100)
        {
            throw new PoseFormatException(
                file,
                place,
                $"the picture declares {width} x {height} pixels, more than {encoded.Length} bytes can hold."
            );
        }
    }
}
