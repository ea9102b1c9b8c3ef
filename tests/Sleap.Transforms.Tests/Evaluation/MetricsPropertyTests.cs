using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

/// <summary>What holds for any animals.</summary>
public sealed class MetricsPropertyTests
{
    private static readonly Skeleton Four = new("four", ["a", "b", "c", "d"]);

    [Property(MaxTest = 150)]
    public Property SharesLieBetweenNoughtAndOne() =>
        ForAny(
            (truth, predicted) =>
            {
                foreach (var rules in Enum.GetValues<EvaluationRules>())
                {
                    var metrics = Compare(truth, predicted, rules);
                    double[] shares =
                    [
                        .. metrics.Oks.AP,
                        .. metrics.Oks.AR,
                        .. metrics.Pck.AP,
                        .. metrics.Pck.AR,
                        metrics.MeanOks,
                        .. metrics.PckCurve.Shares,
                        .. metrics.PckCurve.NodeMeans,
                        metrics.Visibility.Precision,
                        metrics.Visibility.Recall,
                        metrics.Centroids.Precision,
                        metrics.Centroids.Recall,
                        metrics.Centroids.F1,
                        metrics.All.Within,
                    ];
                    Assert.All(shares.Where(double.IsFinite), share => Assert.InRange(share, 0, 1 + 1e-12));
                    // Stricter is never better.
                    Assert.Equal(metrics.Oks.AR.OrderDescending(), metrics.Oks.AR);
                    Assert.Equal(metrics.PckCurve.Shares.Order(), metrics.PckCurve.Shares);
                    Assert.Equal(metrics.Instances, metrics.PerFrame.Sum(frame => frame.Instances));
                }
            }
        );

    [Property(MaxTest = 100)]
    public Property TheTruthIsPerfect() =>
        ForAny(
            (truth, _) =>
            {
                var metrics = Compare(truth, truth, EvaluationRules.Standard);
                if (metrics.Instances == 0)
                    return;
                Assert.Equal((0, 0, 0.0), (metrics.Missed, metrics.Spurious, metrics.All.Mean));
                Assert.Equal(
                    (1.0, 1.0, 1.0),
                    (Math.Round(metrics.Oks.MeanAP, 12), metrics.Oks.MeanAR, Math.Round(metrics.MeanOks, 12))
                );
                Assert.Equal(
                    (1.0, 1.0, 1.0),
                    (metrics.Tracks!.MOTA, metrics.Tracks.IDF1, Math.Round(metrics.Tracks.HOTA, 12))
                );
                Assert.Equal((0, 1.0), (metrics.Tracks.Switches, metrics.Identities!.Accuracy));
            }
        );

    [Property(MaxTest = 100)]
    public Property NeitherTheOrderOfAnimalsNorTheNamesOfTracksMatter() =>
        ForAny(
            (truth, predicted) =>
            {
                var before = Compare(truth, predicted, EvaluationRules.Standard);
                var after = Compare(
                    truth,
                    [
                        .. predicted.Select(frame =>
                            frame.Reverse().Select(animal => animal with { Track = animal.Track + "'" }).ToArray()
                        ),
                    ],
                    EvaluationRules.Standard
                );
                Assert.Equal(
                    (before.Missed, before.Spurious, before.Centroids.TruePositives),
                    (after.Missed, after.Spurious, after.Centroids.TruePositives)
                );
                Assert.Equal(before.All.Mean, after.All.Mean, 1e-9);
                Assert.Equal(before.Oks.MeanAP, after.Oks.MeanAP, 1e-9);
                Assert.Equal(before.Tracks?.HOTA ?? 0, after.Tracks?.HOTA ?? 0, 1e-9);
                Assert.Equal(before.Tracks?.IDF1, after.Tracks?.IDF1);
            }
        );

    private static Property ForAny(Action<TestInstance[][], TestInstance[][]> check) =>
        Prop.ForAll(
            Gen.Choose(0, 1000000).ToArbitrary(),
            seed =>
            {
                var random = new Random(seed);
                TestInstance[][] truth = [.. Enumerable.Range(0, random.Next(6)).Select(_ => Frame(random))];
                check(truth, [.. truth.Select(frame => Predicted(random, frame))]);
            }
        );

    private static TestInstance[] Frame(Random random) =>
        [.. Enumerable.Range(0, random.Next(4)).Select(animal => Animal(random, animal))];

    private static TestInstance Animal(Random random, int number)
    {
        float[] points = [.. Enumerable.Range(0, 8).Select(_ => (float)(random.NextDouble() * 60) + (number * 40))];
        if (random.Next(3) == 0)
            points.AsSpan(2 * random.Next(4), 2).Fill(float.NaN);
        // Scores that differ, so that the order of animals does not decide.
        return new TestInstance(points, (float)random.NextDouble(), $"t{number}");
    }

    private static TestInstance[] Predicted(Random random, TestInstance[] truth)
    {
        List<TestInstance> animals =
        [
            .. truth
                .Where(_ => random.Next(5) > 0)
                .Select(animal =>
                    animal with
                    {
                        Points = [.. animal.Points.Select(value => value + (float)((random.NextDouble() - 0.5) * 8))],
                        Score = (float)random.NextDouble(),
                        Track = random.Next(8) == 0 ? "other" + animal.Track : animal.Track,
                    }
                ),
        ];
        if (random.Next(3) == 0)
            animals.Add(Animal(random, 7));
        return [.. animals];
    }

    private static PoseMetrics Compare(TestInstance[][] truth, TestInstance[][] predicted, EvaluationRules rules)
    {
        var comparison = new PoseComparison(Four, new EvaluationOptions { Rules = rules, OksStddev = 0.1 });
        for (var frame = 0; frame < truth.Length; frame++)
            comparison.Add("v", frame, TestInstance.Frame(truth[frame]), TestInstance.Frame(predicted[frame]));
        return comparison.Result();
    }
}
