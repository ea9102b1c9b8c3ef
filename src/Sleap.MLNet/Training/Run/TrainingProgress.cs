using System.Globalization;

namespace Sleap.MLNet;

/// <summary>Progress of a training after an epoch.</summary>
/// <param name="Model">sleap-nn's name of the network that is trained: <c>centered_instance</c>.</param>
/// <param name="Epoch">Number of completed epochs.</param>
/// <param name="Epochs">Maximum number of epochs.</param>
/// <param name="Step">Number of completed optimizer steps.</param>
/// <param name="TrainingLoss">Mean loss of the epoch's steps.</param>
/// <param name="ValidationLoss">Loss on the validation frames, without augmentation.</param>
/// <param name="ValidationError">
/// Mean distance in full-frame pixels between each visible node of the validation frames and the highest peak (with
/// several instances: the nearest peak) of its map; NaN if there is no node or no peak.
/// </param>
/// <param name="LearningRate">Learning rate of the epoch's last step.</param>
/// <param name="IsBest">Whether this validation loss is the lowest so far; if so, these weights are kept.</param>
/// <param name="StepsPerSecond">
/// Optimizer steps per second in the epoch, including data loading and augmentation, without validation.
/// </param>
/// <param name="Elapsed">Time since the first step, including earlier parts of a resumed run.</param>
/// <param name="Remaining">Estimated time to the last epoch at the current speed.</param>
/// <param name="IsLast">
/// Whether this network's training ends with this epoch: all epochs are done, it stopped early, or it was canceled.
/// </param>
/// <param name="ValidationIdentity">
/// Class accuracy: fraction, 0 to 1, of the instances with a class in the validation frames for which the class of the
/// label is the most probable one; NaN for a network without classes or labels without classes.
/// </param>
public sealed record TrainingProgress(
    string Model,
    int Epoch,
    int Epochs,
    int Step,
    double TrainingLoss,
    double ValidationLoss,
    double ValidationError,
    double LearningRate,
    bool IsBest,
    double StepsPerSecond,
    TimeSpan Elapsed,
    TimeSpan Remaining,
    bool IsLast = false,
    double ValidationIdentity = double.NaN
)
{
    /// <summary>
    /// Returns one line: epoch, losses, validation error in pixels, class accuracy if there are classes, learning rate,
    /// speed and remaining time.
    /// </summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Model}  epoch {Epoch, 3}/{Epochs}  loss {TrainingLoss:0.00000}  validation {ValidationLoss:0.00000}  "
                + $"error "
                + $"{ValidationError, 6:0.00} px{ClassAccuracy}{(IsBest ? " *" : "  ")}  lr {LearningRate:0.0e-0}  "
                + $"{StepsPerSecond:0.0} steps/s  ETA {Clock(Remaining)}"
        );

    private string ClassAccuracy =>
        double.IsNaN(ValidationIdentity)
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"  names {ValidationIdentity:0.00}");

    /// <summary>Formats a time as 4:05 or 12:04:05.</summary>
    internal static string Clock(TimeSpan time) =>
        time.ToString(time.TotalHours < 1 ? @"m\:ss" : @"h\:mm\:ss", CultureInfo.InvariantCulture) is var text
        && time.TotalDays < 1
            ? text
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}"
            );
}

/// <summary>
/// Shows training progress on the console. On a terminal, a line with a bar is redrawn in place, also within an epoch;
/// if output is redirected, one line per epoch is written.
/// </summary>
public sealed class ConsoleTrainingProgress : IProgress<TrainingProgress>, IProgress<TrainingStep>
{
    private const int BarWidth = 16;
    private readonly TextWriter _output;
    private readonly int? _width;
    private int _lineLength;

    /// <summary>Writes to the console.</summary>
    public ConsoleTrainingProgress()
        : this(
            Console.Out,
            !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb"
                ? TerminalWidth()
                : null
        ) { }

    /// <param name="output">The writer.</param>
    /// <param name="width">Width of the terminal in columns; null: not a terminal.</param>
    internal ConsoleTrainingProgress(TextWriter output, int? width) => (_output, _width) = (output, width);

    /// <summary>Shows the progress after an epoch.</summary>
    public void Report(TrainingProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (_width is null)
            _output.WriteLine(value);
        else
            Draw((double)value.Epoch / value.Epochs, value.ToString(), value.IsLast);
    }

    /// <summary>Shows the progress within an epoch; does nothing if output is redirected.</summary>
    public void Report(TrainingStep value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (_width is not null)
        {
            Draw(
                (value.Epoch - 1 + (double)value.Step / value.StepsPerEpoch) / value.Epochs,
                value.ToString(),
                isLast: false
            );
        }
    }

    private void Draw(double share, string text, bool isLast)
    {
        var done = (int)(BarWidth * Math.Clamp(share, 0, 1));
        var line = $"[{new string('█', done)}{new string('░', BarWidth - done)}] {text}";
        // A line that wraps cannot be redrawn in place. Spaces overwrite the rest of a longer previous line.
        if (line.Length > _width - 1)
            line = line[..(_width!.Value - 1)];
        _output.Write('\r' + line.PadRight(Math.Min(_lineLength, _width!.Value - 1)));
        _lineLength = line.Length;
        if (!isLast)
            return;
        _output.WriteLine();
        _lineLength = 0;
    }

    private static int TerminalWidth()
    {
        try
        {
            return Console.WindowWidth is > 20 and var width ? width : 160;
        }
        catch (Exception problem) when (problem is IOException or PlatformNotSupportedException)
        {
            return 160;
        }
    }
}
