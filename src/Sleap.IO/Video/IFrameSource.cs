namespace Sleap.IO;

/// <summary>
/// An opened video. Frame k is the same image whether it is read alone, in order or backwards.
/// One reader at a time: a source is not safe for several threads at once.
/// </summary>
public interface IFrameSource : IDisposable
{
    /// <summary>Number of frames; for images embedded in a label file, how many are embedded.</summary>
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
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    IEnumerable<FrameResult> ReadMany(IEnumerable<int> frameIndices, CancellationToken cancellationToken = default)
    {
        foreach (var index in frameIndices)
        {
            cancellationToken.ThrowIfCancellationRequested();
            FrameResult result;
            try
            {
                result = new FrameResult(index, Read(index), null);
            }
            catch (Exception fault)
                when (fault
                        is PoseFormatException
                            or ArgumentOutOfRangeException
                            or IOException
                            or UnauthorizedAccessException
                )
            {
                result = new FrameResult(index, null, fault);
            }
            yield return result;
        }
    }
}
