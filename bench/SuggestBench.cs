using System.Globalization;
using Microsoft.ML;
using Sleap.IO;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Bench;

/// <summary>
/// Labels frames that <c>pose.Suggest</c> chooses beside random ones, round by round, and compares the errors of the
/// models on later frames of the recording. Truth is what the recording's labels say. Usage: suggest [flies|pair]
/// [--seeds N] [--seed FIRST] [--steps N].
/// </summary>
/// <remarks>
/// Each model is trained from nothing for the same number of steps; one centroid network, of the first labels, serves
/// all. `pair` is for choices, `flies` for reports.
/// </remarks>
internal static class SuggestBench
{
    private static readonly int[] Rounds = [5, 10, 15, 20, 25];

    public static int Run(string[] words)
    {
        var recording = words.Contains("pair") ? Recording.Pair : Recording.Flies;
        var (seeds, first, steps) = (
            Recording.Number(words, "--seeds", 1),
            Recording.Number(words, "--seed", 1),
            Recording.Number(words, "--steps", 400)
        );
        var (truth, pool) = (recording.Truth, recording.Pool);
        for (var seed = first; seed < first + seeds; seed++)
        {
            var ml = new MLContext(seed);
            var pose = ml.Pose();
            var random = new Random(seed);
            int[] order = [.. truth.Keys.Where(frame => frame < pool).Order()];
            random.Shuffle(order);
            var test = View(Enumerable.Range(0, 50).Select(i => pool + (i * (truth.Keys.Max() - pool) / 50)));
            using var centroid = recording.Centroid(pose, View(order[..Rounds[0]]), seed, 300);
            using var start = Fit(order[..Rounds[0]]);
            Report("start", Rounds[0], start);
            var model = start;
            List<int> suggested = [.. order[..Rounds[0]]];
            foreach (var size in Rounds[1..])
            {
                using (var plain = Fit(order[..size]))
                    Report("random", size, plain);
                var chosen = pose.Suggest(
                    model,
                    [recording.Video],
                    size - suggested.Count,
                    new()
                    {
                        Labels = new Labels(suggested.Select(frame => truth[frame])),
                        Frames = order,
                        Candidates = 500,
                    }
                );
                suggested.AddRange(chosen.Select(frame => frame.FrameIndex));
                if (model != start)
                    model.Dispose();
                model = Fit(suggested);
                Report("suggested", size, model);
            }
            if (model != start)
                model.Dispose();

            IDataView View(IEnumerable<int> frames) =>
                pose.FromLabels(new Labels(frames.Where(truth.ContainsKey).Order().Select(frame => truth[frame])));
            TopDownTransformer Fit(IEnumerable<int> frames)
            {
                using var centered = recording.Centered(pose, View(frames), seed, steps);
                return pose.TopDown(centroid, centered);
            }
            void Report(string name, int count, PoseModelTransformer trained)
            {
                var all = pose.Evaluate(trained.Transform(test)).All;
                Console.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"  seed {seed}: {count, 3} labels, {name, -9} mean {all.Mean:0.00} px, p90 {all.P90:0.0}, within 5 px {100 * all.Within:0.0} %"
                    )
                );
            }
        }
        return 0;
    }
}
