namespace Sleap.IO;

/// <summary>A list of picture files, one a frame. Whether the video is gray is decided by its first picture.</summary>
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
                $"{_video.Path}: the list has no picture for frame {frameIndex}."
            );

    public IEnumerable<FrameResult> ReadMany(
        IEnumerable<int> frameIndices,
        CancellationToken cancellationToken = default
    ) => FrameResults.OneByOne(this, frameIndices, cancellationToken);

    public void Dispose()
    {
        // Every picture is opened and closed when it is read.
    }

    private Frame Decode(int row, int frameIndex, bool? gray)
    {
        var path = _video.FoundImages[row];
        if (!File.Exists(path))
            throw new FileNotFoundException($"The picture {path} of frame {frameIndex} is not there.", path);
        return PictureDecoder.Decode(File.ReadAllBytes(path), frameIndex, gray, isBgr: false, path, null);
    }
}
