namespace Sleap.IO;

/// <summary>A list of picture files, one a frame. Whether the video is gray is decided by its first picture.</summary>
internal sealed class ImageFrameSource : IFrameSource
{
    private readonly Video video;
    private readonly bool isGray;
    private readonly Dictionary<int, int> rows;

    public ImageFrameSource(Video video)
    {
        this.video = video;
        rows = Enumerable.Range(0, video.FoundImages.Length).ToDictionary(i => video.FrameNumbers.IsEmpty ? i : video.FrameNumbers[i]);
        var first = Decode(0, 0, video.IsGray);
        (Height, Width, Channels) = (first.Height, first.Width, first.Channels);
        isGray = Channels == 1;
        FramesPerSecond = video.FramesPerSecond ?? double.NaN;
    }

    public int FrameCount => rows.Count;

    public int Height { get; }

    public int Width { get; }

    public int Channels { get; }

    public double FramesPerSecond { get; }

    public bool Contains(int frameIndex) => rows.ContainsKey(frameIndex);

    public Frame Read(int frameIndex) => rows.TryGetValue(frameIndex, out var row)
        ? Decode(row, frameIndex, isGray)
        : throw new ArgumentOutOfRangeException(nameof(frameIndex), frameIndex, $"{video.Path}: the list has no picture for frame {frameIndex}.");

    public IEnumerable<FrameResult> ReadMany(IEnumerable<int> frameIndices, CancellationToken cancellationToken = default) =>
        FrameResults.OneByOne(this, frameIndices, cancellationToken);

    public void Dispose()
    {
        // Every picture is opened and closed when it is read.
    }

    private Frame Decode(int row, int frameIndex, bool? gray)
    {
        var path = video.FoundImages[row];
        if (!File.Exists(path))
            throw new FileNotFoundException($"The picture {path} of frame {frameIndex} is not there.", path);
        return PictureDecoder.Decode(File.ReadAllBytes(path), frameIndex, gray, isBgr: false, path, null);
    }
}
