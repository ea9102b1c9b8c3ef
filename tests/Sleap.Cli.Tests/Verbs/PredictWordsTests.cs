using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.Cli.Tests;

/// <summary>The options of <c>sleap predict</c> that sleap-nn has, too: filters, frames, tracking, several files.</summary>
public sealed class PredictWordsTests : IDisposable
{
    private const string Pair = "tests/data/centered_pair_small.mp4";
    private const string Models = "tests/golden/models/";
    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-words-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Both_spellings_and_the_names_of_sleap_nn_are_understood()
    {
        string[] words =
        [
            "predict",
            "a.slp",
            "--model",
            "m",
            "--out",
            "b.slp",
            "--max_instances",
            "2",
            "--filter_overlapping",
            "--filter-overlapping_threshold=0.5",
            "--only_labeled_frames",
            "--tracking",
            "--max-tracks",
            "2",
            "--use-flow",
        ];
        var parsed = SleapCommand.Parse(words);
        Assert.Empty(CommandLineErrors.Of(parsed));
        Assert.Contains("--only-labeled-frames", parsed.Tokens.Select(token => token.Value));
        Assert.Contains("--max_tracks", parsed.Tokens.Select(token => token.Value));
        // What comes behind -- is another program's.
        Assert.Contains(
            "--max_instances",
            SleapCommand
                .Parse(["predict", "--", "--max_instances"])
                .UnmatchedTokens.Concat(
                    SleapCommand.Parse(["predict", "--", "--max_instances"]).Tokens.Select(token => token.Value)
                )
        );
        Assert.NotEmpty(CommandLineErrors.Of(SleapCommand.Parse([.. words, "--max__instances", "2"])));
    }

    [Fact]
    public void Filters_leave_out_what_they_name()
    {
        string[] bottomUp = [Pair, "--model", Models + "bottomup", "--frames", "0-2"];
        Assert.Equal(6, Instances(bottomUp));
        Assert.Equal(3, Instances([.. bottomUp, "--filter-max-instances", "1"]));
        Assert.Equal(3, Instances([.. bottomUp, "--max_instances", "1", "--filter_min_visible_nodes", "2"]));
        Assert.Equal(0, Instances([.. bottomUp, "--filter-min-mean-node-score", "50", "--no-empty-frames"]));
        Assert.Empty(Written().Frames);
        Assert.Equal(0, Instances([.. bottomUp, "--min-instance-peaks", "3"]));
        Assert.Equal(3, Written().Frames.Count);
        string[] centers = [Pair, "--model", Models + "centroid", "--frames", "0-2"];
        Assert.Equal(3, Instances([.. centers, "--filter-min-centroid-distance", "1000"]));
        Assert.Equal(
            6,
            Instances([.. centers, "--filter-overlapping", "--filter-overlapping-method", "oks", "--input-scale", "1"])
        );
    }

    [Theory]
    [InlineData("centroid", "--n-points is for bottom-up models", "--n_points", "5")]
    [InlineData("bottomup", "--crop-size is for models with crops", "--crop-size", "64")]
    [InlineData(
        "bottomup",
        "--filter-overlapping-threshold needs --filter-overlapping",
        "--filter-overlapping-threshold",
        "1"
    )]
    [InlineData("bottomup", "--max_tracks is an option of tracking", "--max-tracks", "2")]
    [InlineData("bottomup", "in rising order", "--tracking", "--frames", "3,2")]
    [InlineData("bottomup", "--use_kalman and --use_flow", "--tracking", "--use_kalman", "--use_flow")]
    [InlineData("bottomup", "--filter-min-visible-node-fraction is 2", "--filter-min-visible-node-fraction", "2")]
    [InlineData("bottomup", "--only-suggested chooses among the frames of labels", "--only-suggested")]
    [InlineData("bottomup", "--video-index chooses among the frames of labels", "--video-index", "0")]
    [InlineData("bottomup", "is given twice", "--out", "here.slp")]
    [InlineData("bottomup", "--no-empty-frames and --shard", "--no-empty-frames", "--shard", "0/2")]
    public void What_does_not_go_together_is_one_line(string model, string cause, params string[] words)
    {
        var (code, output, error) = Cli.Run([
            "predict",
            Pair,
            "--model",
            Models + model,
            "--device",
            "cpu",
            "--out",
            "here.slp",
            .. words,
        ]);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains(cause, error);
        Assert.Single(error.TrimEnd().Split('\n'));
        Assert.False(File.Exists(Path.Combine(Cli.Root, "here.slp")));
    }

    /// <summary>
    /// Two videos. Of the first a person labeled frame 1, and marked frame 4 as empty; frame 2 has a prediction, frame 3
    /// nothing; 1 and 7 are suggested. Of the second frame 0 is labeled.
    /// </summary>
    [Theory]
    [InlineData("0:1,2,3,4 1:0")]
    [InlineData("0:1,4 1:0", "--only-labeled")]
    [InlineData("0:7", "--only-suggested")]
    [InlineData("0:2", "--only-predicted")]
    [InlineData("0:2,3", "--exclude-user-labeled")]
    [InlineData("1:0", "--only_labeled_frames", "--video_index", "1")]
    [InlineData("1:5,3", "--video-index", "1", "--frames", "5,3")]
    [InlineData("0:0,2,3", "--video-index", "0", "--frames", "0-4", "--exclude-user-labeled")]
    public void Frames_of_labels_are_chosen(string expected, params string[] words)
    {
        Instances([Project(), "--model", Models + "single_instance", .. words]);
        var written = Written();
        var found = written
            .Frames.GroupBy(frame => frame.Video.Path.EndsWith("small_robot.mp4", StringComparison.Ordinal) ? 0 : 1)
            .Select(video => $"{video.Key}:{string.Join(',', video.Select(frame => frame.FrameIndex))}");
        Assert.Equal(expected, string.Join(' ', found));
    }

    [Fact]
    public void Unlabeled_are_all_other_frames_of_the_videos()
    {
        var count = Instances([
            Project(),
            "--model",
            Models + "single_instance",
            "--only-unlabeled",
            "--video-index",
            "0",
        ]);
        var frames = Written().Frames.Select(frame => frame.FrameIndex).ToList();
        Assert.Equal(Enumerable.Range(0, 166).Except([1, 4]), frames);
        Assert.InRange(count, 1, frames.Count);
    }

    [Theory]
    [InlineData("--frames and --only-labeled are both given", "--frames", "0", "--only-labeled")]
    [InlineData("--only-labeled and --only-suggested are both given", "--only-suggested", "--only-labeled")]
    [InlineData("--exclude-user-labeled leaves out all frames", "--exclude-user-labeled", "--only-labeled")]
    [InlineData("--video-index is 2, and", "--video-index", "2")]
    [InlineData("--video-index is -1, and", "--video-index", "-1")]
    [InlineData("--frames is for one video", "--frames", "0")]
    [InlineData(
        "has no frame to predict with --only-suggested --video-index",
        "--only-suggested",
        "--video-index",
        "1"
    )]
    public void Contradictions_about_frames_are_told(string cause, params string[] words)
    {
        var (code, _, error) = Predict([Project(), "--model", Models + "single_instance", .. words]);
        Assert.Equal(1, code);
        Assert.Contains(cause, error);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    /// <summary>Tracked while it predicts, and by 'sleap track' behind it.</summary>
    [Theory]
    [InlineData("bottomup", "--max_tracks", "2")]
    [InlineData("bottomup", "--use_flow", "--post_connect_single_breaks")]
    [InlineData("bottomup", "--tracking_clean_instance_count", "1", "--post_connect_single_breaks")]
    [InlineData(
        "bottomup",
        "--use_kalman",
        "--tracking_clean_instance_count",
        "2",
        "--tracking_clean_iou_threshold",
        "0.5"
    )]
    [InlineData("centroid", "--max_tracks", "2")]
    public void Tracks_are_those_of_track(string model, params string[] words)
    {
        string[] source = [Pair, "--model", Models + model, "--frames", "0-9", "--filter-min-instance-score", "0.9"];
        Instances(source);
        var tracked = Path.Combine(_folder, "tracked.slp");
        Cli.Json(["track", Path.Combine(_folder, "out.slp"), "--out", tracked, .. words]);
        Instances([.. source, "--tracking", .. words]);
        var (expected, found) = (Labels.Load(tracked), Written());
        Assert.NotEmpty(found.Tracks);
        Assert.Equal(TrackNames(expected), TrackNames(found));
    }

    [Fact]
    public void Points_keep_their_tracks()
    {
        Instances([Pair, "--model", Models + "centroid", "--frames", "0-9", "--tracking"]);
        var frames = Written().Frames;
        // Two animals that move by some pixels in a frame; OKS has no size to compare points by.
        Assert.Equal(["track_0", "track_1"], Written().Tracks.Select(track => track.Name));
        foreach (var (before, after) in frames.Zip(frames.Skip(1)))
        {
            foreach (var instance in after.Instances)
            {
                var was = before.Instances.Single(other => other.Track!.Name == instance.Track!.Name).Points[0];
                Assert.InRange(double.Hypot(instance.Points[0].X - was.X, instance.Points[0].Y - was.Y), 0, 30);
            }
        }
    }

    [Fact]
    public void Centers_are_written_shown_and_judged()
    {
        Instances([Pair, "--model", Models + "centroid", "--frames", "0-4"]);
        var path = Path.Combine(_folder, "out.slp");
        var labels = Written();
        Assert.Equal("centroid", Assert.Single(Assert.Single(labels.Skeletons).Nodes));
        Assert.Contains("centroid", Cli.Run("info", path).Output);
        Instances([Pair, "--model", Models + "bottomup", "--frames", "0-4"], "truth.slp");
        var judged = Cli.Json("eval", Path.Combine(_folder, "truth.slp"), path, "--use-predictions", "--radius", "20");
        Assert.Equal(1, (double)judged["recall"]!);
        Assert.InRange((double)judged["mean_px"]!, 0, 10);
    }

    [Fact]
    public void Info_says_what_computed_the_predictions()
    {
        Instances([Pair, "--model", Models + "bottomup", "--frames", "0"]);
        var path = Path.Combine(_folder, "out.slp");
        Assert.Contains("predicted by BottomUp: bottom-up in single on cpu", Cli.Run("info", path).Output);
        var network = Cli.Json("info", path)["models"]![0]!["networks"]![0]!;
        Assert.Equal(("cpu", "single"), ((string?)network["device"], (string?)network["precision"]));
        // What another program may have written there.
        foreach (
            var models in (string[])["7", "[7, {}, {\"type\": 7}]", "[{\"type\": \"a\\u001bb\", \"networks\": [1]}]"]
        )
        {
            using (var writer = LabelsWriter.Create(path, new Skeleton("s", ["a"])))
                writer.Finish([new("models", JsonNode.Parse(models))]);
            Assert.Empty(Cli.Json("info", path)["models"]!.AsArray());
        }
    }

    [Fact]
    public void Several_files_are_written_in_one_pass()
    {
        string[] outputs = [.. new[] { "a.slp", "a.h5", "a.csv" }.Select(name => Path.Combine(_folder, name))];
        string[] words = ["predict", Pair, "--model", Models + "bottomup", "--frames", "0-2", "--device", "cpu"];
        var report = Cli.Json([.. words, .. outputs.SelectMany(path => (string[])["--out", path])]);
        Assert.Equal(outputs[0], (string?)report["out"]);
        Assert.Equal(outputs, report["outputs"]!.AsArray().Select(path => (string?)path));
        Assert.All(
            outputs,
            path => Assert.Equal([2, 2, 2], Labels.Load(path).Frames.Select(frame => frame.Instances.Count))
        );
    }

    private static IEnumerable<string> TrackNames(Labels labels) =>
        labels.FramesInOrder.Select(frame =>
            $"{frame.FrameIndex}: {string.Join(' ', frame.Instances.Select(instance => instance.Track?.Name ?? "none"))}"
        );

    private string Project()
    {
        var robot = Labels.Load(Cli.Data("small_robot_minimal.slp")).Frames[0].Instances[0];
        Instance Robot(bool isPredicted = false) =>
            new()
            {
                Skeleton = robot.Skeleton,
                Points = robot.Points,
                IsPredicted = isPredicted,
            };
        var (first, second) = (
            Video.FromFile(Cli.Data("small_robot.mp4")),
            Video.FromFile(Cli.Data("centered_pair_small.mp4"))
        );
        LabeledFrame Frame(Video video, int index, bool isNegative, params Instance[] instances) =>
            new()
            {
                Video = video,
                FrameIndex = index,
                Instances = instances,
                IsNegative = isNegative,
            };
        var path = Path.Combine(_folder, "project.slp");
        new Labels(
            [
                Frame(second, 0, false, Robot()),
                Frame(first, 4, true),
                Frame(first, 2, false, Robot(isPredicted: true)),
                Frame(first, 3, false),
                Frame(first, 1, false, Robot()),
            ],
            videos: [first, second],
            suggestions: [new(first, 1), new(first, 7)]
        ).Save(path);
        return path;
    }

    private (int Code, string Output, string Error) Predict(string[] words, string name = "out.slp") =>
        Cli.Run(["predict", .. words, "--device", "cpu", "--out", Path.Combine(_folder, name)]);

    // Predicts, and returns the number of instances.
    private int Instances(string[] words, string name = "out.slp")
    {
        var report = Cli.Json(["predict", .. words, "--device", "cpu", "--out", Path.Combine(_folder, name)]);
        return (int)report["instances"]!;
    }

    private Labels Written() => Labels.Load(Path.Combine(_folder, "out.slp"));
}
