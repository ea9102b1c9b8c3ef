namespace Sleap.MLNet;

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
