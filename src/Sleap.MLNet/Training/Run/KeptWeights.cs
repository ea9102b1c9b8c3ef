using System.Globalization;

namespace Sleap.MLNet;

/// <summary>
/// Weights of epochs as files in the run folder of a network, with a <c>training_config.yaml</c> beside them: each can
/// be the start of a training, and sleap-nn reads them. SLEAP-NN's <c>save_top_k</c> and <c>save_last</c>.
/// </summary>
/// <param name="folder">The run folder of the network.</param>
/// <param name="options">Options of the training.</param>
/// <param name="createConfig">Creates the configuration of the network.</param>
internal sealed class KeptWeights(string folder, TrainerOptions options, Func<string> createConfig)
{
    private const string Prefix = "epoch-";
    private bool _hasConfig;

    /// <summary>Number of files that can be there at once.</summary>
    public int MaxFiles =>
        (options.SaveLast ? 1 : 0)
        + options.SaveTopK switch
        {
            -1 => options.Epochs + 1,
            1 => 0,
            // One more, until the worst of them is deleted.
            var k => Math.Min(k, options.Epochs) + 1,
        };

    /// <summary>Writes the weights of an epoch that are to be kept, and deletes those that are no longer.</summary>
    /// <param name="network">The weights after the last epoch of the history.</param>
    /// <param name="history">All epochs so far.</param>
    public void Update(PoseNetwork network, IReadOnlyList<TrainingProgress> history)
    {
        var last = history[^1];
        // The best weights alone are in the model.
        var kept = options.SaveTopK == 1 ? [] : BestOf(history, options.SaveTopK, options.Monitor);
        if (!_hasConfig && (kept.Count > 0 || options.SaveLast))
        {
            ModelFolder.WriteConfig(folder, createConfig());
            _hasConfig = true;
        }

        if (kept.Contains(last.Epoch))
            ModelFolder.WriteWeights(PathOf(last.Epoch), network, last.Epoch, last.Step);
        // Only those that were the best before this epoch: a run that is resumed may have kept more.
        foreach (var epoch in BestBefore(history).Except(kept))
            File.Delete(PathOf(epoch));
        if (options.SaveLast)
            ModelFolder.WriteWeights(Path.Combine(folder, "last.ckpt"), network, last.Epoch, last.Step);
    }

    private HashSet<int> BestBefore(IReadOnlyList<TrainingProgress> history) =>
        options.SaveTopK == 1 ? [] : BestOf([.. history.Take(history.Count - 1)], options.SaveTopK, options.Monitor);

    /// <summary>
    /// The epochs with the best measures; of equal ones the earlier, and those whose measure is not known last.
    /// </summary>
    /// <param name="history">All epochs so far; of an epoch that is there twice the later one counts.</param>
    /// <param name="count">How many at most; −1: all.</param>
    /// <param name="monitor">What is measured.</param>
    internal static HashSet<int> BestOf(IReadOnlyList<TrainingProgress> history, int count, TrainingMonitor monitor) =>
        [
            .. history
                .GroupBy(epoch => epoch.Epoch)
                .Select(epochs => epochs.Last())
                .OrderBy(epoch =>
                    monitor.Measure(epoch) is var measure && double.IsNaN(measure) ? double.PositiveInfinity : measure
                )
                .ThenBy(epoch => epoch.Epoch)
                .Take(count < 0 ? history.Count : count)
                .Select(epoch => epoch.Epoch),
        ];

    private string PathOf(int epoch) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{epoch:0000}.ckpt"));
}
