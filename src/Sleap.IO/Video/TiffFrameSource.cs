namespace Sleap.IO;

/// <summary>A TIFF file, one page a frame. Whether the video is gray is decided by its first page.</summary>
internal sealed class TiffFrameSource : IFrameSource
{
    private readonly TiffPages _pages;
    private readonly string _path;

    public TiffFrameSource(Video video, string path)
    {
        _path = path;
        _pages = new TiffPages(
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete),
            path
        );
        try
        {
            var first = _pages.Read(0, 0, video.IsGray);
            (Height, Width, Channels) = (first.Height, first.Width, first.Channels);
            FramesPerSecond = video.FramesPerSecond ?? double.NaN;
        }
        catch
        {
            _pages.Dispose();
            throw;
        }
    }

    public int FrameCount => _pages.Count;

    public int Height { get; }

    public int Width { get; }

    public int Channels { get; }

    public double FramesPerSecond { get; }

    public bool Contains(int frameIndex) => frameIndex >= 0 && frameIndex < FrameCount;

    public Frame Read(int frameIndex) =>
        Contains(frameIndex)
            ? _pages.Read(frameIndex, frameIndex, Channels == 1)
            : throw new ArgumentOutOfRangeException(
                nameof(frameIndex),
                frameIndex,
                $"{_path} has the frames 0 to {FrameCount - 1}, and frame {frameIndex} was asked for."
            );

    public IEnumerable<FrameResult> ReadMany(
        IEnumerable<int> frameIndices,
        CancellationToken cancellationToken = default
    ) => FrameResults.OneByOne(this, frameIndices, cancellationToken);

    public void Dispose() => _pages.Dispose();
}
