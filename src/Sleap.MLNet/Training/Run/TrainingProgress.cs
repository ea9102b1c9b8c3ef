using System.Globalization;

namespace Sleap.MLNet;

/// <summary>Where training stands after an epoch.</summary>
/// <param name="Model">Which network is trained, by sleap-nn's name of it: <c>centered_instance</c>.</param>
/// <param name="Epoch">Epochs done.</param>
/// <param name="Epochs">Epochs at most.</param>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="TrainingLoss">Mean loss of the epoch's steps.</param>
/// <param name="ValidationLoss">Loss on the validation frames, unaugmented.</param>
/// <param name="ValidationError">Mean distance in full-frame pixels between each visible node of the validation frames
/// and the highest peak (with several animals: the nearest peak) of its map; NaN when there is no node or no
/// peak.</param>
/// <param name="LearningRate">Rate of the epoch's last step.</param>
/// <param name="IsBest">Whether this validation loss is the lowest so far: these weights are kept.</param>
/// <param name="StepsPerSecond">Optimizer steps a second over the epoch, data and augmentation included, validation
/// not.</param>
/// <param name="Elapsed">Time since the first step, earlier parts of a resumed run included.</param>
/// <param name="Remaining">Time to the last epoch at the speed so far.</param>
/// <param name="IsLast">Whether this network's training ends with this epoch: all are done, it ended early, or it was
/// cancelled.</param>
/// <param name="ValidationIdentity">Share, 0 to 1, of the named animals of the validation frames whose name is the most
/// probable one to the network where their labels are; NaN where it names nobody, or nobody is named.</param>
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
    /// One line: epoch, losses, validation error in pixels, right names where there are any, learning rate, speed and
    /// time left.
    /// </summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Model}  epoch {Epoch, 3}/{Epochs}  loss {TrainingLoss:0.00000}  validation {ValidationLoss:0.00000}  "
                + $"error "
                + $"{ValidationError, 6:0.00} px{Names}{(IsBest ? " *" : "  ")}  lr {LearningRate:0.0e-0}  "
                + $"{StepsPerSecond:0.0} steps/s  ETA {Clock(Remaining)}"
        );

    private string Names =>
        double.IsNaN(ValidationIdentity)
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"  names {ValidationIdentity:0.00}");

    /// <summary>A time as 4:05 or 12:04:05.</summary>
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
/// Training progress on the console: on a terminal a line with a bar that is redrawn in place, within the epoch too;
/// where output goes to a file, a line an epoch.
/// </summary>
public sealed class ConsoleTrainingProgress : IProgress<TrainingProgress>, IProgress<TrainingStep>
{
    private const int BarWidth = 16;
    private readonly TextWriter _output;
    private readonly int? _width;
    private int _drawn;

    /// <summary>Writes to the console.</summary>
    public ConsoleTrainingProgress()
        : this(
            Console.Out,
            !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb"
                ? TerminalWidth()
                : null
        ) { }

    /// <param name="output">Where to.</param>
    /// <param name="width">Columns of the terminal; null: it is none.</param>
    internal ConsoleTrainingProgress(TextWriter output, int? width) => (_output, _width) = (output, width);

    /// <summary>Draws where training stands after an epoch.</summary>
    public void Report(TrainingProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (_width is null)
            _output.WriteLine(value);
        else
            Draw((double)value.Epoch / value.Epochs, value.ToString(), value.IsLast);
    }

    /// <summary>Draws where training stands within an epoch; nothing where output goes to a file.</summary>
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
        // A line that wraps cannot be drawn over. Blanks cover what the longer one before has left.
        if (line.Length > _width - 1)
            line = line[..(_width!.Value - 1)];
        _output.Write('\r' + line.PadRight(Math.Min(_drawn, _width!.Value - 1)));
        _drawn = line.Length;
        if (!isLast)
            return;
        _output.WriteLine();
        _drawn = 0;
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
