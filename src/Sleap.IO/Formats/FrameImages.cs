namespace Sleap.IO;

/// <summary>The images of labeled frames, encoded for a file or folder of their own.</summary>
internal static class FrameImages
{
    /// <summary>
    /// The images of frames in the order asked for: as they are where they lie encoded in a package, else as PNG; null
    /// where the video has no such frame.
    /// </summary>
    /// <param name="source">The video.</param>
    /// <param name="frames">The numbers of the frames.</param>
    /// <param name="keepsBgr">Whether images with red and blue swapped are copied, too.</param>
    public static IEnumerable<(int Frame, byte[]? Image)> Read(
        IFrameSource source,
        IEnumerable<int> frames,
        bool keepsBgr = false
    )
    {
        var package = source is EmbeddedFrameSource { Format: not "hdf5" } encoded ? encoded : null;
        foreach (var frame in frames)
        {
            yield return (
                frame,
                !source.Contains(frame) ? null
                : package is not null && (keepsBgr || !package.IsBgr) ? package.Encoded(frame)
                : ImageEncoder.Png(source.Read(frame))
            );
        }
    }

    /// <summary>The ending of an encoded image's file.</summary>
    public static string EndingOf(byte[] image) => image is [0xFF, 0xD8, ..] ? ".jpg" : ".png";
}
