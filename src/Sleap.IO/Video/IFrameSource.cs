namespace Sleap.IO;

/// <summary>
/// An opened video. Frame k is the same picture whether it is read alone, in order or backwards.
/// One reader at a time: a source is not safe for several threads at once.
/// </summary>
public interface IFrameSource : IDisposable
{
    /// <summary>Number of frames; for pictures embedded in a label file, how many are embedded.</summary>
    int FrameCount { get; }

    /// <summary>Rows of the first frame.</summary>
    int Height { get; }

    /// <summary>Columns of the first frame.</summary>
    int Width { get; }

    /// <summary>1 for gray, 3 for RGB.</summary>
    int Channels { get; }

    /// <summary>Frames a second; NaN when the source does not say.</summary>
    double FramesPerSecond { get; }

    /// <summary>Whether a frame of this number can be asked for.</summary>
    /// <param name="frameIndex">Zero-based frame number.</param>
    bool Contains(int frameIndex);

    /// <summary>Reads one frame.</summary>
    /// <param name="frameIndex">Zero-based frame number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The source has no such frame.</exception>
    /// <exception cref="PoseFormatException">The frame cannot be decoded.</exception>
    Frame Read(int frameIndex);

    /// <summary>
    /// Reads frames in the order asked for, as a stream where the numbers rise. A frame that cannot be read is a result
    /// with an error, and the rest goes on.
    /// </summary>
    /// <param name="frameIndices">Zero-based frame numbers in any order, also more than once.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    IEnumerable<FrameResult> ReadMany(IEnumerable<int> frameIndices, CancellationToken cancellationToken = default);
}

/// <summary>What came of reading one frame: the picture, or why there is none. Exactly one of the two is set.</summary>
/// <param name="FrameIndex">The frame that was asked for.</param>
/// <param name="Frame">The picture, or null.</param>
/// <param name="Error">Why it could not be read, or null.</param>
public readonly record struct FrameResult(int FrameIndex, Frame? Frame, Exception? Error);

/// <summary>Reading many frames from sources for which one costs the same in any order.</summary>
internal static class FrameResults
{
    public static IEnumerable<FrameResult> OneByOne(
        IFrameSource source,
        IEnumerable<int> frameIndices,
        CancellationToken cancellationToken
    )
    {
        foreach (var index in frameIndices)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return One(source, index);
        }
    }

    /// <summary>One frame, with the faults that concern it alone as a result.</summary>
    public static FrameResult One(IFrameSource source, int index)
    {
        try
        {
            return new FrameResult(index, source.Read(index), null);
        }
        catch (Exception fault)
            when (fault
                    is PoseFormatException
                        or ArgumentOutOfRangeException
                        or IOException
                        or UnauthorizedAccessException
            )
        {
            return new FrameResult(index, null, fault);
        }
    }
}
