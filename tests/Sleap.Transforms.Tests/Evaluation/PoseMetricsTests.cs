using System.Collections.Immutable;
using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

public sealed class PoseMetricsTests
{
    private static readonly Skeleton Pair = new("pair", ["a", "b"]);

    private readonly MLContext _ml = new(1);

    [Fact]
    public void DistancesOfFoundNodes()
    {
        // Errors 3 (a), 4 (b), 0 (a); b of the second frame is missing in the prediction, a of the third in the labels.
        var metrics = Compare(
            ([P(0, 0, 10, 10)], [P(3, 0, 10, 14)]),
            ([P(5, 5, 6, 6)], [P(5, 5, float.NaN, float.NaN)]),
            ([P(float.NaN, float.NaN, 1, 1)], [P(1, 1, 1, 21)])
        );
        Assert.Equal((5, 4), (metrics.All.Visible, metrics.All.Found));
        Assert.Equal(27.0 / 4, metrics.MeanError, 9);
        Assert.Equal(Math.Sqrt((9 + 16 + 400) / 4.0), metrics.Rmse, 9);
        // numpy.percentile([0, 3, 4, 20], ...)
        Assert.Equal(3.5, metrics.All.P50, 9);
        Assert.Equal(15.2, metrics.All.P90, 9);
        Assert.Equal(17.6, metrics.All.P95, 9);
        Assert.Equal(19.52, metrics.All.P99, 9);
        Assert.Equal(3.0 / 5, metrics.All.Within, 9);
        Assert.Equal(("a", 1.5), (metrics.Nodes[0].Node, metrics.Nodes[0].Error.Mean));
        Assert.Equal((2, 12.0), (metrics.Nodes[1].Error.Found, metrics.Nodes[1].Error.Mean));
        Assert.Equal((3, 3, 0, 0), (metrics.Frames, metrics.Instances, metrics.Missed, metrics.Spurious));
    }

    [Fact]
    public void AnimalsArePairedForTheLeastSum()
    {
        // Greedy by the nearest pair would take (first, second) and leave a pair 30 apart.
        var metrics = Compare(([P(0, 0, 0, 0), P(10, 0, 10, 0)], [P(9, 0, 9, 0), P(30, 0, 30, 0)]));
        Assert.Equal((9 + 20) / 2.0, metrics.MeanError, 9);
    }

    [Fact]
    public void SilenceAndNoiseAreCounted()
    {
        var metrics = Compare(
            ([P(0, 0, 0, 0)], []),
            ([], [P(0, 0, 0, 0)]),
            ([P(0, 0, float.NaN, float.NaN)], [P(float.NaN, float.NaN, 0, 0)])
        );
        Assert.Equal((2, 2), (metrics.Missed, metrics.Spurious));
        Assert.Equal((3, 0), (metrics.All.Visible, metrics.All.Found));
        Assert.True(double.IsNaN(metrics.MeanError));
        Assert.Equal(0, metrics.All.Within);
    }

    [Fact]
    public void NothingIsNotANumber()
    {
        var metrics = Compare();
        Assert.True(double.IsNaN(metrics.All.Within));
        Assert.True(double.IsNaN(metrics.Oks.MeanAP));
        Assert.True(double.IsNaN(metrics.MeanOks));
        Assert.Null(metrics.Identities);
        Assert.Null(metrics.Tracks);
    }

    [Fact]
    public void TracksOfPairsAreCompared()
    {
        var metrics = Compare(
            (
                [P(0, 0, 0, 0) with { Track = "x" }, P(50, 0, 50, 0) with { Track = "y" }],
                [P(1, 0, 1, 0) with { Track = "x" }, P(51, 0, 51, 0) with { Track = "x" }]
            )
        );
        Assert.Equal(0.5, metrics.Identities!.Accuracy);
        Assert.Equal<string>(["x", "y"], metrics.Identities.TrueNames);
        Assert.Equal<string>(["x"], metrics.Identities.PredictedNames);
        Assert.Equal<int>([1, 0], metrics.Identities.Confusion[0]);
        Assert.Equal<int>([1, 0], metrics.Identities.Confusion[1]);
    }

    [Fact]
    public void EvaluateReadsBothColumnsOfAView()
    {
        var pose = _ml.Pose();
        var labels = pose.LoadLabels(TestFolder.OpenField);
        var same = _ml.Transforms.CopyColumns("PredictedKeypoints", "Keypoints").Fit(labels).Transform(labels);
        var perfect = pose.Evaluate(same);
        Assert.Equal(0, perfect.Rmse);
        Assert.Equal(1, perfect.All.Within);
        Assert.Equal(116, perfect.Frames);
        Assert.Equal(perfect.All.Visible, perfect.All.Found);
        Assert.Equal(["snout", "leftear", "rightear", "tailbase"], perfect.Nodes.Select(node => node.Node));
        Assert.Contains("mean 0.00 px", perfect.ToString());
    }

    [Fact]
    public void EvaluateNamesWhatIsMissing()
    {
        var pose = _ml.Pose();
        var labels = pose.LoadLabels(TestFolder.OpenField);
        Assert.Contains("'PredictedKeypoints'", Assert.Throws<ArgumentException>(() => pose.Evaluate(labels)).Message);
        Assert.Contains(
            "Radius is -1",
            Assert.Throws<ArgumentException>(() => pose.Evaluate(labels, new EvaluationOptions { Radius = -1 })).Message
        );
    }

    [Fact]
    public void LabelSetsAreMatchedByVideoFrameAndNodeName()
    {
        var turned = new Skeleton("other", ["tail", "snout", "left"]);
        var truth = Poses.Labels(
            (
                0,
                [
                    Poses.Animal(Poses.Mouse, false, null, 0, 0, 10, 10, 20, 20),
                    Poses.Animal(Poses.Mouse, true, null, 7, 7, 7, 7, 7, 7),
                ]
            ),
            (4, [Poses.Animal(Poses.Mouse, false, null, 1, 1, 2, 2, 3, 3)]),
            (5, [])
        );
        var video = Video.FromFile("elsewhere/not-there.mp4");
        LabeledFrame Frame(int index, params double[] xy) =>
            new()
            {
                Video = video,
                FrameIndex = index,
                Instances = [Poses.Animal(turned, true, null, xy)],
            };
        var metrics = _ml.Pose()
            .Evaluate(truth, new Labels([Frame(0, 20, 21, 0, 0, 10, 10), Frame(9, 0, 0, 0, 0, 0, 0)]));
        Assert.Equal((2, 2, 1, 1), (metrics.Frames, metrics.Instances, metrics.Predicted, metrics.Missed));
        Assert.Equal((6, 3), (metrics.All.Visible, metrics.All.Found));
        Assert.Equal([0, 0, 1], metrics.Nodes.Select(node => node.Error.Mean));
        // In frame 0 the one is judged by the other: snouts are at (0, 0) and (7, 7).
        Assert.Equal(7 * Math.Sqrt(2), _ml.Pose().Evaluate(truth, truth).Nodes[0].Error.Mean * 2, 9);
    }

    [Fact]
    public void NodesOfOneLabelSetAreLeftOutAndNamed()
    {
        List<string> warnings = [];
        var ml = new MLContext();
        ml.Log += (_, entry) =>
        {
            if (entry.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                warnings.Add(entry.Message);
        };
        var truth = Poses.Labels(
            (0, [Poses.Animal(Poses.Mouse, false, null, 0, 0, 10, 10, 20, 20)]),
            (1, [Poses.Animal(Poses.Mouse, false, null, double.NaN, double.NaN, 10, 10, 20, 20)])
        );
        Labels Rat(params string[] nodes)
        {
            var skeleton = new Skeleton("rat", nodes);
            LabeledFrame Frame(int index) =>
                new()
                {
                    Video = truth.Videos[0],
                    FrameIndex = index,
                    Instances = [Poses.Animal(skeleton, true, null, [.. nodes.SelectMany(_ => new[] { 3.0, 4.0 })])],
                };
            return new Labels([Frame(0), Frame(1)]);
        }

        var metrics = ml.Pose().Evaluate(truth, Rat("ear", "snout"));
        Assert.Equal(["snout"], metrics.Nodes.Select(node => node.Node));
        Assert.Equal((1, 1, 5.0), (metrics.Instances, metrics.All.Found, metrics.All.Mean));
        Assert.Equal(["left", "tail"], metrics.NodesOnlyTrue.Order());
        Assert.Equal("ear", Assert.Single(metrics.NodesOnlyPredicted));
        var warning = Assert.Single(warnings);
        foreach (var text in new[] { warning, metrics.ToTable(), metrics.ToString(), metrics.ToJson().ToJsonString() })
        {
            Assert.True(text.Contains("left") && text.Contains("tail") && text.Contains("ear"), text);
        }

        // What is said of a node that is left out does no harm, but an animal has no place by it.
        EvaluationOptions options = new()
        {
            NodeOksStddev = ImmutableDictionary<string, double>.Empty.Add("tail", 0.1),
        };
        Assert.Equal(metrics.MeanOks, ml.Pose().Evaluate(truth, Rat("ear", "snout"), options).MeanOks);
        Assert.Contains(
            "CentroidNode is 'tail', which the predictions do not have",
            Assert
                .Throws<ArgumentException>(() =>
                    ml.Pose().Evaluate(truth, Rat("snout"), new() { CentroidNode = "tail" })
                )
                .Message
        );
        var none = Assert.Throws<ArgumentException>(() => ml.Pose().Evaluate(truth, Rat("ear", "paw"))).Message;
        Assert.Contains("have no node in common", none);
        Assert.Contains("ear, paw", none);
        Assert.All(Poses.Mouse.Nodes, node => Assert.Contains(node, none));
    }

    private static TestInstance P(params float[] points) => new(points);

    private static PoseMetrics Compare(params (TestInstance[] Truth, TestInstance[] Predicted)[] frames)
    {
        var comparison = new PoseComparison(Pair, new EvaluationOptions());
        var number = 0;
        foreach ((var truth, var predicted) in frames)
            comparison.Add("v", number++, TestInstance.Frame(truth), TestInstance.Frame(predicted));
        return comparison.Result();
    }
}
