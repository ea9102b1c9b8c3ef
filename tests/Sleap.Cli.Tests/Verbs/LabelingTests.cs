using Microsoft.ML;
using Sleap.IO;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli.Tests;

/// <summary>Which frames to label next, which labels are doubtful, what more labels would bring.</summary>
public sealed class LabelingTests : IDisposable
{
    private const string Model = "tests/golden/models/single_instance";
    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-labeling-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Suggestions_keep_the_labels_and_have_predictions_to_start_from()
    {
        var source = Cli.Data("small_robot_minimal.slp");
        var output = PathOf("next.slp");
        var (code, text, error) = Cli.Run([
            "suggest",
            source,
            "--model",
            Model,
            "--count",
            "3",
            "--candidates",
            "12",
            "--out",
            output,
            "--report",
            PathOf("page"),
        ]);
        Assert.True(code == 0, error);
        Assert.Contains("3 frames → ", text);
        var (before, after) = (Labels.Load(source), Labels.Load(output));
        Assert.Equal(3, after.Suggestions.Count);
        foreach (var frame in before.Frames)
        {
            var same = Assert.Single(after.Frames, one => one.FrameIndex == frame.FrameIndex);
            Assert.Equal(frame.Instances.Select(one => one.Points), same.Instances.Select(one => one.Points));
        }

        var labeled = before.Frames.Select(frame => frame.FrameIndex).ToHashSet();
        Assert.DoesNotContain(after.Suggestions, one => labeled.Contains(one.FrameIndex));
        foreach (var one in after.Suggestions)
        {
            var start = after.Frames.SingleOrDefault(frame => frame.FrameIndex == one.FrameIndex);
            Assert.All(start?.Instances ?? [], instance => Assert.True(instance.IsPredicted));
        }

        Assert.Contains(after.Frames, frame => frame.Instances.Any(instance => instance.IsPredicted));
        Assert.Single(after.Skeletons);
        Assert.Contains("<img ", File.ReadAllText(PathOf("page/report.html")));
    }

    [Fact]
    public void A_video_alone_is_searched_too_and_faults_are_said()
    {
        string[] suggest = ["suggest", Cli.Data("small_robot.mp4"), "--model", Model, "--candidates", "4"];
        var report = Cli.Json([.. suggest, "--count", "2", "--out", PathOf("a.slp")]);
        Assert.Equal(2, report["suggestions"]!.AsArray().Count);
        Assert.Equal(2, Labels.Load(PathOf("a.slp")).Suggestions.Count);
        var (code, _, error) = Cli.Run([.. suggest, "--out", PathOf("a.csv")]);
        Assert.Equal(1, code);
        Assert.Contains("is no .slp", error);
        (code, _, error) = Cli.Run([.. suggest, "--out", PathOf("none/a.slp")]);
        Assert.Equal(1, code);
        Assert.DoesNotContain("frames/s", error); // before the search
        (code, _, error) = Cli.Run([.. suggest, "--count", "0", "--out", PathOf("a.slp")]);
        Assert.Equal(1, code);
        Assert.Contains("--count is 0", error);
        (code, _, error) = Cli.Run([
            "suggest",
            Cli.Data("flies13_20190128.predictions.slp"),
            "--model",
            Model,
            "--out",
            PathOf("b.slp"),
        ]);
        Assert.Equal(1, code);
        Assert.Contains("No video of the labels was found", error);
        (code, _, error) = Cli.Run(["suggest", "missing.mp4", "--model", Model, "--out", PathOf("b.slp")]);
        Assert.Equal(1, code);
        Assert.Contains("There is no video 'missing.mp4'", error);
        (code, _, error) = Cli.Run([.. suggest, Cli.Data("small_robot_minimal.slp"), "--out", PathOf("b.slp")]);
        Assert.Equal(1, code);
        Assert.Contains("give labels", error);
    }

    [Fact]
    public void A_node_that_was_moved_is_doubted()
    {
        // What the model predicts, one node of which is moved.
        var pose = new MLContext(1).Pose();
        using var model = pose.FromSleap(Path.Combine(Cli.Root, Model));
        var predicted = pose.Predict(
            model,
            Cli.Data("small_robot.mp4"),
            options: new() { Frames = Enumerable.Range(0, 12) }
        ).Labels!;
        var file = PathOf("moved.slp");
        new Labels(
            predicted.Frames.Select(frame => new LabeledFrame
            {
                Video = frame.Video,
                FrameIndex = frame.FrameIndex,
                Instances =
                [
                    .. frame.Instances.Select(instance => new Instance
                    {
                        Skeleton = instance.Skeleton,
                        Points =
                        [
                            .. instance.Points.Select(
                                (point, node) =>
                                    new Point(point.X + (frame.FrameIndex == 7 && node == 0 ? 9 : 0), point.Y)
                            ),
                        ],
                    }),
                ],
            })
        ).Save(file);
        var (code, text, error) = Cli.Run(["check", file, "--model", Model, "--report", PathOf("page")]);
        Assert.True(code == 0, error + text);
        Assert.Contains("the model doubts", text);
        Assert.Contains("displaced-node", text);
        Assert.Contains("frame 7", text);
        Assert.Contains("<img ", File.ReadAllText(PathOf("page/report.html")));
        var finding = Cli.Json("check", file, "--model", Model)["files"]![0]!["findings"]!
            .AsArray()
            .First(one => (string?)one!["code"] == "displaced-node")!;
        Assert.InRange((double)finding["doubt"]!, 0.5, 1);
        // Without a label there is no doubt, and the other rules are still checked.
        (code, text, error) = Cli.Run(["check", Cli.Data("flies13_20190128.predictions.slp"), "--model", Model]);
        Assert.Equal(1, code);
        Assert.Contains("missing-video", text);
        Assert.Contains("nothing that a model could doubt", error);
        (code, _, error) = Cli.Run(["check", file, "--report", PathOf("page")]);
        Assert.Equal(1, code);
        Assert.Contains("--model", error);
    }

    [Fact]
    public void Errors_are_told_by_the_distance_from_the_training()
    {
        var truth = Cli.Data("flies13_20190128.predictions.slp");
        var (code, text, error) = Cli.Run([
            "eval",
            truth,
            truth,
            "--use-predictions",
            "--trained-on",
            Cli.Data("small_robot_minimal.slp"),
        ]);
        Assert.True(code == 0, error);
        Assert.Contains("of other videos", text);
        var report = Cli.Json(
            "eval",
            truth,
            truth,
            "--use-predictions",
            "--trained-on",
            Cli.Data("small_robot_minimal.slp")
        );
        Assert.Equal(3000, (int)report["separation"]!["groups"]![0]!["frames"]!);
    }

    [Fact]
    public void A_forecast_needs_labels_enough()
    {
        var (code, _, error) = Cli.Run(["forecast", Cli.Data("small_robot_minimal.slp")]);
        Assert.Equal(1, code);
        Assert.Contains("expected at least 16", error);
        (code, _, error) = Cli.Run(["forecast", Cli.Data("small_robot_minimal.slp"), "--more", "-1"]);
        Assert.Equal(1, code);
        Assert.Contains("--more", error);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);
}
