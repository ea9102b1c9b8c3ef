using System.Globalization;
using Microsoft.ML;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Bench;

/// <summary>
/// A model of the first two thirds of a recording learns on from 20 labeled frames of the last third, beside the same
/// network from scratch on these 20: steps until the validation error is that of the end from scratch, and the errors
/// of both on frames that neither has seen.
/// </summary>
/// <remarks>
/// Both are trained for the same number of steps with the same options. The weights are chosen, and the steps counted,
/// by 10 frames of their own, after every 20 steps.
/// </remarks>
internal static class FineTuning
{
    /// <param name="seed">Seed of the source, and of both trainings.</param>
    /// <param name="options">Creates the options for a seed and a share of the steps.</param>
    /// <param name="frames">The frames for which a function of their number is true.</param>
    /// <param name="report">Gets the metrics of each training, by what it started from.</param>
    /// <param name="share">Share of the steps of the protocol.</param>
    public static void Run(
        int seed,
        double share,
        Func<int, double, TopDownOptions> options,
        Func<PoseCatalog, Func<int, bool>, IDataView> frames,
        Action<string, PoseMetrics> report
    )
    {
        var ml = new MLContext(seed);
        var pose = ml.Pose();
        var source = $"artifacts/bench/finetune-source-{seed}.zip";
        Directory.CreateDirectory(Path.GetDirectoryName(source)!);
        var first = frames(pose, f => f < 2000 && f % 20 == 0);
        using (var model = pose.TopDown(options(seed, share)).Fit(first, frames(pose, f => f < 2000 && f % 100 == 10)))
            ml.Model.Save(model, first.Schema, source);

        var (train, validation, test) = (
            frames(pose, f => f >= 2000 && f % 50 == 0),
            frames(pose, f => f >= 2000 && f % 100 == 10),
            frames(pose, f => f >= 2000 && f % 20 == 0 && f % 100 != 0)
        );
        List<TrainingProgress> Train(string name, StartOptions? start)
        {
            var epochs = new Epochs();
            var given = options(seed, share);
            using var model = pose.TopDown(
                    given with
                    {
                        Centroid = given.Centroid with { Training = With(given.Centroid.Training) },
                        CenteredInstance = given.CenteredInstance with
                        {
                            Training = With(given.CenteredInstance.Training),
                        },
                    }
                )
                .Fit(train, validation);
            var metrics = pose.Evaluate(model.Transform(test));
            Console.WriteLine($"  seed {seed}, {name}: {metrics}");
            report(name, metrics);
            return epochs.All;

            TrainerOptions With(TrainerOptions training) => training with { Start = start, Progress = epochs };
        }

        var (scratch, started) = (Train("from scratch", null), Train("from the model", new(source)));
        foreach (var network in scratch.GroupBy(epoch => epoch.Model))
        {
            var own = started.Where(epoch => epoch.Model == network.Key).ToList();
            var (end, reached) = (network.Last(), own.Find(e => e.ValidationError <= network.Last().ValidationError));
            // The goal: a quarter of the steps at most.
            var text = reached is null
                ? "not reached from the model"
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"after {reached.Step} from the model ({(double)reached.Step / end.Step:0%} of the steps)"
                );
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  seed {seed}, {network.Key}: {end.ValidationError:0.00} px after {end.Step} steps from scratch, "
                        + $"{text}; at the end {own[^1].ValidationError:0.00} px from the model"
                )
            );
        }
    }

    private sealed class Epochs : IProgress<TrainingProgress>
    {
        private readonly ConsoleProgress _console = new();

        public List<TrainingProgress> All { get; } = [];

        public void Report(TrainingProgress value)
        {
            All.Add(value);
            _console.Report(value);
        }
    }
}
