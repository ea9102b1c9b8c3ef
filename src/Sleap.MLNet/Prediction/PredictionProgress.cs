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
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Processed + Failed}/{Requested} frames{(Failed > 0 ? $" ({Failed} failed)" : "")}  {Instances} "
                + $"animals  "
                + $"{FramesPerSecond:0.0} frames/s  ETA {(int)Remaining.TotalHours}:{Remaining:mm\\:ss}"
        );
}

/// <summary>
/// Shows the progress of a prediction on the standard error stream, so that standard output has only results. On a
/// terminal a bar is redrawn in place; if output is redirected, a line is written after one second, then every ten
/// seconds, and at the end.
/// </summary>
public sealed class ConsolePredictionProgress : IProgress<PredictionProgress>
{
    private const int BarWidth = 24;
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(10);
    private readonly TextWriter _output;
    private readonly bool _inPlace;
    private TimeSpan _nextLine = TimeSpan.FromSeconds(1);

    /// <summary>Writes to the standard error stream.</summary>
    public ConsolePredictionProgress()
        : this(Console.Error, !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb")
    { }

    internal ConsolePredictionProgress(TextWriter output, bool inPlace) => (_output, _inPlace) = (output, inPlace);

    /// <summary>Shows the progress.</summary>
    public void Report(PredictionProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (_inPlace)
        {
            var done = (int)(
                BarWidth * Math.Clamp((double)(value.Processed + value.Failed) / Math.Max(value.Requested, 1), 0, 1)
            );
            _output.Write($"\r[{new string('█', done)}{new string('░', BarWidth - done)}] {value}   ");
            if (value.IsLast)
                _output.WriteLine();
        }
        else if (value.IsLast || value.Elapsed >= _nextLine)
        {
            _nextLine = value.Elapsed + BetweenLines;
            _output.WriteLine(value);
        }
    }
}
