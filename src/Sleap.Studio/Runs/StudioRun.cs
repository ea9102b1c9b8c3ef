using System.Text.Json;
using System.Text.RegularExpressions;
using Sleap.IO;

namespace Sleap.Studio;

/// <summary>How far a run is.</summary>
internal enum RunState
{
    /// <summary>It goes on.</summary>
    Running,

    /// <summary>What it makes is there.</summary>
    Done,

    /// <summary>It ended without.</summary>
    Failed,
}

/// <summary>What the folder of a run says of it, so that a studio that is started later finds it.</summary>
/// <param name="Project">Name of the project, without folders.</param>
/// <param name="Title">What it is of, for people.</param>
/// <param name="Process">Its process.</param>
/// <param name="Predict">What is predicted; null for a training.</param>
internal sealed record RunRecord(string Project, string Title, ProcessIdentity Process, PredictRequest? Predict = null)
{
    private const string FileName = "run.json";
    private const int MaxBytes = 1 << 16;

    /// <summary>Reads that of a folder; null when it has none.</summary>
    public static RunRecord? Read(string folder)
    {
        var file = new FileInfo(Path.Combine(folder, FileName));
        try
        {
            return file.Exists && file.Length <= MaxBytes
                ? JsonSerializer.Deserialize<RunRecord>(File.ReadAllBytes(file.FullName), EditJson.Options)
                : null;
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes it into a folder.</summary>
    public void Write(string folder) =>
        AtomicFile.Write(
            Path.Combine(folder, FileName),
            path => File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(this, EditJson.Options))
        );
}

/// <summary>A training or a prediction, in a folder of its own and a process of its own.</summary>
internal sealed partial class StudioRun(string folder, RunRecord record, RunProcess? process) : IDisposable
{
    private bool _isStopped;
    private TrainingCurve? _last; // that of a run that has ended

    /// <summary>Stands for it.</summary>
    public string Id => Path.GetFileName(folder);

    public string Folder => folder;

    public RunRecord Record => record;

    public bool IsTraining => record.Predict is null;

    public bool IsRunning => process?.IsRunning is true;

    /// <summary>What it makes.</summary>
    public string Result => Path.Combine(folder, IsTraining ? "model.zip" : "predictions.slp");

    /// <summary>How far it is, for the page.</summary>
    /// <param name="faults">Makes texts without folders.</param>
    public RunAnswer Answer(FaultText faults)
    {
        var lines = process?.Lines ?? [];
        var state =
            IsRunning ? RunState.Running
            : File.Exists(Result) ? RunState.Done
            : RunState.Failed;
        var curve = IsTraining ? _last ?? TrainingCurve.Read(folder) : null;
        _last = state == RunState.Running ? null : curve;
        return new RunAnswer(
            Id,
            OneLine.Of(OneLine.Short(record.Title)),
            IsTraining,
            state,
            _isStopped && IsRunning,
            curve?.Share ?? (lines.Select(ShareOf).LastOrDefault(share => share is not null)),
            curve?.RemainingSeconds,
            curve?.Networks ?? [],
            [.. lines.TakeLast(20).Select(faults.Named)]
        );
    }

    /// <summary>Asks it to end with what is done.</summary>
    public void Stop()
    {
        _isStopped = true;
        process?.Stop();
    }

    /// <summary>Deletes its folder.</summary>
    public void Delete()
    {
        Dispose();
        Directory.Delete(folder, recursive: true);
    }

    public void Dispose() => process?.Dispose();

    // A line of a prediction begins "12/240 frames".
    private static double? ShareOf(string line) =>
        Frames().Match(line) is { Success: true } found
        && double.TryParse(found.Groups[1].ValueSpan, out var done)
        && double.TryParse(found.Groups[2].ValueSpan, out var all)
        && all > 0
            ? Math.Min(1, done / all)
            : null;

    [GeneratedRegex(@"^(\d{1,9})/(\d{1,9}) frames", RegexOptions.CultureInvariant)]
    private static partial Regex Frames();
}

/// <summary>How far a run is.</summary>
/// <param name="Id">Stands for it.</param>
/// <param name="Title">What it is of.</param>
/// <param name="IsTraining">Whether it trains; else it predicts.</param>
/// <param name="State">How far it is.</param>
/// <param name="IsStopping">Whether it was asked to end, and still goes on.</param>
/// <param name="Share">How much of it is done, 0 to 1; null when that is not known.</param>
/// <param name="RemainingSeconds">Time that is left; null when that is not known.</param>
/// <param name="Networks">Curves of a training.</param>
/// <param name="Lines">The last lines that it wrote.</param>
internal sealed record RunAnswer(
    string Id,
    string Title,
    bool IsTraining,
    RunState State,
    bool IsStopping,
    double? Share,
    double? RemainingSeconds,
    IReadOnlyList<NetworkCurve> Networks,
    IReadOnlyList<string> Lines
);
