using Microsoft.Data.Analysis;
using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

public sealed class PredictionsTests
{
    private static readonly Skeleton Mouse = new("mouse", ["snout", "tail"]);
    private static readonly Video Film = Video.FromFile(
        Path.Combine(TestFolder.Repository, "tests", "data", "small_robot.mp4")
    );
    private readonly PoseCatalog _pose = new MLContext(1).Pose();

    [Fact]
    public void PredictionsComeInTheColumnsOfAModelAndGoBackToTheSameFile()
    {
        using var folder = new TestFolder();
        var file = Path.Combine(TestFolder.Repository, "tests", "data", "flies13_20190128.predictions.slp");
        var before = Labels.Load(file);
        var view = _pose.LoadPredictions(file);
        Assert.Equal(
            [
                "Video",
                "FrameIndex",
                "Image",
                "FrameError",
                "PredictedKeypoints",
                "PredictedTrack",
                "KeypointScore",
                "InstanceScore",
            ],
            view.Schema.Select(column => column.Name)
        );
        var after = _pose.ToLabels(view);
        Assert.Equal(before.Frames.Count, after.Frames.Count);
        foreach (
            (var one, var other) in before.Frames.Zip(after.Frames).Where(pair => pair.First.FrameIndex % 100 == 0)
        )
        {
            foreach ((var a, var b) in one.Instances.Zip(other.Instances))
            {
                Assert.True(b.IsPredicted);
                Assert.Equal((a.Track!.Name, a.Score), (b.Track!.Name, b.Score));
                Assert.Equal(
                    a.Points.Where(p => !p.IsMissing).Select(p => ((float)p.X, (float)p.Y, p.Score)),
                    b.Points.Where(p => !p.IsMissing).Select(p => ((float)p.X, (float)p.Y, p.Score))
                );
            }
        }
    }

    [Fact]
    public void WhatAPersonCorrectedIsTakenForWhatWasPredicted()
    {
        Labels labels = new([
            Frame(0, Animal(0.5f, 10)),
            Frame(1, Animal(0.7f, 20), Animal(null, 30)),
            Frame(2, Animal(null, 40)),
        ]);
        var table = _pose.ToDataFrame(_pose.FromPredictions(labels), new() { Layout = TableLayout.Wide });
        Assert.Equal([10f, 30f, 40f], Numbers(table, "snout.x"));
        Assert.Equal([0.5f, 1f, 1f], Numbers(table, "snout.score"));
        Assert.Equal([0.4f, 1f, 1f], Numbers(table, "score"));
        Assert.Equal(
            [10f, 20f],
            Numbers(
                _pose.ToDataFrame(
                    _pose.FromPredictions(labels, new() { Instances = InstanceChoice.Predicted }),
                    new() { Layout = TableLayout.Wide }
                ),
                "snout.x"
            )
        );
    }

    [Fact]
    public void TheyAreCleanedByTheirScoresLikeThoseOfAModel()
    {
        Labels labels = new([Frame(0, Animal(0.9f, 10)), Frame(1, Animal(0.1f, 20)), Frame(2, Animal(0.9f, 30))]);
        var view = _pose.FromPredictions(labels);
        var clean = _pose
            .FilterByScore("PredictedKeypoints", new() { MinScore = 0.3f })
            .Append(_pose.Interpolate("PredictedKeypoints", new() { MaxGap = 1 }))
            .Fit(view)
            .Transform(view);
        Assert.Equal([10f, 20f, 30f], clean.GetColumn<float[]>("PredictedKeypoints").Select(points => points[0]));
        Assert.Equal([0.9f, 0.1f, 0.9f], view.GetColumn<float[]>("KeypointScore").Select(scores => scores[0]));
        // The second node is missing everywhere.
        Assert.All(view.GetColumn<float[]>("KeypointScore"), scores => Assert.Equal(0, scores[1]));
    }

    private static IEnumerable<float?> Numbers(DataFrame table, string column) =>
        Enumerable.Range(0, (int)table.Rows.Count).Select(row => (float?)table[column][row]);

    private static LabeledFrame Frame(int index, params Instance[] animals) =>
        new()
        {
            Video = Film,
            FrameIndex = index,
            Instances = [.. animals],
        };

    // A person gives no score.
    private static Instance Animal(float? score, double x) =>
        new()
        {
            Skeleton = Mouse,
            IsPredicted = score is not null,
            Score = score is null ? 0 : 0.4f,
            Points = [new Point(x, 5, true, false, score ?? float.NaN), Point.Missing],
        };
}
