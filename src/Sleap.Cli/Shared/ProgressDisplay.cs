using Sleap.IO;
using Sleap.MLNet;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Sleap.Cli;

/// <summary>
/// Shows the progress of trainings and predictions on standard error: on a terminal as a bar with the time left for
/// each network, elsewhere as the lines of <see cref="ConsoleProgress"/>. It is over when it is disposed.
/// </summary>
internal sealed class ProgressDisplay
    : IProgress<TrainingProgress>,
        IProgress<TrainingStep>,
        IProgress<PredictionProgress>,
        IDisposable
{
    private const int MinWidth = 40;

    private readonly ConsoleProgress? _lines;
    private readonly TaskCompletionSource _end = new();
    private readonly Task _drawing = Task.CompletedTask;
    private readonly Dictionary<string, ProgressTask> _bars = new(StringComparer.Ordinal);
    private ProgressContext? _context;

    public ProgressDisplay()
        : this(Terminal.Error) { }

    /// <param name="console">What bars are drawn on; null for lines, and so where it is too narrow.</param>
    internal ProgressDisplay(IAnsiConsole? console)
    {
        if (console is null || console.Profile.Width < MinWidth)
        {
            _lines = new ConsoleProgress();
            return;
        }
        Terminal.Draw(console);
        _drawing = console
            .Progress()
            .Columns(new ProgressBarColumn { Width = 16 }, new PercentageColumn(), new TimeLeft(), new Details())
            .StartAsync(context =>
            {
                _context = context;
                return _end.Task;
            });
    }

    public void Report(TrainingStep value)
    {
        var epochs = value.Epoch - 1 + ((double)value.Step / value.StepsPerEpoch);
        Draw(value.Model, epochs / value.Epochs, value.Details, value.Remaining, isLast: false);
    }

    public void Report(TrainingProgress value)
    {
        _lines?.Report(value);
        Draw(value.Model, (double)value.Epoch / value.Epochs, value.Details, value.Remaining, value.IsLast);
    }

    public void Report(PredictionProgress value)
    {
        _lines?.Report(value);
        var share = (double)(value.Processed + value.Failed) / Math.Max(value.Requested, 1);
        Draw("", share, value.Details, value.Remaining, value.IsLast);
    }

    public void Dispose()
    {
        _end.TrySetResult();
        _drawing.GetAwaiter().GetResult();
        if (_context is not null)
            Terminal.Draw(null);
    }

    private void Draw(string network, double share, string details, TimeSpan left, bool isLast)
    {
        if (_context is null)
            return;
        if (!_bars.TryGetValue(network, out var bar))
            _bars.Add(network, bar = _context.AddTask(OneLine.Of(details), maxValue: 1));
        bar.State.Update<TimeSpan>(TimeLeft.Key, _ => left);
        bar.Description = OneLine.Of(details);
        bar.Value = Math.Clamp(share, 0, 1);
        if (isLast)
            bar.StopTask();
    }

    /// <summary>The time that the training or the prediction expects to take, not Spectre.Console's own guess.</summary>
    private sealed class TimeLeft : ProgressColumn
    {
        public const string Key = "left";

        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text($"ETA {TrainingProgress.Clock(task.State.Get<TimeSpan>(Key))}");
    }

    /// <summary>The figures: one line, cut off where the terminal ends.</summary>
    private sealed class Details : ProgressColumn
    {
        // Of the other columns and the space between them.
        private const int Others = 16 + 4 + 12 + 4;

        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            var (text, room) = (task.Description, Math.Max(0, options.ConsoleSize.Width - Others));
            return new Text(text.Length <= room ? text : text[..Math.Max(0, room - 1)] + "…");
        }
    }
}
