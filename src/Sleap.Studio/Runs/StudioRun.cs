using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
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
            stream => stream.Write(JsonSerializer.SerializeToUtf8Bytes(this, EditJson.Options))
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

/// <summary>The epochs of a network.</summary>
/// <param name="Name">sleap-nn's name of the network.</param>
/// <param name="Epochs">Their numbers, rising.</param>
/// <param name="Training">Mean loss of each; null where there is none.</param>
/// <param name="Validation">Loss on the validation frames.</param>
/// <param name="Errors">Mean distance on the validation frames, in pixels.</param>
internal sealed record NetworkCurve(
    string Name,
    IReadOnlyList<int> Epochs,
    IReadOnlyList<double?> Training,
    IReadOnlyList<double?> Validation,
    IReadOnlyList<double?> Errors
);

/// <summary>What a training has written of its epochs into its folder.</summary>
/// <param name="Networks">Its networks in the order of training.</param>
/// <param name="Share">How much of the network that is trained is done, of the most epochs; null before the first.
/// </param>
/// <param name="RemainingSeconds">Time that is left for that network, of the most epochs.</param>
internal sealed record TrainingCurve(
    IReadOnlyList<NetworkCurve> Networks,
    double? Share = null,
    double? RemainingSeconds = null
)
{
    private const string Log = "training_log.csv";
    private const int MaxBytes = 16 << 20;
    private const int MaxPoints = 500;
    private const int MaxNetworks = 4;

    /// <summary>Reads the folder of a run.</summary>
    public static TrainingCurve Read(string folder)
    {
        try
        {
            var networks = Directory
                .EnumerateDirectories(folder)
                .Select(network => new FileInfo(Path.Combine(network, Log)))
                .Where(file => file.Exists && file.Length <= MaxBytes)
                .OrderBy(file => file.Directory!.CreationTimeUtc)
                .Take(MaxNetworks)
                .ToList();
            if (networks.Count == 0)
                return new TrainingCurve([]);
            var progress = Progress(Path.Combine(networks[^1].DirectoryName!, "progress.json"));
            return new TrainingCurve(
                [.. networks.Select(file => Read(file.Directory!.Name, File.ReadAllLines(file.FullName)))],
                progress is ({ } done, > 0 and var all, _) ? Math.Min(1, done / all) : null,
                progress.Remaining
            );
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new TrainingCurve([]); // it is written at this moment, or removed
        }
    }

    private static (double? Done, double? All, double? Remaining) ProgressOf(JsonNode? json) =>
        (Value(json?["epoch"]), Value(json?["epochs"]), Value(json?["remaining_seconds"]));

    private static (double? Done, double? All, double? Remaining) Progress(string path)
    {
        try
        {
            return File.Exists(path) && new FileInfo(path).Length < MaxBytes
                ? ProgressOf(JsonNode.Parse(File.ReadAllBytes(path)))
                : default;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return default;
        }
    }

    private static double? Value(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue(out double number) && double.IsFinite(number) ? number : null;

    // Of many epochs as many as a curve has places for, the last one always.
    private static NetworkCurve Read(string name, string[] lines)
    {
        var columns = lines is [var head, ..] ? head.Split(',') : [];
        int[] places =
        [
            .. new[] { "epoch", "train/loss", "val/loss", "val/error_px" }.Select(column =>
                Array.IndexOf(columns, column)
            ),
        ];
        var step = Math.Max(1, (lines.Length - 1 + MaxPoints - 1) / MaxPoints);
        var rows = lines
            .Skip(1)
            .Where((_, row) => (lines.Length - 2 - row) % step == 0)
            .Select(line => line.Split(','))
            .Select(cells => places.Select(place => Number(cells, place)).ToArray())
            .Where(row => row[0] is not null)
            .ToList();
        return new NetworkCurve(
            OneLine.Of(name),
            [.. rows.Select(row => (int)row[0]!.Value)],
            [.. rows.Select(row => row[1])],
            [.. rows.Select(row => row[2])],
            [.. rows.Select(row => row[3])]
        );
    }

    private static double? Number(string[] cells, int place) =>
        place >= 0
        && place < cells.Length
        && double.TryParse(cells[place], CultureInfo.InvariantCulture, out var value)
        && double.IsFinite(value)
            ? value
            : null;
}
