using Microsoft.ML;

namespace Sleap.Transforms.Tests;

public sealed class KinematicsTests
{
    private readonly MLContext _ml = new(1);

    [Fact]
    public void SpeedHeadingAndTurnOfAPath()
    {
        // East, south (y is down), nothing, west over two frames, and a gap that is too long.
        var path = Poses.Path(_ml, (0, 0, 0), (1, 3, 0), (2, 3, 4), (3, float.NaN, float.NaN), (4, -1, 4), (30, 0, 0));
        var view = _ml.Pose().Kinematics("Keypoints").Fit(path).Transform(path);
        Assert.Equal([float.NaN, 3, 4, float.NaN, 2, float.NaN], Poses.Column<float>(view, "Speed"));
        Assert.Equal(
            [float.NaN, 0, MathF.PI / 2, float.NaN, MathF.PI, float.NaN],
            Poses.Column<float>(view, "Heading")
        );
        Assert.Equal(
            [float.NaN, float.NaN, MathF.PI / 2, float.NaN, MathF.PI / 4, float.NaN],
            Poses.Column<float>(view, "TurnRate"),
            (a, b) => a.Equals(b) || Math.Abs(a - b) < 1e-6
        );
        Assert.Equal(
            [
                [0, 0],
                [3, 0],
                [3, 4],
                [float.NaN, float.NaN],
                [-1, 4],
                [0, 0],
            ],
            Poses.Column<float[]>(view, "Centroid")
        );
    }

    [Fact]
    public void CalibrationGivesUnitsASecond()
    {
        var path = Poses.Path(_ml, (0, 0, 0), (1, 3, 0), (2, 3, 4));
        var view = _ml.Pose()
            .Kinematics("Keypoints", new KinematicsOptions { PixelsPerUnit = 2, FramesPerSecond = 10 })
            .Fit(path)
            .Transform(path);
        Assert.Equal([float.NaN, 15, 20], Poses.Column<float>(view, "Speed"));
        Assert.Equal(10 * Math.PI / 2, Poses.Column<float>(view, "TurnRate")[2], 4);
    }

    [Fact]
    public void HeadingBetweenNodesAndAcrossTheCut()
    {
        // From 170° to −170°: a turn of 20° and not of −340°.
        double a = 170 * Math.PI / 180,
            b = 190 * Math.PI / 180;
        var view = _ml.Pose()
            .FromLabels(
                Poses.Labels(
                    (0, [Poses.Animal(Poses.Mouse, false, null, 10 * Math.Cos(a), 10 * Math.Sin(a), 0, 0, 0, 0)]),
                    (1, [Poses.Animal(Poses.Mouse, false, null, 10 * Math.Cos(b), 10 * Math.Sin(b), 0, 0, 0, 0)])
                )
            );
        var moved = _ml.Pose()
            .Kinematics("Keypoints", new KinematicsOptions { HeadingFrom = "tail", HeadingTo = "snout" })
            .Fit(view)
            .Transform(view);
        Assert.Equal(a, Poses.Column<float>(moved, "Heading")[0], 5);
        Assert.Equal(20 * Math.PI / 180, Poses.Column<float>(moved, "TurnRate")[1], 5);
    }

    [Fact]
    public void RowsNotAskedForCountAllTheSame()
    {
        var path = Poses.Path(_ml, (0, 0, 0), (1, 3, 0), (2, 3, 4));
        var view = _ml.Pose().Kinematics("Keypoints").Fit(path).Transform(path);
        using var cursor = view.GetRowCursor([view.Schema["Speed"]]);
        var speed = cursor.GetGetter<float>(view.Schema["Speed"]);
        for (var row = 0; row < 3; row++)
            Assert.True(cursor.MoveNext());
        float value = 0;
        speed(ref value);
        Assert.Equal(4, value);
    }

    [Fact]
    public void TheShapeAnnouncedIsTheShapeGiven()
    {
        var labels = _ml.Pose().LoadLabels(TestFolder.OpenField);
        Shapes.CheckAnnouncement(_ml.Pose().Kinematics("Keypoints"), labels);
        Shapes.CheckAnnouncement(
            _ml.Pose().Kinematics("Keypoints", new KinematicsOptions { Speed = "Pace" }),
            Poses.Path(_ml, (0, 0, 0))
        );
    }

    [Fact]
    public void WrongOptionsAndNodesAreNamed()
    {
        var pose = _ml.Pose();
        var message = Assert
            .Throws<ArgumentException>(() =>
                pose.Kinematics(
                    "K",
                    new KinematicsOptions
                    {
                        HeadingTo = "snout",
                        PixelsPerUnit = 0,
                        MaxGap = 0,
                        Speed = "Heading",
                    }
                )
            )
            .Message;
        Assert.Contains("go together", message);
        Assert.Contains("PixelsPerUnit is 0", message);
        Assert.Contains("MaxGap is 0", message);
        Assert.Contains("expected different ones", message);
        var labels = pose.LoadLabels(TestFolder.OpenField);
        var node = Assert
            .Throws<ArgumentException>(() =>
                pose.Kinematics("Keypoints", new KinematicsOptions { HeadingFrom = "tail", HeadingTo = "snout" })
                    .Fit(labels)
            )
            .Message;
        Assert.Contains("'tail'", node);
        Assert.Contains("tailbase", node);
    }
}
