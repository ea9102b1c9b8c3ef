using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

/// <summary>Labels that predictions of the same frames contradict.</summary>
public sealed class LabelDoubtsTests
{
    private const int Frames = 30;
    private static readonly Skeleton Fly = new("fly", ["head", "thorax", "tail", "left", "right"]);
    private static readonly Video Movie = Video.FromFile("not-there.mp4");
    private static readonly double[] Shape = [0, -40, 0, 0, 0, 50, -30, 10, 30, 10];

    [Fact]
    public void Labels_as_the_model_sees_them_are_not_doubted() => Assert.Empty(Check(Labeled(), Predicted()));

    [Theory]
    [InlineData(CheckRule.DisplacedNode)]
    [InlineData(CheckRule.ExchangedNodes)]
    [InlineData(CheckRule.ForgottenInstance)]
    [InlineData(CheckRule.RepeatedInstance)]
    [InlineData(CheckRule.UnseenInstance)]
    public void A_fault_is_the_first_finding_with_its_place(CheckRule rule)
    {
        var labels = Labeled();
        var points = labels[12][1].Points.ToArray();
        switch (rule)
        {
            case CheckRule.DisplacedNode:
                points[2] = new(points[2].X + 25, points[2].Y);
                labels[12][1] = Of(points);
                break;
            case CheckRule.ExchangedNodes:
                (points[3], points[4]) = (points[4], points[3]);
                labels[12][1] = Of(points);
                break;
            case CheckRule.ForgottenInstance:
                labels[12].RemoveAt(1);
                break;
            case CheckRule.RepeatedInstance:
                labels[12].Add(Of([.. points.Select(point => new Point(point.X + 2, point.Y))]));
                break;
            default:
                labels[12].Add(Of([.. points.Select(point => new Point(point.X, point.Y + 400))]));
                break;
        }

        var found = Check(labels, Predicted());
        Assert.Equal((rule, 12), (found[0].Rule, found[0].FrameIndex));
        Assert.InRange(found[0].Doubt!.Value, 0.5, 1);
        Assert.False(found[0].IsWarning);
        if (rule is CheckRule.DisplacedNode or CheckRule.ExchangedNodes)
            Assert.Equal(1, found[0].Instance);
        if (rule == CheckRule.DisplacedNode)
            Assert.Equal("tail", found[0].Node);
        if (rule == CheckRule.ExchangedNodes)
            Assert.Contains("left and right", found[0].Message);
        Assert.All(found, one => Assert.Equal(12, one.FrameIndex));
    }

    [Fact]
    public void Where_all_nodes_disagree_no_single_node_is_blamed()
    {
        var predicted = Predicted();
        // The model sees the animal 30 pixels off.
        predicted[7][0] = Of(
            [.. predicted[7][0].Points.Select(p => new Point(p.X + 30, p.Y, true, false, p.Score))],
            0.9f
        );
        Assert.DoesNotContain(Check(Labeled(), predicted), one => one.Rule == CheckRule.DisplacedNode);
    }

    [Fact]
    public void A_model_that_is_unsure_doubts_less()
    {
        var labels = Labeled();
        var points = labels[3][0].Points.ToArray();
        points[0] = new(points[0].X, points[0].Y - 40);
        labels[3][0] = Of(points);
        var sure = Check(labels, Predicted())[0].Doubt;
        var predicted = Predicted();
        predicted[3][0] = Of([.. predicted[3][0].Points.Select(p => p with { Score = 0.7f })], 0.7f);
        Assert.True(Check(labels, predicted)[0].Doubt < sure);
    }

    [Fact]
    public void The_order_of_instances_and_frames_does_not_matter()
    {
        var labels = Labeled();
        labels[5].RemoveAt(0);
        labels[9][0] = Of([labels[9][0].Points[4], .. labels[9][0].Points.AsSpan(1, 3), labels[9][0].Points[0]]);
        var predicted = Predicted();
        var expected = Check(labels, predicted);
        Assert.NotEmpty(expected);
        foreach (var frame in predicted.Values)
            frame.Reverse();
        Assert.Equal(expected, Check(labels, predicted.Reverse().ToDictionary()));
    }

    [Fact]
    public void Predictions_in_the_labels_are_not_judged_and_places_count_them()
    {
        var labels = Labeled();
        var points = labels[4][0].Points.ToArray();
        points[1] = new(points[1].X + 40, points[1].Y);
        labels[4] = [Of([.. points], 0.5f), labels[4][1], Of(points)];
        var finding = Check(labels, Predicted())[0];
        Assert.Equal((CheckRule.DisplacedNode, 2), (finding.Rule, finding.Instance));
    }

    [Fact]
    public void The_page_names_each_finding()
    {
        var labels = Labeled();
        labels[5].RemoveAt(0);
        var folder = Directory.CreateTempSubdirectory("doubts-").FullName;
        try
        {
            var pose = new MLContext().Pose();
            var findings = pose.CheckReport(LabelsOf(labels), LabelsOf(Predicted()), folder);
            Assert.Equal(pose.Check(LabelsOf(labels), LabelsOf(Predicted())), findings);
            var page = File.ReadAllText(Path.Combine(folder, "report.html"));
            Assert.Contains("Frame 5: ", page);
            Assert.Contains("forgotten instance", page);
            Assert.Contains("Images are missing", page); // the video is not there
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IReadOnlyList<LabelFinding> Check(
        IEnumerable<KeyValuePair<int, List<Instance>>> labels,
        IEnumerable<KeyValuePair<int, List<Instance>>> predicted
    ) => new MLContext().Pose().Check(LabelsOf(labels), LabelsOf(predicted));

    private static Labels LabelsOf(IEnumerable<KeyValuePair<int, List<Instance>>> frames) =>
        new(
            frames.Select(frame => new LabeledFrame
            {
                Video = Movie,
                FrameIndex = frame.Key,
                Instances = [.. frame.Value],
            })
        );

    private static Dictionary<int, List<Instance>> Labeled() => Scene(seed: 1, score: null);

    private static Dictionary<int, List<Instance>> Predicted() => Scene(seed: 2, score: 0.9f);

    // Two animals a frame, each node a pixel or so off.
    private static Dictionary<int, List<Instance>> Scene(int seed, float? score)
    {
        var random = new Random(seed);
        return Enumerable
            .Range(0, Frames)
            .ToDictionary(
                frame => frame,
                frame => new List<Instance>(
                    Enumerable
                        .Range(0, 2)
                        .Select(animal =>
                            Of(
                                [
                                    .. Enumerable
                                        .Range(0, Fly.Nodes.Length)
                                        .Select(node => new Point(
                                            100 + 300 * animal + 3 * frame + Shape[2 * node] + 2 * random.NextDouble(),
                                            200 + Shape[2 * node + 1] + 2 * random.NextDouble(),
                                            true,
                                            false,
                                            score ?? float.NaN
                                        )),
                                ],
                                score
                            )
                        )
                )
            );
    }

    private static Instance Of(IEnumerable<Point> points, float? score = null) =>
        new()
        {
            Skeleton = Fly,
            Points = [.. points],
            IsPredicted = score is not null,
            Score = score ?? 0,
        };
}
