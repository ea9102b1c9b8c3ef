namespace Sleap.MLNet;

/// <summary>
/// Writes the progress of trainings and predictions as lines to the standard error stream, so that standard output has
/// only results: a line after each epoch; of a prediction a line after one second, then every ten seconds, and at the
/// end.
/// </summary>
public sealed class ConsoleProgress : IProgress<TrainingProgress>, IProgress<PredictionProgress>
{
    private static readonly TimeSpan FirstLine = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(10);
    private readonly TextWriter _output;
    private TimeSpan _nextLine = FirstLine;

    /// <summary>Writes to the standard error stream.</summary>
    public ConsoleProgress()
        : this(Console.Error) { }

    internal ConsoleProgress(TextWriter output) => _output = output;

    /// <summary>Writes the progress after an epoch.</summary>
    public void Report(TrainingProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _output.WriteLine(value);
    }

    /// <summary>Writes the progress of a prediction, unless the last line is a short time ago.</summary>
    public void Report(PredictionProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!value.IsLast && value.Elapsed < _nextLine)
            return;
        _nextLine = value.IsLast ? FirstLine : value.Elapsed + BetweenLines;
        _output.WriteLine(value);
    }
}
