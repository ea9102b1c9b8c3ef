using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// A video that labels refer to: a movie, a list of images or images inside an HDF5 file. Compared by reference. A
/// missing file is an error only when frames are requested.
/// </summary>
public sealed class Video
{
    private VideoShape? _shape;

    internal Video(string path, VideoKind kind)
    {
        Path = path;
        Kind = kind;
    }

    /// <summary>
    /// Path as it is in the label file, or as given; for a list of images that of the first one. "." means the label
    /// file itself.
    /// </summary>
    public string Path { get; }

    /// <summary>
    /// Where the file was found, or null when it was not; for a list of images the first one, for "." the label file.
    /// </summary>
    public string? FoundPath { get; internal init; }

    /// <summary>
    /// Size as stored in the label file; if none is stored, as found when the video was first opened; null before
    /// that.
    /// </summary>
    public VideoShape? Shape
    {
        get => _shape;
        init => _shape = value;
    }

    /// <summary>Where frames come from.</summary>
    public VideoKind Kind { get; }

    /// <summary>Images of a list, in frame order, as named in the file; empty for other kinds.</summary>
    public ImmutableArray<string> ImagePaths { get; internal init; } = [];

    /// <summary>Frame number of each image of a list, when it is not the position; empty otherwise.</summary>
    public ImmutableArray<int> FrameNumbers { get; internal init; } = [];

    /// <summary>Dataset in an HDF5 file that holds the images, such as "video0/video", or null.</summary>
    public string? Dataset { get; internal init; }

    /// <summary>
    /// Whether frames are gray: what the label file says, or null to look at the first frame (gray when its first and
    /// last channel are equal).
    /// </summary>
    public bool? IsGray { get; init; }

    /// <summary>Frames per second as stored in the label file, or null.</summary>
    public double? FramesPerSecond { get; init; }

    /// <summary>The video that embedded images were taken from, or null.</summary>
    public Video? Source { get; internal init; }

    /// <summary>The images of <see cref="ImagePaths"/> as they were found on this machine.</summary>
    internal ImmutableArray<string> FoundImages { get; init; } = [];

    /// <summary>
    /// Channel order rule of images embedded without the attribute: true when the label file is older than format
    /// 1.4.
    /// </summary>
    internal bool EmbeddedAsBgr { get; init; }

    /// <summary>
    /// The row of videos_json this was read from, so that what is not understood is written again as it was.
    /// </summary>
    internal JsonObject? SlpRow { get; init; }

    /// <summary>
    /// A video from a movie file, a TIFF file (one page a frame), a single image or a folder of images (in the
    /// order of the numbers in their names).
    /// </summary>
    /// <param name="path">Path of the file or folder; it need not exist until frames are asked for.</param>
    /// <exception cref="ArgumentException">The path is empty, or the folder holds no PNG, JPEG, BMP or TIFF
    /// image.</exception>
    public static Video FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
        {
            var images = ImageFiles.InFolder(path);
            return images.Count > 0
                ? FromImages(images)
                : throw new ArgumentException(
                    $"The folder {path} holds no image (PNG, JPEG, BMP or TIFF).",
                    nameof(path)
                );
        }
        var kind = ImageFiles.KindOf(path);
        return kind == VideoKind.Images
            ? FromImages([path])
            : new Video(path, kind) { FoundPath = File.Exists(path) ? System.IO.Path.GetFullPath(path) : null };
    }

    /// <summary>A video from images, one a frame.</summary>
    /// <param name="paths">PNG, JPEG, BMP or TIFF files in frame order; they need not exist until frames are asked
    /// for.</param>
    /// <param name="frameNumbers">Frame number of each image, rising; null to count from 0.</param>
    /// <exception cref="ArgumentException">No image is given, or the numbers do not go with them.</exception>
    public static Video FromImages(IReadOnlyList<string> paths, IReadOnlyList<int>? frameNumbers = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (paths.Count == 0)
            throw new ArgumentException("A video of images needs at least one.", nameof(paths));
        if (frameNumbers is not null && frameNumbers.Count != paths.Count)
        {
            throw new ArgumentException(
                $"{paths.Count} images and {frameNumbers.Count} frame numbers were given.",
                nameof(frameNumbers)
            );
        }

        if (
            frameNumbers is not null
            && (frameNumbers[0] < 0 || frameNumbers.Zip(frameNumbers.Skip(1)).Any(p => p.First >= p.Second))
        )
        {
            throw new ArgumentException("Frame numbers must be at least 0 and rise.", nameof(frameNumbers));
        }

        var isCounted = frameNumbers is null || frameNumbers.Select((n, i) => n == i).All(same => same);
        return new Video(paths[0], VideoKind.Images)
        {
            ImagePaths = [.. paths],
            FoundImages = [.. paths],
            FrameNumbers = isCounted ? [] : [.. frameNumbers!],
            FoundPath = File.Exists(paths[0]) ? System.IO.Path.GetFullPath(paths[0]) : null,
        };
    }

    /// <summary>Opens the video for reading frames; the caller disposes the source.</summary>
    /// <exception cref="FileNotFoundException">The file is not where the label file says, nor next to it, nor in a
    /// search folder.</exception>
    /// <exception cref="PoseFormatException">The file is not a video that can be read.</exception>
    /// <exception cref="InvalidOperationException">A program or library that reading needs is not installed; the
    /// message says what to install.</exception>
    public IFrameSource Open()
    {
        var source = OpenSource();
        _shape ??= new VideoShape(source.FrameCount, source.Height, source.Width, source.Channels);
        return source;
    }

    /// <inheritdoc/>
    public override string ToString() => Path;

    /// <summary>What tables and views call the video: where it lies; for a list of images, their folder.</summary>
    internal string Text
    {
        get
        {
            var path = FoundPath ?? Path;
            return Kind switch
            {
                VideoKind.Images when ImagePaths.Length > 1 => System.IO.Path.GetDirectoryName(path)
                    is { Length: > 0 } folder
                    ? folder
                    : path,
                VideoKind.Embedded => $"{path}:{Dataset}",
                _ => path,
            };
        }
    }

    private IFrameSource OpenSource()
    {
        if (Kind == VideoKind.Images)
            return new ImageFrameSource(this);
        var path =
            FoundPath
            ?? (!VideoFinder.IsRemote(Path) && File.Exists(Path) ? System.IO.Path.GetFullPath(Path) : null)
            ?? throw new FileNotFoundException(
                $"The video {Path} was not found: neither where the name leads, nor beside the labels, nor in a search "
                    + "folder."
                    + (VideoFinder.IsRemote(Path) ? " It names another machine, where files are not looked for." : ""),
                Path
            );
        return Kind switch
        {
            VideoKind.Embedded => EmbeddedFrameSource.Open(this, path),
            VideoKind.Tiff => new TiffFrameSource(this, path),
            _ => new FfmpegFrameSource(path, IsGray),
        };
    }
}

/// <summary>Where the frames of a <see cref="Video"/> come from.</summary>
public enum VideoKind
{
    /// <summary>A movie file, read through ffmpeg.</summary>
    Movie,

    /// <summary>A list of image files, one a frame.</summary>
    Images,

    /// <summary>Images inside an HDF5 file such as a .pkg.slp.</summary>
    Embedded,

    /// <summary>A TIFF file, one page a frame.</summary>
    Tiff,
}

/// <summary>Size of a video.</summary>
/// <param name="Frames">Number of frames.</param>
/// <param name="Height">Height of a frame in pixels.</param>
/// <param name="Width">Width of a frame in pixels.</param>
/// <param name="Channels">1 for gray, 3 for color.</param>
public readonly record struct VideoShape(int Frames, int Height, int Width, int Channels);
