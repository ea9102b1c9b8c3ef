using System.Globalization;

namespace Sleap.MLNet;

/// <summary>Progress of a prediction.</summary>
/// <param name="Processed">Number of frames read and predicted.</param>
/// <param name="Failed">Number of frames that could not be read so far.</param>
/// <param name="Requested">Number of requested frames.</param>
/// <param name="Instances">Number of instances found so far.</param>
/// <param name="FramesPerSecond">Frames per second since the start, including decoding and writing.</param>
/// <param name="Elapsed">Time since the start.</param>
/// <param name="Remaining">Estimated time to the last frame at the current speed.</param>
/// <param name="IsLast">Whether this is the last report: all frames are done, or the run was interrupted.</param>
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
    /// <summary>Returns one line: frames, instances, speed and remaining time.</summary>
    public override string ToString() => $"{Details}  ETA {TrainingProgress.Clock(Remaining)}";

    /// <summary>The line without the remaining time.</summary>
    internal string Details =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Processed + Failed}/{Requested} frames{(Failed > 0 ? $" ({Failed} failed)" : "")}  {Instances} "
                + $"instances  {FramesPerSecond:0.0} frames/s"
        );
}
