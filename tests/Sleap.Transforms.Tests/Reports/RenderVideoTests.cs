using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

public sealed class RenderVideoTests
{
    private readonly MLContext _ml = new(1);

    private static string Data(string name) => Path.Combine(TestFolder.Repository, "tests", "data", name);

    [Fact]
    public void AVideoHasThePosesOnIt()
    {
        using var folder = new TestFolder();
        var labels = Labels.Load(Data("centered_pair_predictions.slp"));
        var report = _ml.Pose()
            .RenderVideo(
                labels,
                folder["out.mp4"],
                new RenderOptions
                {
                    VideoPath = Data("centered_pair_low_quality.mp4"),
                    Frames = [.. Enumerable.Range(100, 12)],
                }
            );
        Assert.Equal((12, 0), (report.Requested, report.Failed));
        Assert.Equal(["out.mp4"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
        using IFrameSource before = Video.FromFile(Data("centered_pair_low_quality.mp4")).Open(),
            after = Video.FromFile(folder["out.mp4"]).Open();
        Assert.Equal(
            (12, before.Height, before.Width, 3),
            (after.FrameCount, after.Height, after.Width, after.Channels)
        );
        Assert.Equal(before.FramesPerSecond, after.FramesPerSecond, 3);
        var drawn = after.Read(11);
        var frame = labels.Frames.Single(f => f.FrameIndex == 111);
        // The first node of each animal is colored, and the recording is gray.
        foreach (var animal in frame.Instances)
        {
            var point = animal.Points.First(p => !p.IsMissing);
            var at = (((int)Math.Round(point.Y) * drawn.Width) + (int)Math.Round(point.X)) * 3;
            Assert.True(drawn.Pixels[at..(at + 3)].Max() - drawn.Pixels[at..(at + 3)].Min() > 60, $"gray at {point}");
        }
    }

    [Fact]
    public void AViewIsRenderedWithTheVideoItCameFrom()
    {
        using var folder = new TestFolder();
        var pose = _ml.Pose();
        var view = pose.LoadLabels(
            Data("centered_pair_predictions.slp"),
            new LabelsOptions
            {
                Instances = InstanceChoice.UserElsePredicted,
                VideoPath = Data("centered_pair_low_quality.mp4"),
            }
        );
        var report = pose.RenderVideo(pose.Split(view, (_, frame) => frame is 3 or 6).TestSet, folder["out.mp4"]);
        // From the first frame to the last, those between without poses too.
        Assert.Equal(4, report.Requested);
        using var video = Video.FromFile(folder["out.mp4"]).Open();
        Assert.Equal(4, video.FrameCount);
    }

    [Fact]
    public void AnotherVideoThanThatOfThePosesIsDoubted()
    {
        using var folder = new TestFolder();
        List<string> messages = [];
        _ml.Log += (_, entry) =>
        {
            if (entry.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                messages.Add(entry.Message);
        };
        var few = new RenderOptions { VideoPath = Data("small_robot.mp4"), Frames = [0, 1] };
        var robot = Labels.Load(Data("small_robot_minimal.slp"));
        _ml.Pose().RenderVideo(robot, folder["out.mp4"], few);
        Assert.Empty(messages);
        // Once it was opened it is known how large the frames are that the poses are of.
        robot.Videos[0].Open().Dispose();
        _ml.Pose().RenderVideo(robot, folder["out.mp4"], few);
        Assert.Empty(messages);
        _ml.Pose()
            .RenderVideo(robot, folder["out.mp4"], few with { VideoPath = Data("centered_pair_low_quality.mp4") });
        Assert.Contains(
            "of 560 x 320 pixels, and the video has 384 x 384. Is it the right video?",
            Assert.Single(messages)
        );
        messages.Clear();
        // These labels do not say how large their frames are: 1024 x 1024.
        _ml.Pose().RenderVideo(Labels.Load(Data("flies13_20190128.predictions.slp")), folder["out.mp4"], few);
        Assert.Matches(
            @"\d\d of 100 nodes lie outside the frame, and the video has 560 x 320",
            Assert.Single(messages)
        );
    }

    [Fact]
    public void ASmallerVideoOfAnEvenSize()
    {
        using var folder = new TestFolder();
        _ml.Pose()
            .RenderVideo(
                Labels.Load(Data("centered_pair_predictions.slp")),
                folder["out.mp4"],
                new RenderOptions
                {
                    VideoPath = Data("centered_pair_low_quality.mp4"),
                    Frames = [0, 5, 9],
                    Shrink = 3,
                    FramesPerSecond = 10,
                }
            );
        using var video = Video.FromFile(folder["out.mp4"]).Open();
        Assert.Equal((3, 128, 128, 10.0), (video.FrameCount, video.Height, video.Width, video.FramesPerSecond));
    }

    [Fact]
    public void WhatIsWrongIsSaidAndNoFileIsLeft()
    {
        using var folder = new TestFolder();
        var pose = _ml.Pose();
        var labels = Labels.Load(Data("centered_pair_predictions.slp"));
        var there = new RenderOptions { VideoPath = Data("centered_pair_low_quality.mp4"), Frames = [0] };
        Assert.Contains(
            "'nowhere.mp4'",
            Assert
                .Throws<FileNotFoundException>(() =>
                    pose.RenderVideo(labels, folder["a.mp4"], there with { VideoPath = "nowhere.mp4" })
                )
                .Message
        );
        Assert.Contains(
            "none of the 1 frames",
            Assert
                .Throws<InvalidDataException>(() =>
                    pose.RenderVideo(labels, folder["a.mp4"], there with { Frames = [99999] })
                )
                .Message,
            StringComparison.OrdinalIgnoreCase
        );
        Assert.Contains(
            "a.nothing",
            Assert.Throws<InvalidOperationException>(() => pose.RenderVideo(labels, folder["a.nothing"], there)).Message
        );
        Assert.Contains(
            "'other.mp4'",
            Assert
                .Throws<ArgumentException>(() =>
                    pose.RenderVideo(labels, folder["a.mp4"], there with { Video = "other.mp4" })
                )
                .Message
        );
        Assert.Contains(
            "no node 'wing'",
            Assert
                .Throws<ArgumentException>(() =>
                    pose.RenderVideo(
                        labels,
                        folder["a.mp4"],
                        there with
                        {
                            Drawing = new DrawingOptions { TrailNode = "wing" },
                        }
                    )
                )
                .Message
        );
        var faults = Assert
            .Throws<ArgumentException>(() =>
                new RenderOptions
                {
                    Frames = [3, 3],
                    Shrink = 0,
                    Quality = 99,
                    FramesPerSecond = -1,
                    Video = "",
                }.Checked()
            )
            .Message;
        foreach (var name in new[] { "Frames", "Shrink is 0", "Quality is 99", "FramesPerSecond is -1", "Video " })
            Assert.Contains(name, faults);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void NamesAreLegibleStrokes()
    {
        using var canvas = new Canvas(60, 30);
        canvas.Text("L", 30, 22, 12, new Rgb(255, 0, 0));
        // An L: a bar down on the left, a bar along the base, nothing at the upper right.
        Rgb[] red = [canvas.At(26, 12), canvas.At(26, 20), canvas.At(33, 22)];
        Assert.All(red, pixel => Assert.True(pixel.Red > 200 && pixel.Green < 60, $"{pixel}"));
        Assert.Equal(default, canvas.At(33, 12));
        // At the border the text moves in.
        canvas.Text("wide name", 0, 0, 6, new Rgb(0, 255, 0));
        Assert.True(Enumerable.Range(0, 60 * 10).Count(i => canvas.At(i % 60, i / 60).Green > 100) > 60);
    }

    [Fact]
    public void ATrackKeepsItsColorWhereverItStandsInTheFrame()
    {
        var overlay = new PoseOverlay(
            new Skeleton("dot", ["a"]),
            ["x", "y"],
            isSingle: false,
            new DrawingOptions { NodeRadius = 3, TrailLength = 5 }
        );
        Rgb[] palette = [.. new DrawingOptions().Palette];
        using Canvas first = new(50, 50),
            second = new(50, 50);
        overlay.DrawInstances(first, "v", 0, TestInstance.Frame(Dot(10, 10, "x"), Dot(40, 10, "y")));
        overlay.DrawInstances(second, "v", 1, TestInstance.Frame(Dot(40, 30, "y"), Dot(10, 30, "x"), Dot(25, 45)));
        Assert.Equal((palette[0], palette[1]), (first.At(10, 10), first.At(40, 10)));
        Assert.Equal((palette[0], palette[1]), (second.At(10, 30), second.At(40, 30)));
        // Half way back along the path, fainter; and no path in the first frame.
        Assert.InRange(second.At(10, 20).Red, 30, 200);
        Assert.Equal(default, first.At(10, 20));
        Assert.NotEqual(palette[2], second.At(25, 45));
    }

    [Fact]
    public void LinesLeadFromTheTruthToItsPrediction()
    {
        var overlay = new PoseOverlay(
            new Skeleton("dot", ["a"]),
            [],
            isSingle: false,
            new DrawingOptions { NodeRadius = 2 }
        );
        using var canvas = new Canvas(60, 60);
        // Listed the other way round: partners are those that lie near.
        overlay.DrawLabels(
            canvas,
            TestInstance.Frame(Dot(10, 10), Dot(10, 50)),
            TestInstance.Frame(Dot(30, 50), Dot(30, 10))
        );
        Assert.True(canvas.At(20, 10).Red > 150 && canvas.At(20, 50).Red > 150);
        Assert.Equal(default, canvas.At(20, 30));
    }

    private static TestInstance Dot(float x, float y, string? track = null) => new([x, y], Track: track);
}
