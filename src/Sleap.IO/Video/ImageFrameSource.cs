using System.Numerics;
using System.Text.RegularExpressions;

namespace Sleap.IO;

/// <summary>A list of image files, one a frame. Whether the video is gray is decided by its first image.</summary>
internal sealed class ImageFrameSource : IFrameSource
{
    private readonly Video _video;
    private readonly bool _isGray;
    private readonly Dictionary<int, int> _rows;

    public ImageFrameSource(Video video)
    {
        _video = video;
        _rows = Enumerable
            .Range(0, video.FoundImages.Length)
            .ToDictionary(i => video.FrameNumbers.IsEmpty ? i : video.FrameNumbers[i]);
        var first = Decode(0, 0, video.IsGray);
        (Height, Width, Channels) = (first.Height, first.Width, first.Channels);
        _isGray = Channels == 1;
        FramesPerSecond = video.FramesPerSecond ?? double.NaN;
    }

    public int FrameCount => _rows.Count;

    public int Height { get; }

    public int Width { get; }

    public int Channels { get; }

    public double FramesPerSecond { get; }

    public bool Contains(int frameIndex) => _rows.ContainsKey(frameIndex);

    public Frame Read(int frameIndex) =>
        _rows.TryGetValue(frameIndex, out var row)
            ? Decode(row, frameIndex, _isGray)
            : throw new ArgumentOutOfRangeException(
                nameof(frameIndex),
                frameIndex,
                $"{_video.Path}: the list has no image for frame {frameIndex}."
            );

    public void Dispose()
    {
        // Every image is opened and closed when it is read.
    }

    private Frame Decode(int row, int frameIndex, bool? gray)
    {
        var path = _video.FoundImages[row];
        if (!File.Exists(path))
            throw new FileNotFoundException($"The image {path} of frame {frameIndex} is not there.", path);
        return ImageDecoder.Decode(ImageHeader.ReadAll(path), frameIndex, gray, isBgr: false, path, null);
    }
}

/// <summary>Which files are images, and in what order a folder of them plays.</summary>
internal static partial class ImageFiles
{
    private static readonly HashSet<string> Endings = new(StringComparer.OrdinalIgnoreCase)
    {
        ".png",
        ".jpg",
        ".jpeg",
        ".bmp",
        ".tif",
        ".tiff",
    };

    /// <summary>Endings of movies, in lower case; ffmpeg reads more.</summary>
    public static IReadOnlyList<string> MovieEndings { get; } =
        (
            ".mp4 .avi .mov .mkv .m4v .webm .mpg .mpeg .wmv .mts .m2ts .ts .m2t .h264 .264 .h265 .265 .hevc .flv .f4v "
            + ".3gp .3g2 .asf .ogv .vob .mxf .dv .mjpeg .mjpg .gif .y4m .m2v .mj2 .divx .ivf .nut .qt .dav .mod .tod "
            + ".rm .rmvb"
        ).Split(' ');

    public static bool IsMovie(string path) =>
        MovieEndings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    public static bool IsImage(string path) => Endings.Contains(Path.GetExtension(path));

    /// <summary>
    /// Whether a file is TIFF by its ending: alone it may hold many frames, in a list its first page counts.
    /// </summary>
    public static bool IsTiff(string path) => Path.GetExtension(path).ToLowerInvariant() is ".tif" or ".tiff";

    /// <summary>What a file of this name is as a video: a movie, unless its ending is that of an image.</summary>
    public static VideoKind KindOf(string path)
    {
        if (!IsImage(path))
            return VideoKind.Movie;
        return IsTiff(path) ? VideoKind.Tiff : VideoKind.Images;
    }

    /// <summary>
    /// Images of a folder in the order of the numbers in their names, so that img10 comes after img9.
    /// </summary>
    public static IReadOnlyList<string> InFolder(string folder) =>
        [.. Directory.EnumerateFiles(folder).Where(IsImage).OrderBy(p => p, Comparer<string>.Create(CompareNames))];

    /// <summary>
    /// The last number in an image's name, which is its frame number in a DeepLabCut project; null when there is none.
    /// </summary>
    public static int? NumberIn(string path)
    {
        var numbers = Digits().Matches(Path.GetFileNameWithoutExtension(path));
        return numbers.Count > 0 && int.TryParse(numbers[^1].ValueSpan, out var number) ? number : null;
    }

    private static int CompareNames(string a, string b)
    {
        var (left, right) = (Digits().Split(a), Digits().Split(b));
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            // Split with a group keeps the numbers, at the odd places.
            var order =
                i % 2 == 1
                    ? BigInteger.Parse(left[i]).CompareTo(BigInteger.Parse(right[i]))
                    : string.CompareOrdinal(left[i], right[i]);
            if (order != 0)
                return order;
        }
        var length = left.Length.CompareTo(right.Length);
        return length != 0 ? length : string.CompareOrdinal(a, b);
    }

    [GeneratedRegex("([0-9]+)")]
    private static partial Regex Digits();
}
