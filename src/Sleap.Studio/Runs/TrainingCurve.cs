using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.Studio;

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
