using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

/// <summary>Track metrics: against sleap-nn 0.3.5 (tests/golden/ops), and by hand.</summary>
public sealed class TrackMetricsTests
{
    private static readonly string Folder = Path.Combine(TestFolder.Repository, "tests", "golden", "ops");
    private static readonly JsonNode Golden = JsonNode.Parse(
        File.ReadAllText(Path.Combine(Folder, "evaluation.json"))
    )!;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void FiguresAreSleapNNs(int run)
    {
        JsonNode golden = Golden["mot"]![run]!,
            expected = golden["mot"]!;
        var metrics = Compare(
            new EvaluationOptions
            {
                OksStddev = (double?)golden["args"]!["oks_stddev"] ?? 0.025,
                TrackOks = (double?)golden["args"]!["match_threshold"] ?? 0.5,
            }
        );
        Same(expected, "mota", metrics.MOTA);
        Same(expected, "motp", metrics.MOTP);
        Same(expected, "moda", metrics.MODA);
        Assert.Equal(
            new[]
            {
                "idsw",
                "frag",
                "mt",
                "pt",
                "ml",
                "clr_tp",
                "clr_fn",
                "clr_fp",
                "idtp",
                "n_gt_dets",
                "n_pred_dets",
            }.Select(name => (int)expected[name]!),
            [
                metrics.Switches,
                metrics.Fragmentations,
                metrics.MostlyTracked,
                metrics.PartlyTracked,
                metrics.MostlyLost,
                metrics.TruePositives,
                metrics.FalseNegatives,
                metrics.FalsePositives,
                metrics.IdentityTruePositives,
                metrics.TrueDetections,
                metrics.PredictedDetections,
            ]
        );
        Same(expected, "idf1", metrics.IDF1);
        Same(expected, "idp", metrics.IDP);
        Same(expected, "idr", metrics.IDR);
        Same(expected, "hota", metrics.HOTA);
        Same(expected, "det_a", metrics.DetA);
        Same(expected, "ass_a", metrics.AssA);
        Same(expected, "loc_a", metrics.LocA);
        foreach (
            (var name, var values) in new (string, IReadOnlyList<double>)[]
            {
                ("hota_alpha", metrics.HOTAs),
                ("det_a_alpha", metrics.DetAs),
                ("ass_a_alpha", metrics.AssAs),
                ("loc_a_alpha", metrics.LocAs),
            }
        )
        {
            for (var a = 0; a < values.Count; a++)
                Assert.Equal((double)expected[name]![a]!, values[a], 1e-9);
        }
    }

    [Fact]
    public void IdentityFiguresAreSleapNNs()
    {
        var expected = Golden["identity"]![0]!["identity"]!;
        var metrics = Compare(new EvaluationOptions());
        Same(expected, "mean_gt_coverage", metrics.Coverage);
        Same(expected, "mean_track_purity", metrics.Purity);
        Assert.Equal(
            ((int)expected["n_gt_tracks"]!, (int)expected["n_pred_tracks"]!),
            (metrics.TrueTracks, metrics.PredictedTracks)
        );
    }

    [Fact]
    public void FiguresFromSimilaritiesAreTheReferences()
    {
        JsonNode golden = Golden["mot_from_similarity"]!,
            expected = golden["result"]!;
        List<TrackedFrame> frames = [];
        for (var f = 0; f < golden["gt_ids"]!.AsArray().Count; f++)
        {
            int[] truth = [.. golden["gt_ids"]![f]!.AsArray().Select(id => (int)id!)],
                predicted = [.. golden["pred_ids"]![f]!.AsArray().Select(id => (int)id!)];
            var similarity = new double[truth.Length, predicted.Length];
            for (var t = 0; t < truth.Length; t++)
            {
                for (var p = 0; p < predicted.Length; p++)
                    similarity[t, p] = (double)golden["similarity"]![f]![t]![p]!;
            }

            frames.Add(new TrackedFrame(truth, predicted, similarity));
        }
        var metrics = TrackComparison.Compute(frames, (double)golden["threshold"]!);
        Assert.Equal(
            new[] { "CLR_TP", "CLR_FN", "CLR_FP", "IDSW", "MT", "PT", "ML", "Frag", "IDTP" }.Select(name =>
                (int)expected[name]!
            ),
            [
                metrics.TruePositives,
                metrics.FalseNegatives,
                metrics.FalsePositives,
                metrics.Switches,
                metrics.MostlyTracked,
                metrics.PartlyTracked,
                metrics.MostlyLost,
                metrics.Fragmentations,
                metrics.IdentityTruePositives,
            ]
        );
        Same(expected, "MOTA", metrics.MOTA);
        Same(expected, "MOTP", metrics.MOTP);
        Same(expected, "IDF1", metrics.IDF1);
        for (var a = 0; a < 19; a++)
        {
            Assert.Equal((double)expected["HOTA"]![a]!, metrics.HOTAs[a], 1e-9);
            Assert.Equal((double)expected["AssA"]![a]!, metrics.AssAs[a], 1e-9);
            Assert.Equal((double)expected["LocA"]![a]!, metrics.LocAs[a], 1e-9);
        }
    }

    [Fact]
    public void TwoNamesChangedIsTwoSwitches()
    {
        var metrics = Made(4, frame => frame < 2 ? ("a", "b") : ("b", "a"));
        Assert.Equal(
            (2, 0, 8, 1.0, 4),
            (
                metrics.Switches,
                metrics.Fragmentations,
                metrics.TruePositives,
                metrics.MODA,
                metrics.IdentityTruePositives
            )
        );
        Assert.Equal(0.75, metrics.MOTA);
        Assert.Equal(0.5, metrics.IDF1);
        // Of four pairs of tracks each has 2 frames of 4 + 4: 2 / (4 + 4 − 2).
        Assert.Equal(Math.Sqrt(1.0 / 3), metrics.HOTA, 9);
    }

    [Fact]
    public void PerfectTracksOfOtherNamesArePerfect()
    {
        var metrics = Made(4, _ => ("left", "right"));
        Assert.Equal((1, 1, 1, 0), (metrics.MOTA, metrics.IDF1, Math.Round(metrics.HOTA, 12), metrics.Switches));
    }

    [Fact]
    public void AnimalsWithoutATrackDoNotCountAsTruth()
    {
        var comparison = new TrackComparison(0.5);
        comparison.Add(
            "v",
            0,
            TestInstance.Frame(Square(0, "x"), Square(100, null)),
            TestInstance.Frame(Square(0, "a"), Square(100, "b"), Square(300, null)),
            new double[,]
            {
                { 1, 0, 0 },
                { 0, 1, 0 },
            }
        );
        var metrics = comparison.Result()!;
        // "b" is the untracked animal's; the one at 300 is a false alarm.
        Assert.Equal(
            (1, 2, 1, 1),
            (metrics.TrueDetections, metrics.PredictedDetections, metrics.TruePositives, metrics.FalsePositives)
        );
    }

    [Fact]
    public void WithoutTracksThereAreNoFigures()
    {
        var comparison = new TrackComparison(0.5);
        comparison.Add(
            "v",
            0,
            TestInstance.Frame(Square(0, "x")),
            TestInstance.Frame(Square(0, null)),
            new double[,]
            {
                { 1 },
            }
        );
        Assert.Null(comparison.Result());
    }

    private static TestInstance Square(float x, string? track) => new([x, 0, x + 10, 0, x + 10, 10], Track: track);

    private static TrackMetrics Made(int frames, Func<int, (string First, string Second)> names)
    {
        var comparison = new TrackComparison(0.5);
        // Out of order on purpose.
        foreach (var frame in Enumerable.Range(0, frames).Reverse())
        {
            (var first, var second) = names(frame);
            comparison.Add(
                "v",
                frame,
                TestInstance.Frame(Square(0, "x"), Square(100, "y")),
                TestInstance.Frame(Square(0, first), Square(100, second)),
                new double[,]
                {
                    { 1, 0 },
                    { 0, 1 },
                }
            );
        }
        return comparison.Result()!;
    }

    private static TrackMetrics Compare(EvaluationOptions options)
    {
        var inputs = new Tensors(Path.Combine(Folder, "evaluation_inputs.safetensors"));
        var comparison = new PoseComparison(new Skeleton("five", ["head", "neck", "left", "right", "tail"]), options);
        TestInstance[] truth = Tracked(inputs, "gt"),
            predicted = Tracked(inputs, "pr");
        int[] trueFrames = inputs.Integers("mot/gt_frame_idx"),
            predictedFrames = inputs.Integers("mot/pr_frame_idx");
        for (var frame = 0; frame < 30; frame++)
        {
            comparison.Add(
                "v",
                frame,
                TestInstance.Frame([.. truth.Where((_, i) => trueFrames[i] == frame)]),
                TestInstance.Frame([.. predicted.Where((_, i) => predictedFrames[i] == frame)])
            );
        }

        return comparison.Result().Tracks!;
    }

    private static TestInstance[] Tracked(Tensors inputs, string side) =>
        [
            .. SleapNNMetricsTests
                .Instances(inputs.Singles($"mot/{side}_points"), null, 5)
                .Zip(
                    inputs.Integers($"mot/{side}_track"),
                    (instance, track) => instance with { Track = $"track_{track}" }
                ),
        ];

    private static void Same(JsonNode expected, string name, double actual) =>
        Assert.Equal((double)expected[name]!, actual, 1e-9);
}
