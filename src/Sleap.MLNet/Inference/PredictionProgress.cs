using System.Globalization;

namespace Sleap.MLNet;

/// <summary>Where a prediction stands.</summary>
/// <param name="Processed">Frames that were read and predicted.</param>
/// <param name="Failed">Frames that could not be read so far.</param>
/// <param name="Requested">Frames that were asked for.</param>
/// <param name="Instances">Animals found so far.</param>
/// <param name="FramesPerSecond">Frames a second since the start, decoding and writing included.</param>
/// <param name="Elapsed">Time since the start.</param>
/// <param name="Remaining">Time to the last frame at the speed so far.</param>
/// <param name="IsLast">Whether nothing comes after this: all frames are done, or the run was interrupted.</param>
public sealed record PredictionProgress(
    int Processed,
    int Failed,
    int Requested,
    long Instances,
    double FramesPerSecond,
    TimeSpan Elapsed,
    TimeSpan Remaining,
    bool IsLast
)
{
    /// <summary>One line: frames, animals, speed and time left.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Processed + Failed}/{Requested} frames{(Failed > 0 ? $" ({Failed} failed)" : "")}  {Instances} "
                + $"animals  "
                + $"{FramesPerSecond:0.0} frames/s  ETA {(int)Remaining.TotalHours}:{Remaining:mm\\:ss}"
        );
}
