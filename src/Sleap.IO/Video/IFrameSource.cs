namespace Sleap.IO;

/// <summary>
/// An opened video. Frame k is the same image whether it is read alone, in order or backwards.
/// One reader at a time: a source is not safe for several threads at once.
/// </summary>
public interface IFrameSource : IDisposable
{
    /// <summary>Number of frames; for images embedded in a label file, how many are embedded.</summary>
    int FrameCount { get; }

    /// <summary>Height of the first frame in pixels.</summary>
    int Height { get; }

    /// <summary>Width of the first frame in pixels.</summary>
    int Width { get; }

    /// <summary>1 for gray, 3 for RGB.</summary>
    int Channels { get; }

    /// <summary>Frames per second; NaN if unknown.</summary>
    double FramesPerSecond { get; }

    /// <summary>Whether the source has a frame with this number.</summary>
    /// <param name="frameIndex">Zero-based frame number.</param>
    bool Contains(int frameIndex);

    /// <summary>Reads one frame.</summary>
    /// <param name="frameIndex">Zero-based frame number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The source has no such frame.</exception>
    /// <exception cref="PoseFormatException">The frame cannot be decoded.</exception>
    Frame Read(int frameIndex);

    /// <summary>
    /// Reads frames in the requested order, as a stream while the numbers increase. A frame that cannot be read is a
    /// result with an error; the other frames are still read.
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
