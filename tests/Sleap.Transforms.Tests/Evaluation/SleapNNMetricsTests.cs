using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

/// <summary>The figures that sleap-nn 0.3.5 gives for the same animals (tests/golden/ops).</summary>
public sealed class SleapNNMetricsTests
{
    // The same doubles, summed in another order.
    private const double Tolerance = 1e-9;

    private static readonly string Folder = Path.Combine(TestFolder.Repository, "tests", "golden", "ops");
    private static readonly JsonNode Golden = JsonNode.Parse(
        File.ReadAllText(Path.Combine(Folder, "evaluation.json"))
    )!;
    private static readonly Tensors Inputs = new(Path.Combine(Folder, "evaluation_inputs.safetensors"));

    public static IEnumerable<object[]> Runs() =>
        from name in new[] { "made", "centered_pair" }
        from run in Enumerable.Range(0, 4)
        select new object[] { name, run };

    public static IEnumerable<object[]> CentroidRuns() =>
        from name in new[] { "made", "centered_pair" }
        from run in new[] { 4, 5 }
        select new object[] { name, run };

    [Theory]
    [MemberData(nameof(Runs))]
    public void FiguresAreSleapNNs(string name, int run)
    {
        var golden = Golden[name]!["runs"]![run]!;
        var metrics = Compare(name, Options(golden["args"]!));
        var expected = golden["metrics"]!;
        Assert.Equal((int)golden["n_positive_pairs"]!, metrics.Instances - metrics.Missed);
        Assert.Equal((int)golden["n_false_negatives"]!, metrics.Missed);
        CheckPrecision(expected["voc_metrics"]!, "oks_voc", metrics.Oks);
        CheckPrecision(expected["voc_metrics"]!, "pck_voc", metrics.Pck);
        Same(expected["mOKS"]!["mOKS"]!, metrics.MeanOks);
        var distances = expected["distance_metrics"]!;
        Same(distances["avg"]!, metrics.All.Mean);
        Same(distances["p50"]!, metrics.All.P50);
        Same(distances["p75"]!, metrics.All.P75);
        Same(distances["p90"]!, metrics.All.P90);
        Same(distances["p95"]!, metrics.All.P95);
        Same(distances["p99"]!, metrics.All.P99);
        var pck = expected["pck_metrics"]!;
        Same(pck["thresholds"]!, metrics.PckCurve.Thresholds);
        Same(pck["mPCK_parts"]!, metrics.PckCurve.NodeMeans);
        Same(pck["mPCK"]!, metrics.PckCurve.Mean);
        Same(pck["PCK@5"]!, metrics.PckCurve.Shares[4]);
        Same(pck["PCK@10"]!, metrics.PckCurve.Shares[9]);
        var visibility = expected["visibility_metrics"]!;
        Assert.Equal(
            ((int)visibility["tp"]!, (int)visibility["fp"]!, (int)visibility["tn"]!, (int)visibility["fn"]!),
            (
                metrics.Visibility.TruePositives,
                metrics.Visibility.FalsePositives,
                metrics.Visibility.TrueNegatives,
                metrics.Visibility.FalseNegatives
            )
        );
        Same(visibility["precision"]!, metrics.Visibility.Precision);
        Same(visibility["recall"]!, metrics.Visibility.Recall);
    }

    [Theory]
    [MemberData(nameof(CentroidRuns))]
    public void CentroidsAreSleapNNs(string name, int run)
    {
        var golden = Golden[name]!["runs"]![run]!;
        var node = golden["args"]!["anchor_ind"] is { } anchor ? (int)anchor : -1;
        // The predictions of these runs have one node, the mean of the visible ones; only true animals have the anchor.
        (CentroidComparison truths, CentroidComparison means) = (new(node, 0), new(-1, 0));
        var comparison = new CentroidComparison(-1, (double)golden["args"]!["match_threshold"]!);
        foreach ((_, var truth, var predicted) in Frames(name).Where(frame => frame.Predicted.Length > 0))
        {
            comparison.Add(
                truths.Centroids(TestInstance.Frame(truth)),
                [
                    .. means
                        .Centroids(TestInstance.Frame(predicted))
                        .Select(c => ((double)(float)c.X, (double)(float)c.Y)),
                ]
            );
        }

        var metrics = comparison.Result();
        var expected = golden["metrics"]!["detection_metrics"]!;
        Assert.Equal(
            ((int)expected["n_tp"]!, (int)expected["n_fp"]!, (int)expected["n_fn"]!),
            (metrics.TruePositives, metrics.FalsePositives, metrics.FalseNegatives)
        );
        Same(expected["precision"]!, metrics.Precision);
        Same(expected["recall"]!, metrics.Recall);
        Same(expected["f1"]!, metrics.F1);
        // NumPy's float32 mean adds in another order: a step of float32 at 500 pixels, as a difference of distances.
        Assert.Equal((double)expected["avg"]!, metrics.Error.Mean, 1e-4);
        Assert.Equal((double)expected["p99"]!, metrics.Error.P99, 1e-4);
    }

    /// <summary>The standard rules, against tests/golden/evaluation/coco.py.</summary>
    [Theory]
    [InlineData("made")]
    [InlineData("centered_pair")]
    public void StandardPrecisionIsCocos(string name)
    {
        var expected = JsonNode.Parse(
            File.ReadAllText(Path.Combine(TestFolder.Repository, "tests", "golden", "evaluation", "coco.json"))
        )![name]!;
        var metrics = Compare(name, new EvaluationOptions());
        Same(expected["AP"]!, metrics.Oks.AP);
        Same(expected["AR"]!, metrics.Oks.AR);
    }

    [Fact]
    public void OksIsTheReferences()
    {
        InstanceArray truth = TestInstance.Frame(Instances(Inputs.Singles("oks/points_gt"), null, 5)),
            predicted = TestInstance.Frame(Instances(Inputs.Singles("oks/points_pr"), null, 5));
        foreach (var golden in Golden["compute_oks"]!.AsArray().Where(one => one!["args"]!["use_cocoeval"] is null))
        {
            var args = golden!["args"]!;
            var options = new EvaluationOptions
            {
                OksStddev = (double?)args["stddev"] ?? 0.025,
                OksScale = (double?)args["scale"],
            };
            var oks = new EvaluationSimilarity(Five, options).Oks(truth, predicted);
            for (var t = 0; t < truth.Count; t++)
            {
                for (var p = 0; p < predicted.Count; p++)
                    Assert.Equal((double)golden["oks"]![t]![p]!, oks[t, p], 1e-12);
            }
        }
        Assert.Equal(
            Golden["compute_instance_area"]!.AsArray().Select(area => (double)area!),
            truth.Select(instance => Box.Around(instance.Points).Area)
        );
        double[][] byDistance =
        [
            .. truth.Select(t => predicted.Select(p => EvaluationSimilarity.ByDistance(t, p)).ToArray()),
        ];
        for (var t = 0; t < truth.Count; t++)
            Same(Golden["compute_distance_match_score"]![t]!, byDistance[t]);
    }

    [Fact]
    public void PairsOfTheFirstFramesAreTheReferences()
    {
        var similarity = new EvaluationSimilarity(Five, new EvaluationOptions());
        foreach (
            (var golden, var frame) in Golden["made"]!["match_instances_first_frames"]!.AsArray().Zip(Frames("made"))
        )
        {
            var predicted = TestInstance.Frame(frame.Predicted);
            var oks = similarity.Oks(TestInstance.Frame(frame.Truth), predicted);
            var partners = InstancePairing.ByScore(predicted.Scores, oks, 0);
            Assert.Equal(
                golden!["missed_gt"]!.AsArray().Select(t => (int)t!),
                partners.Index().Where(p => p.Item < 0).Select(p => p.Index)
            );
            foreach (var pair in golden["pairs_gt_pr_oks"]!.AsArray())
            {
                Assert.Equal((int)pair![1]!, partners[(int)pair[0]!]);
                Same(pair[2]!, oks[(int)pair[0]!, (int)pair[1]!]);
            }
        }
    }

    private static Skeleton Five => new("five", ["head", "neck", "left", "right", "tail"]);

    private static EvaluationOptions Options(JsonNode args) =>
        new()
        {
            Rules = EvaluationRules.SleapNN,
            OksStddev = (double?)args["oks_stddev"] ?? 0.025,
            OksScale = (double?)args["oks_scale"],
            PairOks = (double?)args["match_threshold"] ?? 0,
        };

    private static PoseMetrics Compare(string name, EvaluationOptions options)
    {
        var skeleton = new Skeleton(
            name,
            Inputs.Calls[name]!["args"]!["nodes"]!.AsArray().Select(node => (string)node!)
        );
        var comparison = new PoseComparison(skeleton, options);
        // sleap-nn leaves out frames without a prediction.
        foreach (
            (var frame, var truth, var predicted) in Frames(name)
                .Where(f => f.Predicted.Length > 0 || options.Rules == EvaluationRules.Standard)
        )
        {
            comparison.Add("v", frame, TestInstance.Frame(truth), TestInstance.Frame(predicted));
        }

        return comparison.Result();
    }

    private static IEnumerable<(int Frame, TestInstance[] Truth, TestInstance[] Predicted)> Frames(string name)
    {
        var nodes = Inputs.Calls[name]!["args"]!["nodes"]!.AsArray().Count;
        int[] trueFrames = Inputs.Integers(name + "/gt_frame_idx"),
            predictedFrames = Inputs.Integers(name + "/pr_frame_idx");
        TestInstance[] truth = Instances(Inputs.Singles(name + "/gt_points"), null, nodes),
            predicted = Instances(Inputs.Singles(name + "/pr_points"), Inputs.Singles(name + "/pr_scores"), nodes);
        foreach (var frame in trueFrames.Distinct())
        {
            yield return (
                frame,
                [.. truth.Where((_, i) => trueFrames[i] == frame)],
                [.. predicted.Where((animal, i) => predictedFrames[i] == frame && animal.Points.Any(float.IsFinite))]
            );
        }
    }

    internal static TestInstance[] Instances(float[] points, float[]? scores, int nodes) =>
        [.. points.Chunk(nodes * 2).Select((own, i) => new TestInstance(own, scores?[i] ?? float.NaN))];

    private static void CheckPrecision(JsonNode expected, string name, AveragePrecision actual)
    {
        Same(expected[name + ".match_score_thresholds"]!, actual.Thresholds);
        Same(expected[name + ".AP"]!, actual.AP);
        Same(expected[name + ".AR"]!, actual.AR);
        Same(expected[name + ".mAP"]!, actual.MeanAP);
        Same(expected[name + ".mAR"]!, actual.MeanAR);
    }

    private static void Same(JsonNode expected, IReadOnlyList<double> actual)
    {
        Assert.Equal(expected.AsArray().Count, actual.Count);
        for (var i = 0; i < actual.Count; i++)
            Same(expected[i]!, actual[i]);
    }

    private static void Same(JsonNode expected, double actual) => Assert.Equal((double)expected, actual, Tolerance);
}
