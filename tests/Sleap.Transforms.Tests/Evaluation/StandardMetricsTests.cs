using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

/// <summary>Where the standard rules and sleap-nn's part.</summary>
public sealed class StandardMetricsTests
{
    private static readonly Skeleton Triangle = new("triangle", ["a", "b", "c"]);

    [Fact]
    public void AFalsePositiveWithAHighScoreLowersAveragePrecision()
    {
        (TestInstance[], TestInstance[]) frame = ([Animal(0)], [Animal(500, score: 0.9f), Animal(0, score: 0.5f)]);
        // Ranked: wrong, right. Precision 1/2 at every recall.
        Assert.Equal(0.5, Compare(EvaluationRules.Standard, frame).Oks.MeanAP, 12);
        Assert.Equal(0.5, Compare(EvaluationRules.Standard, frame).Pck.MeanAP, 12);
        Assert.Equal(1, Compare(EvaluationRules.Standard, frame).Oks.MeanAR, 12);
        // sleap-nn pairs the true animal with the one prediction whose OKS is above 0, and forgets the other.
        Assert.Equal(1, Compare(EvaluationRules.SleapNN, frame).Oks.MeanAP, 12);
    }

    [Fact]
    public void AFalsePositiveWithALowScoreCostsNothing() =>
        Assert.Equal(
            1,
            Compare(
                EvaluationRules.Standard,
                ([Animal(0)], [Animal(500, score: 0.1f), Animal(0, score: 0.5f)])
            ).Oks.MeanAP,
            12
        );

    [Fact]
    public void AMissedAnimalCostsRecallMeanOksAndPck()
    {
        var metrics = Compare(EvaluationRules.Standard, ([Animal(0), Animal(300)], [Animal(0)]));
        Assert.Equal((0.5, 0.5, 0.5), (metrics.Oks.MeanAR, metrics.MeanOks, metrics.PckCurve.Mean));
        // Precision is 1 up to recall 0.5: 51 of 101 points.
        Assert.Equal(51.0 / 101, metrics.Oks.MeanAP, 12);
        var theirs = Compare(EvaluationRules.SleapNN, ([Animal(0), Animal(300)], [Animal(0)]));
        Assert.Equal((0.5, 1.0, 1.0), (theirs.Oks.MeanAR, theirs.MeanOks, theirs.PckCurve.Mean));
    }

    [Fact]
    public void ABadPredictionOfAHighScoreDoesNotTakeTheAnimalOfAGoodOne()
    {
        // The first is too far off for any threshold; COCO leaves the true animal to the second.
        (TestInstance[], TestInstance[]) frame = ([Animal(0)], [Animal(3, score: 0.9f), Animal(0, score: 0.5f)]);
        Assert.Equal(1, Compare(EvaluationRules.Standard, frame).Oks.MeanAR, 12);
        Assert.Equal(0, Compare(EvaluationRules.SleapNN, frame).Oks.MeanAR, 12);
    }

    [Fact]
    public void ANodeThatTheLabelsLackIsNoMissInPck()
    {
        TestInstance truth = new([0, 0, 10, 0, float.NaN, float.NaN]),
            predicted = new([0, 0, 10, 0, 10, 10], 1);
        Assert.Equal(1, Compare(EvaluationRules.Standard, ([truth], [predicted])).PckCurve.Mean);
        Assert.Equal(2.0 / 3, Compare(EvaluationRules.SleapNN, ([truth], [predicted])).PckCurve.Mean, 12);
    }

    [Fact]
    public void AnAnimalWithoutAreaIsJudgedByDistance()
    {
        TestInstance line = new([0, 0, 10, 0, float.NaN, float.NaN], 1);
        TestInstance moved = new([0, 5, 10, 5, float.NaN, float.NaN], 1);
        Assert.Equal(0.9, Compare(EvaluationRules.Standard, ([line], [moved])).MeanOks, 12);
    }

    [Fact]
    public void ASpreadOfOneNodeCountsForItAlone()
    {
        var options = new EvaluationOptions { NodeOksStddev = ImmutableDictionary<string, double>.Empty.Add("b", 10) };
        // All nodes off by 5 of an area of 100: exp(−25 / (0.05² · 200)) is 0, and node b forgives.
        Assert.Equal(
            1.0 / 3,
            new EvaluationSimilarity(Triangle, options).Oks(
                TestInstance.Frame(Animal(0)),
                TestInstance.Frame(Animal(5))
            )[0, 0],
            3
        );
    }

    [Fact]
    public void CentroidsAreHitsWithinTheRadius()
    {
        var metrics = Compare(
            EvaluationRules.Standard,
            ([Animal(0), Animal(200)], [Animal(20), Animal(300), Animal(400)])
        ).Centroids;
        Assert.Equal((1, 2, 1), (metrics.TruePositives, metrics.FalsePositives, metrics.FalseNegatives));
        Assert.Equal((1.0 / 3, 0.5, 0.4), (metrics.Precision, metrics.Recall, metrics.F1));
        Assert.Equal(20, metrics.Error.Mean, 6);
    }

    [Fact]
    public void CentroidModelsAreJudgedByPlace()
    {
        var truth = Poses.Labels(
            (
                0,
                [
                    Poses.Animal(Poses.Mouse, false, null, 0, 0, 30, 0, 60, 0),
                    Poses.Animal(Poses.Mouse, false, null, 200, 0, 230, 0, 260, 0),
                ]
            )
        );
        var dot = new Skeleton("centroid", ["centroid"]);
        Labels predicted = new([
            new LabeledFrame
            {
                Video = truth.Videos[0],
                FrameIndex = 0,
                Instances = [Poses.Animal(dot, true, null, 33, 4), Poses.Animal(dot, true, null, 500, 0)],
            },
        ]);
        var pose = new Microsoft.ML.MLContext(1).Pose();
        var means = pose.EvaluateCentroids(truth, predicted);
        Assert.Equal(
            (1, 1, 1, 5.0),
            (means.TruePositives, means.FalsePositives, means.FalseNegatives, means.Error.Mean)
        );
        // From the snout it is too far.
        Assert.Equal(
            0,
            pose.EvaluateCentroids(
                truth,
                predicted,
                new EvaluationOptions { CentroidNode = "snout", CentroidRadius = 30 }
            ).TruePositives
        );
        Assert.Contains("1 found, 1 missed, 1 spurious; mean 5.00 px", means.ToString());
    }

    [Fact]
    public void FramesAreToldOneByOne()
    {
        var metrics = Compare(EvaluationRules.Standard, ([Animal(0)], [Animal(3)]), ([Animal(0)], []));
        Assert.Equal(
            [
                new FrameError("v", 0, 1, 1, 0, 0, 3, 3, 3, 3),
                new FrameError("v", 1, 1, 0, 1, 0, 3, 0, double.NaN, double.NaN),
            ],
            metrics.PerFrame.ToArray()
        );
    }

    [Fact]
    public void TheTableAndTheJsonSayTheSame()
    {
        var metrics = Compare(
            EvaluationRules.Standard,
            ([Animal(0) with { Track = "x" }], [Animal(3) with { Track = "x" }]),
            ([Animal(0) with { Track = "y" }], [])
        );
        var json = JsonNode.Parse(metrics.ToJson().ToJsonString())!;
        Assert.Equal(
            (3.0, 3.0, 6, 3),
            (
                (double)json["distances"]!["mean_px"]!,
                (double)json["nodes"]!["a"]!["p75_px"]!,
                (int)json["distances"]!["visible"]!,
                (int)json["distances"]!["found"]!
            )
        );
        Assert.Equal(1.0, (double)json["identity"]!["accuracy"]!);
        Assert.Equal(2, (int)json["tracks"]!["true_tracks"]!);
        var table = metrics.ToTable();
        Assert.Contains("node  found/visible  mean px", table);
        Assert.Contains("all             3/6     3.00", table);
        Assert.Contains("1 missed, 0 spurious", table);
        // Without anything there are no numbers, and JSON has none.
        Assert.Null(JsonNode.Parse(Compare(EvaluationRules.Standard).ToJson().ToJsonString())!["mOKS"]);
    }

    [Fact]
    public void OptionsAreCheckedTogether()
    {
        var faults = Assert
            .Throws<ArgumentException>(() =>
                new EvaluationOptions
                {
                    Radius = double.NaN,
                    OksStddev = 0,
                    TrackOks = 2,
                    PairOks = -1,
                    PckThresholds = [2, 1],
                    CentroidNode = "",
                    OksScale = -3,
                }.Checked()
            )
            .Message;
        foreach (
            var name in new[]
            {
                "Radius is NaN",
                "OksStddev is 0",
                "TrackOks is 2",
                "PairOks is -1",
                "PckThresholds",
                "CentroidNode",
                "OksScale is -3",
            }
        )
        {
            Assert.Contains(name, faults);
        }

        Assert.Contains(
            "no node tail",
            Assert
                .Throws<ArgumentException>(() => new EvaluationOptions { CentroidNode = "tail" }.Checked(Triangle))
                .Message
        );
    }

    private static TestInstance Animal(float x, float score = 1) => new([x, 0, x + 10, 0, x + 10, 10], score);

    private static PoseMetrics Compare(
        EvaluationRules rules,
        params (TestInstance[] Truth, TestInstance[] Predicted)[] frames
    )
    {
        var comparison = new PoseComparison(Triangle, new EvaluationOptions { Rules = rules });
        for (var frame = 0; frame < frames.Length; frame++)
        {
            var (truth, predicted) = frames[frame];
            comparison.Add("v", frame, TestInstance.Frame(truth), TestInstance.Frame(predicted));
        }

        return comparison.Result();
    }
}
