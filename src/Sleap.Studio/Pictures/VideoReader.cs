using Sleap.IO;

namespace Sleap.Studio;

/// <summary>One video, opened when it is first needed. Whoever uses it holds its turn.</summary>
internal sealed class VideoReader(OpenedProject project, int number) : IDisposable
{
    private readonly Video _video = project.View.Videos[number];
    private IFrameSource? _source;
    private (long Length, DateTime Written)? _stamp;

    /// <summary>Lets one use the video at a time.</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    public VideoFacts Facts()
    {
        var source = Open();
        var (first, end) = project.View.RangeOf(number);
        var frames = Math.Max(source.FrameCount, end);
        int[]? only = null;
        if (!source.Contains(source.FrameCount - 1) || !source.Contains(0))
        {
            // Images of some frames only, as in a .pkg.slp: those of labeled and suggested frames, and numbered ones.
            var labeled = project.View.TimelineOf(number);
            only =
            [
                .. labeled
                    .Frames.Concat(labeled.Suggested)
                    .Concat(_video.FrameNumbers)
                    .Where(source.Contains)
                    .Distinct()
                    .Order(),
            ];
            frames = Math.Max(frames, only.LastOrDefault() + 1);
        }
        var fps = source.FramesPerSecond;
        return new VideoFacts(
            frames,
            first,
            source.Height,
            source.Width,
            source.Channels,
            double.IsFinite(fps) ? fps : null,
            only,
            only is null && end > source.FrameCount
                ? $"The labels go up to frame {end - 1}, and the video has {source.FrameCount} frames. "
                    + "Is it the video that was labeled?"
                : null,
            Fault: null
        );
    }

    /// <summary>What is known of a video that cannot be opened: its labels are shown without pictures.</summary>
    /// <param name="fault">Why it cannot be opened.</param>
    public VideoFacts FactsOfLabels(string fault)
    {
        var shape = _video.Shape ?? default;
        var (first, end) = project.View.RangeOf(number);
        var frames = Math.Max(1, Math.Max(shape.Frames, end));
        return new VideoFacts(frames, first, shape.Height, shape.Width, shape.Channels, null, null, null, fault);
    }

    public Frame Read(int frame, CancellationToken cancellationToken)
    {
        foreach (var result in Open().ReadMany([frame], cancellationToken))
            return result.Frame ?? throw result.Error!;
        throw new InvalidOperationException("A source gives a result for each frame.");
    }

    /// <summary>Closes the file; it is opened again when needed.</summary>
    public void Close()
    {
        _source?.Dispose();
        _source = null;
    }

    public void Dispose()
    {
        Close();
        Turn.Dispose();
    }

    private IFrameSource Open()
    {
        var stamp = Stamp();
        if (_stamp is not null && stamp != _stamp)
        {
            // Embedded images have their numbers beside them, and saving the labels replaces their file.
            Close();
            if (_video.Kind != VideoKind.Embedded)
            {
                throw new IOException(
                    $"The video {_video.Path} changed since it was opened. Frame numbers may mean other frames now; "
                        + "start the studio again."
                );
            }
            _stamp = stamp;
        }

        _source ??= _video.Open();
        _stamp ??= stamp;
        return _source;
    }

    private (long, DateTime)? Stamp() =>
        _video.FoundPath is { } path && new FileInfo(path) is { Exists: true } file
            ? (file.Length, file.LastWriteTimeUtc)
            : null;
}

/// <summary>Size of a video, and its frames.</summary>
/// <param name="Frames">Numbers that frames have: 0 up to one less.</param>
/// <param name="FirstLabeled">The first frame with labels, or null.</param>
/// <param name="Height">Height of a picture in pixels.</param>
/// <param name="Width">Width of a picture in pixels.</param>
/// <param name="Channels">1 for gray, 3 for color.</param>
/// <param name="FramesPerSecond">Mean rate; null when unknown.</param>
/// <param name="Only">The frames that have a picture, if not all have.</param>
/// <param name="Warning">What does not fit between labels and video, or null.</param>
/// <param name="Fault">Why the video cannot be opened, or null.</param>
internal sealed record VideoFacts(
    int Frames,
    int? FirstLabeled,
    int Height,
    int Width,
    int Channels,
    double? FramesPerSecond,
    int[]? Only,
    string? Warning,
    string? Fault
);
