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

/// <summary>
/// Progress of a prediction on the console's error stream, so that standard output stays for results: a bar that is
/// redrawn in place, or, where output goes to a file, a line after a second, then every ten seconds, and at the end.
/// </summary>
public sealed class ConsolePredictionProgress : IProgress<PredictionProgress>
{
    private const int BarWidth = 24;
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(10);
    private readonly TextWriter _output;
    private readonly bool _inPlace;
    private TimeSpan _nextLine = TimeSpan.FromSeconds(1);

    /// <summary>Draws on the console's error stream.</summary>
    public ConsolePredictionProgress()
        : this(Console.Error, !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb")
    { }

    internal ConsolePredictionProgress(TextWriter output, bool inPlace) => (_output, _inPlace) = (output, inPlace);

    /// <summary>Draws where the prediction stands.</summary>
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
