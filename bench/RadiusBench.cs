using System.Globalization;
using Microsoft.ML;
using Sleap.IO;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Bench;

/// <summary>
/// How often the true place lies within the radius of <c>pose.KeypointRadius</c>: learned on one half of frames that did
/// not train and tested on the other, 20 times; and learned on frames between those of the training and tested on later
/// ones. Usage: radius [MODEL], a top-down model of the protocol; without it one is trained for 500 steps.
/// </summary>
internal static class RadiusBench
{
    private const int Splits = 20;

    public static int Run(string[] words)
    {
        var recording = Recording.Flies;
        var ml = new MLContext(1);
        var pose = ml.Pose();
        IDataView View(IEnumerable<int> frames) =>
            pose.FromLabels(
                new Labels(frames.Where(recording.Truth.ContainsKey).Select(frame => recording.Truth[frame]))
            );
        var (between, later) = (
            Every(recording.Pool, 40, 10),
            Every(3000, 10, 0).Where(f => f >= recording.Pool).ToArray()
        );
        using var model = words is [var path]
            ? (PoseModelTransformer)ml.Model.Load(path, out _)
            : recording.TopDown(pose, View(Every(recording.Pool, 20, 0)), 1, 500);
        // Predicted once: splits choose among the rows.
        var predicted = ml.Data.Cache(
            ml.Transforms.SelectColumns(
                    "Video",
                    "FrameIndex",
                    "Keypoints",
                    "PredictedKeypoints",
                    "KeypointScore",
                    "InstanceScore"
                )
                .Fit(model.Transform(View(between)))
                .Transform(model.Transform(View([.. between, .. later])))
        );
        List<double> shares = [];
        for (var split = 0; split < Splits; split++)
        {
            var drawn = later.ToArray();
            new Random(split).Shuffle(drawn);
            shares.Add(Share(drawn[..(drawn.Length / 2)], drawn[(drawn.Length / 2)..]));
        }
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  halves of {later.Length} later frames: {shares.Average():0.000} on average, {shares.Min():0.000} to {shares.Max():0.000}"
            )
        );
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  learned on {between.Length} frames between those of the training, tested on later ones: {Share(between, later):0.000}"
            )
        );
        return 0;

        double Share(int[] learned, int[] tested)
        {
            var (known, asked) = (learned.ToHashSet(), tested.ToHashSet());
            var radius = pose.KeypointRadius().Fit(pose.Split(predicted, (_, frame) => known.Contains(frame)).TestSet);
            var rows = radius.Transform(pose.Split(predicted, (_, frame) => asked.Contains(frame)).TestSet);
            var (truth, found) = (
                PoseColumn.BindLabels(rows.Schema, new(), "bench"),
                PoseColumn.BindPredicted(rows.Schema, new(), "bench")
            );
            using var cursor = rows.GetRowCursor(rows.Schema);
            var (labels, poses, radii) = (
                truth.Open(cursor),
                found.Open(cursor),
                RowValues.Open<float>(cursor, rows.Schema["KeypointRadius"])
            );
            var (within, all) = (0, 0);
            while (cursor.MoveNext())
            {
                var (right, guessed, around) = (labels(), poses(), radii());
                foreach (var (one, partner) in InstancePairing.ByDistance(right, guessed).Index())
                {
                    for (var node = 0; partner >= 0 && node < right.Nodes; node++)
                    {
                        var distance = KeypointSimilarity.Distance(right[one].Points, guessed[partner].Points, node);
                        if (double.IsNaN(distance))
                            continue;
                        all++;
                        within += distance <= around[partner * right.Nodes + node] ? 1 : 0;
                    }
                }
            }
            return (double)within / all;
        }
    }

    private static int[] Every(int below, int step, int first) =>
        [.. Enumerable.Range(0, below).Where(frame => frame % step == first)];
}
