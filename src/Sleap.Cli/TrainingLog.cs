using System.Globalization;

namespace Sleap.Cli;

/// <summary>
/// What the epochs of a run came to, read from the folders of its networks: those of before an interruption too.
/// </summary>
internal sealed class TrainingLog
{
    private const string FileName = "training_log.csv";
    private readonly List<string> _lines = [];
    private readonly List<Epoch> _epochs = [];

    private TrainingLog() { }

    /// <summary>The network that was trained last.</summary>
    public string Network => _epochs[^1].Network;

    /// <summary>
    /// The epochs of the network that was trained last; of a model of two, each has an epoch that was best.
    /// </summary>
    public IReadOnlyList<Epoch> Epochs => [.. _epochs.Where(epoch => epoch.Network == Network)];

    /// <summary>The epoch whose weights are kept.</summary>
    public Epoch Best =>
        Epochs.MinBy(epoch => double.IsNaN(epoch.ValidationLoss) ? double.PositiveInfinity : epoch.ValidationLoss)!;

    /// <summary>Seconds that all networks took.</summary>
    public double Seconds => _epochs.GroupBy(epoch => epoch.Network).Sum(network => network.Last().Seconds);

    /// <summary>Whether there is a run in a folder that could go on.</summary>
    public static bool IsIn(string folder) =>
        Directory.Exists(folder)
        && Directory.EnumerateDirectories(folder).Any(network => File.Exists(Path.Combine(network, "last.checkpoint")));

    /// <summary>Reads the log of each network, and writes all of them as one into the folder.</summary>
    /// <param name="folder">The run's.</param>
    public static TrainingLog Collect(string folder)
    {
        var log = new TrainingLog();
        string[] files =
        [
            .. Directory
                .EnumerateDirectories(folder)
                .Select(network => Path.Combine(network, FileName))
                .Where(File.Exists),
        ];
        // The centroid network of a top-down model is trained first.
        foreach (var file in files.OrderBy(file => Path.GetFileName(Path.GetDirectoryName(file)) != "centroid"))
            log.Read(File.ReadAllLines(file));
        File.WriteAllLines(Path.Combine(folder, FileName), log._lines);
        return log;
    }

    private void Read(string[] lines)
    {
        _lines.AddRange(lines.Skip(_lines.Count == 0 ? 0 : 1));
        foreach (var cells in lines.Skip(1).Select(line => line.Split(',')))
        {
            _epochs.Add(
                new(
                    cells[0],
                    int.Parse(cells[1], CultureInfo.InvariantCulture),
                    Number(cells[4]),
                    Number(cells[5]),
                    Number(cells[7])
                )
            );
        }

        static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);
    }

    public sealed record Epoch(
        string Network,
        int Number,
        double ValidationLoss,
        double ValidationError,
        double Seconds
    );
}
