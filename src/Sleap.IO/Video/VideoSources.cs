namespace Sleap.IO;

/// <summary>Opens the right frame source for a video.</summary>
internal static class VideoSources
{
    public static IFrameSource Open(Video video) =>
        throw new FileNotFoundException($"The video {video.Path} was not found.", video.Path);
}
