namespace Sleap.MLNet;

/// <summary>Training progress on the console: a bar that is redrawn in place, or a line an epoch where output goes to a file.</summary>
public sealed class ConsoleTrainingProgress : IProgress<TrainingProgress>
{
    private const int BarWidth = 24;
    private readonly bool _inPlace = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb";

    /// <summary>Draws where training stands.</summary>
    public void Report(TrainingProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!_inPlace)
        {
            Console.WriteLine(value);
            return;
        }
        var done = BarWidth * value.Epoch / value.Epochs;
        Console.Write($"\r[{new string('█', done)}{new string('░', BarWidth - done)}] {value}   ");
        if (value.Epoch == value.Epochs) Console.WriteLine();
    }
}
