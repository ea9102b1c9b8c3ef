namespace Sleap.IO;

/// <summary>Opens the right frame source for a video.</summary>
internal static class VideoSources
{
    public static IFrameSource Open(Video video)
    {
        if (video.Kind == VideoKind.Images)
            return new ImageFrameSource(video);
        if ((video.FoundPath ?? (File.Exists(video.Path) ? video.Path : null)) is null)
            throw new FileNotFoundException($"The video {video.Path} was not found: neither where the name leads, nor beside the labels, nor in a search folder.", video.Path);
        return EmbeddedFrameSource.Open(video);
    }
}
