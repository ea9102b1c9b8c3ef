using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;
using Sleap.Transforms;
using TorchSharp;

namespace Sleap.MLNet.Tests;

public sealed class PredictTests : IDisposable
{
    private static readonly string Robot = Golden.PathOf("../data/small_robot.mp4");
    private static readonly string Pair = Golden.PathOf("../data/centered_pair_small.mp4");
    private readonly MLContext _ml = new(1);
    private readonly string _folder = Directory.CreateTempSubdirectory("predict-").FullName;

    private PoseCatalog Pose => _ml.Pose();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(32)]
    public void The_file_holds_what_Transform_gives_whatever_the_batch(int batch)
    {
        using var model = SingleInstance();
        using var other = model.With(new PredictionOptions { BatchSize = batch, Device = "cpu" });
        var expected = Pose.ToLabels(model.Transform(Pose.LoadVideo(Robot, Enumerable.Range(3, 10))));
        var path = PathOf("robot.slp");
        var report = Pose.Predict(other, Robot, path, new() { Frames = Enumerable.Range(3, 10) });
        PoseAssert.Same(expected, Labels.Load(path));
        Assert.Equal(
            (10, 10, 0, 0, 10L),
            (report.Requested, report.Processed, report.Failed, report.Empty, report.Instances)
        );
        Assert.Equal((false, 0, path), (report.IsInterrupted, report.Remaining, report.Output));
        Assert.Empty(report.Losses);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 2)]
    public void Two_stages_and_several_animals_come_out_the_same(int batch, int threads)
    {
        var before = torch.get_num_threads();
        using var model = Pose.FromSleap(Golden.PathOf("models/centroid"), Golden.PathOf("models/centered_instance"));
        var expected = Pose.ToLabels(model.Transform(Pose.LoadVideo(Pair, [0, 1, 2, 40, 41, 7])));
        using var other = model.With(new PredictionOptions { BatchSize = batch, Device = "cpu" });
        try
        {
            torch.set_num_threads(threads);
            var report = Pose.Predict(other, Pair, options: new() { Frames = [0, 1, 2, 40, 41, 7] });
            PoseAssert.Same(expected, report.Labels!);
            Assert.Equal(expected.Frames.Sum(f => f.Instances.Count), report.Instances);
            Assert.True(report.Instances > 0);
        }
        finally
        {
            torch.set_num_threads(before);
        }
    }

    [Fact]
    public void The_account_settings_and_versions_are_in_the_file()
    {
        using var model = SingleInstance();
        var path = PathOf("robot.slp");
        var report = Pose.Predict(
            model,
            Robot,
            path,
            new()
            {
                Frames = [0, 5000, 1],
                Provenance = new Dictionary<string, JsonNode?> { ["who"] = "me" },
            }
        );
        // A frame that the video has not: it fails, the others do not.
        Assert.Equal((3, 2, 1), (report.Requested, report.Processed, report.Failed));
        Assert.Equal(5000, Assert.Single(report.Unreadable).FrameIndex);
        Assert.Contains("5000", report.Unreadable[0].Reason);
        var stored = Labels.Load(path).Provenance;
        Assert.Equal(
            (3, 2, 1, 2),
            (
                (int)stored["frames"]!["requested"]!,
                (int)stored["frames"]!["processed"]!,
                (int)stored["frames"]!["failed"]!,
                (int)stored["frames"]!["instances"]!
            )
        );
        Assert.Equal(5000, (int)stored["frames"]!["failed_frames"]![0]!["frame"]!);
        Assert.False((bool)stored["frames"]!["interrupted"]!);
        var made = stored["models"]![0]!;
        Assert.Equal(
            ("SingleInstance", "cpu", 2),
            ((string?)made["type"], (string?)made["device"], (int)made["options"]!["BatchSize"]!)
        );
        Assert.NotNull(made["options"]!["PeakThreshold"]);
        Assert.Equal(
            [("single instance", "cpu", "single")],
            made["networks"]!
                .AsArray()
                .Select(network =>
                    ((string?)network!["network"], (string?)network["device"], (string?)network["precision"])
                )
        );
        foreach (var part in (string[])["Sleap.MLNet", "Microsoft.ML", "TorchSharp", "libtorch", ".NET", "system"])
            Assert.False(string.IsNullOrEmpty((string?)stored["versions"]![part]), part);
        Assert.Equal("me", (string?)stored["who"]);
        Assert.StartsWith("Sleap.Transforms ", (string?)stored["created_by"]);
    }

    /// <summary>What was computed, not what was asked for: the device <c>auto</c>, the precision of this processor.</summary>
    [Fact]
    public void Provenance_names_the_device_and_the_precision_of_each_network()
    {
        using var loaded = Pose.FromSleap(Golden.PathOf("models/centroid"), Golden.PathOf("models/centered_instance"));
        Assert.Equal("auto", loaded.ModelOptions.Device);
        foreach (var precision in Enum.GetValues<Precision>())
        {
            using var model = loaded.With(new() { Precision = precision, Device = "cpu" });
            var report = Pose.Predict(model, Pair, options: new() { Frames = [0] });
            var rounded = BFloat16Products.IsSupported ? "bfloat16 products" : "bfloat16";
            var expected = precision switch
            {
                Precision.BFloat16 => rounded,
                Precision.Auto when BFloat16Support.IsFast(torch.CPU, trains: false) => rounded,
                _ => "single",
            };
            Assert.Equal(
                [("centroid", "cpu", expected), ("centered instance", "cpu", expected)],
                report.Labels!.Provenance["models"]![0]!["networks"]!
                    .AsArray()
                    .Select(network =>
                        ((string?)network!["network"], (string?)network["device"], (string?)network["precision"])
                    )
            );
        }
    }

    [Fact]
    public void A_chain_with_tracking_is_predicted_too()
    {
        using var model = Pose.FromSleap(Golden.PathOf("models/centroid"), Golden.PathOf("models/centered_instance"));
        var view = Pose.LoadVideo(Pair, Enumerable.Range(0, 6));
        var chain = new TransformerChain<ITransformer>(model, Pose.Track().Fit(model.Transform(view)));
        var path = PathOf("tracked.slp");
        var report = Pose.Predict(chain, view, path);
        PoseAssert.Same(Pose.ToLabels(chain.Transform(view)), Labels.Load(path));
        Assert.Equal(2, Labels.Load(path).Tracks.Count);
        Assert.Equal(6, report.Processed);
        Assert.Equal("TopDown", (string?)Labels.Load(path).Provenance["models"]![0]!["type"]);
    }

    [Fact]
    public void Canceled_it_ends_with_the_batch_and_what_is_done_is_in_the_file()
    {
        using var model = SingleInstance();
        using var stop = new CancellationTokenSource();
        var seen = new List<PredictionProgress>();
        var progress = new Collect(p =>
        {
            seen.Add(p);
            if (p.Processed == 3)
                stop.Cancel();
        });
        var path = PathOf("robot.slp");
        var report = Pose.Predict(
            model,
            Robot,
            path,
            new()
            {
                Frames = Enumerable.Range(0, 50),
                Progress = progress,
                ProgressInterval = TimeSpan.Zero,
                CancellationToken = stop.Token,
            }
        );
        // Batches of 2: the fourth frame was computed with the third.
        Assert.Equal((true, 4, 46, 50), (report.IsInterrupted, report.Processed, report.Remaining, report.Requested));
        var labels = Labels.Load(path);
        Assert.Equal([0, 1, 2, 3], labels.Frames.Select(f => f.FrameIndex));
        Assert.True((bool)labels.Provenance["frames"]!["interrupted"]!);
        Assert.Equal([1, 2, 3, 4, 4], seen.Select(p => p.Processed));
        Assert.Equal([false, false, false, false, true], seen.Select(p => p.IsLast));
        Assert.True(seen[1].Remaining > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, seen[^1].Remaining);
    }

    [Fact]
    public void Canceled_before_the_start_the_file_says_so()
    {
        using var model = SingleInstance();
        var path = PathOf("robot.slp");
        var report = Pose.Predict(
            model,
            Robot,
            path,
            new() { CancellationToken = new CancellationToken(canceled: true) }
        );
        Assert.Equal((true, 0, 166), (report.IsInterrupted, report.Processed, report.Remaining));
        Assert.Empty(Labels.Load(path).Frames);
    }

    [Theory]
    [InlineData("nowhere/robot.slp")]
    [InlineData("robot.docx")]
    public void A_place_that_cannot_be_written_is_told_before_a_frame_is_read(string output)
    {
        using var model = SingleInstance();
        var progress = new Collect(_ => Assert.Fail("Something was predicted."));
        var error = Assert.ThrowsAny<Exception>(() =>
            Pose.Predict(model, Robot, PathOf(output), new() { Progress = progress })
        );
        Assert.True(error is IOException or PoseFormatException, error.ToString());
        Assert.Contains(output, error.Message);
    }

    [SkippableFact]
    public void A_GPU_that_is_not_there_is_an_error_that_names_auto_or_the_CPU_with_a_warning()
    {
        Skip.If(torch.cuda.is_available(), "There is a GPU.");
        using var model = SingleInstance();
        Assert.Contains(
            "auto",
            Assert.Throws<ArgumentException>(() => model.With(new PredictionOptions { Device = "cuda" })).Message
        );
        List<string> warnings = [];
        _ml.Log += (_, entry) =>
        {
            if (entry.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                warnings.Add(entry.Message);
        };
        using var other = model.With(new PredictionOptions { Device = "cuda:1", FallbackToCpu = true });
        Assert.Contains("cuda:1", Assert.Single(warnings));
        var report = Pose.Predict(other, Robot, options: new() { Frames = [0] });
        Assert.Equal("cpu", (string?)report.Labels!.Provenance["models"]![0]!["device"]);
        // A word that is no device is never replaced.
        Assert.Throws<ArgumentException>(() =>
            model.With(new PredictionOptions { Device = "tpu", FallbackToCpu = true })
        );
    }

    [Fact]
    public void Every_fault_of_the_options_is_in_one_message()
    {
        using var model = SingleInstance();
        var error = Assert.Throws<ArgumentException>(() =>
            Pose.Predict(
                model,
                Pose.LoadVideo(Robot),
                options: new()
                {
                    Frames = [1],
                    ProgressInterval = TimeSpan.FromSeconds(-1),
                    Columns = new() { Image = "" },
                }
            )
        );
        foreach (var part in (string[])["Frames is set", "ProgressInterval is -", "Image is empty"])
            Assert.Contains(part, error.Message);
    }

    private PoseModelTransformer SingleInstance()
    {
        using var model = Pose.FromSleap(Golden.PathOf("models/single_instance"));
        return model.With(new PredictionOptions { BatchSize = 2, Device = "cpu" });
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private sealed class Collect(Action<PredictionProgress> then) : IProgress<PredictionProgress>
    {
        public void Report(PredictionProgress value) => then(value);
    }
}
