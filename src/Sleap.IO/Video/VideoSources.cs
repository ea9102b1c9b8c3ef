namespace Sleap.IO;

/// <summary>Opens the right frame source for a video.</summary>
internal static class VideoSources
{
    public static IFrameSource Open(Video video)
    {
        if (video.Kind == VideoKind.Images)
            return new ImageFrameSource(video);
        var path =
            video.FoundPath
            ?? (File.Exists(video.Path) ? Path.GetFullPath(video.Path) : null)
            ?? throw new FileNotFoundException(
                $"The video {video.Path} was not found: neither where the name leads, "
                    + $"nor beside the labels, nor in a search folder.",
                video.Path
            );
        return video.Kind switch
        {
            VideoKind.Embedded => EmbeddedFrameSource.Open(video, path),
            VideoKind.Tiff => new TiffFrameSource(video, path),
            _ => new FfmpegFrameSource(path, video.IsGray),
        };
    }
}
