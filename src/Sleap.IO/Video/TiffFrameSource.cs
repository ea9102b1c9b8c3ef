namespace Sleap.IO;

/// <summary>A TIFF file, one page a frame. Whether the video is gray is decided by its first page.</summary>
internal sealed class TiffFrameSource : IFrameSource
{
    private readonly TiffPages pages;
    private readonly string path;

    public TiffFrameSource(Video video, string path)
    {
        this.path = path;
        pages = new TiffPages(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), path);
        try
        {
            var first = pages.Read(0, 0, video.IsGray);
            (Height, Width, Channels) = (first.Height, first.Width, first.Channels);
            FramesPerSecond = video.FramesPerSecond ?? double.NaN;
        }
        catch
        {
            pages.Dispose();
            throw;
        }
    }

    public int FrameCount => pages.Count;

    public int Height { get; }

    public int Width { get; }

    public int Channels { get; }

    public double FramesPerSecond { get; }

    public bool Contains(int frameIndex) => frameIndex >= 0 && frameIndex < FrameCount;

    public Frame Read(int frameIndex) => Contains(frameIndex)
        ? pages.Read(frameIndex, frameIndex, Channels == 1)
        : throw new ArgumentOutOfRangeException(nameof(frameIndex), frameIndex, $"{path} has the frames 0 to {FrameCount - 1}, and frame {frameIndex} was asked for.");

    public IEnumerable<FrameResult> ReadMany(IEnumerable<int> frameIndices, CancellationToken cancellationToken = default) =>
        FrameResults.OneByOne(this, frameIndices, cancellationToken);

    public void Dispose() => pages.Dispose();
}
