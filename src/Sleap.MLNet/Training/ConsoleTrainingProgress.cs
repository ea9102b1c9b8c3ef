namespace Sleap.MLNet;

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
