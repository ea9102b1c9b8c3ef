using StbImageWriteSharp;

namespace Sleap.IO;

/// <summary>Encodes frames.</summary>
internal static class PictureEncoder
{
    /// <summary>A frame as a PNG file of 8 bits, gray or RGB.</summary>
    public static byte[] Png(Frame frame)
    {
        using var stream = new MemoryStream();
        new ImageWriter().WritePng(
            frame.Pixels,
            frame.Width,
            frame.Height,
            frame.Channels == 1 ? ColorComponents.Grey : ColorComponents.RedGreenBlue,
            stream
        );
        return stream.ToArray();
    }
}
