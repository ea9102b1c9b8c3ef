using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>What goes wrong on the way: each run ends with a true account, and what was done is in the file.</summary>
public sealed class PredictFaultTests : IDisposable
{
    private readonly MLContext _ml = new(1);
    private readonly string _folder = Directory.CreateTempSubdirectory("faults-").FullName;

    private PoseCatalog Pose => _ml.Pose();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_video_that_is_cut_off_is_predicted_as_far_as_it_goes()
    {
        using var model = SingleInstance();
        var video = PathOf("cut.mp4");
        Ffmpeg(
            "-i",
            Golden.PathOf("../data/small_robot.mp4"),
            "-frames:v",
            "40",
            "-c:v",
            "libx264",
            "-g",
            "10",
            "-movflags",
            "+faststart",
            video
        );
        using (var file = new FileStream(video, FileMode.Open))
            file.SetLength(file.Length * 6 / 10);
        var report = Pose.Predict(model, video, PathOf("poses.slp"), new() { Frames = Enumerable.Range(0, 40) });
        Assert.Equal(40, report.Requested);
        Assert.InRange(report.Processed, 5, 39);
        AssertTrue(report);
        Assert.False(report.IsInterrupted);
    }

    [SkippableFact]
    public void A_decoder_that_is_killed_leaves_the_frames_before_and_an_account_of_the_others()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The decoder is found in /proc.");
        using var model = SingleInstance();
        // Large frames, so that few are decoded ahead: 8 by the loader, 2 by ffmpeg's reader, 4 in the two batches, and
        // what the pipe holds.
        var video = PathOf("killed.mp4");
        Ffmpeg(
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=3840x2160:rate=25:duration=3",
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-pix_fmt",
            "yuv420p",
            video
        );
        var killed = 0;
        var progress = new Collect(p =>
        {
            if (killed > 0 || p.Processed < 3)
                return;
            foreach (var decoder in DecodersOf(video))
            {
                decoder.Kill();
                killed++;
            }
        });
        var report = Pose.Predict(
            model,
            video,
            PathOf("poses.slp"),
            new() { Progress = progress, ProgressInterval = TimeSpan.Zero }
        );
        Assert.Equal((75, 1), (report.Requested, killed));
        Assert.InRange(report.Processed, 3, 60);
        AssertTrue(report);
    }

    [Fact]
    public void A_source_that_breaks_ends_the_run_and_keeps_what_was_done()
    {
        using var model = SingleInstance();
        DataViewTypeManager.Register(new ImageDataViewType(), typeof(MLImage));
        var frames = _ml.Data.LoadFromEnumerable(
            Enumerable
                .Range(0, 20)
                .Select(i =>
                    i == 7
                        ? throw new IOException("the camera is gone")
                        : new Picture { FrameIndex = i, Image = Gray() }
                )
        );
        var error = Assert.Throws<PredictionStoppedException>(() => Pose.Predict(model, frames, PathOf("poses.slp")));
        Assert.Contains("the camera is gone", error.Message);
        Assert.Contains("poses.slp", error.Message);
        Assert.Equal((7, "the camera is gone"), (error.Report.Processed, error.Report.Fault));
        Assert.Equal(Enumerable.Range(0, 7), Labels.Load(PathOf("poses.slp")).Frames.Select(f => f.FrameIndex));
    }

    [Fact]
    public void A_source_that_breaks_at_once_leaves_no_file()
    {
        using var model = SingleInstance();
        File.WriteAllText(PathOf("bad.mp4"), "no video");
        Assert.ThrowsAny<Exception>(() => Pose.Predict(model, PathOf("bad.mp4"), PathOf("poses.slp")));
        Assert.Equal([PathOf("bad.mp4")], Directory.GetFiles(_folder));
    }

    [SkippableTheory]
    [InlineData("poses.slp")]
    [InlineData("poses.csv")]
    public void A_disk_that_fills_up_ends_the_run_and_keeps_what_was_done(string name)
    {
        var disk = Directory.CreateDirectory(PathOf("disk")).FullName;
        Skip.IfNot(
            OperatingSystem.IsLinux() && Shell("mount", "-t", "tmpfs", "-o", "size=6000k", "none", disk) == 0,
            "No file system can be mounted here."
        );
        try
        {
            // Poses that need no network: a model is whatever gives keypoints.
            var skeleton = new Skeleton("", Enumerable.Range(0, 20).Select(n => $"n{n}"));
            var video = Video.FromFile(Golden.PathOf("../data/small_robot.mp4"));
            var frames = Enumerable
                .Range(0, 20_000)
                .Select(i => new LabeledFrame
                {
                    Video = video,
                    FrameIndex = i,
                    Instances =
                    [
                        new Instance
                        {
                            Skeleton = skeleton,
                            Points = [.. Enumerable.Range(0, 20).Select(n => new Point(i + 0.125, n))],
                        },
                    ],
                });
            var view = Pose.FromLabels(new Labels(frames));
            var model = _ml.Transforms.CopyColumns("Copy", "FrameIndex").Fit(view);
            var error = Assert.Throws<PredictionStoppedException>(() =>
                Pose.Predict(model, view, Path.Combine(disk, name))
            );
            Assert.Contains("The disk is full", error.Message);
            Assert.InRange(error.Report.Processed, 1000, 19_999);
            Assert.Equal(20_000 - error.Report.Processed, error.Report.Remaining);
            var labels = Labels.Load(Path.Combine(disk, name));
            Assert.Equal(Enumerable.Range(0, error.Report.Processed), labels.Frames.Select(f => f.FrameIndex));
            Assert.All(labels.Frames, f => Assert.Equal(f.FrameIndex + 0.125, f.Instances.Single().Points[19].X));
            Assert.Equal([Path.Combine(disk, name)], Directory.GetFiles(disk));
        }
        finally
        {
            Shell("umount", disk);
        }
    }

    private void AssertTrue(PredictionReport report)
    {
        Assert.Equal(report.Requested, report.Processed + report.Failed);
        Assert.Equal(0, report.Remaining);
        Assert.All(report.Unreadable, frame => Assert.NotEmpty(frame.Reason));
        var labels = Labels.Load(report.Output!);
        // Every frame is in the file or among those that failed, and none in both.
        Assert.Equal(
            Enumerable.Range(0, report.Requested),
            labels.Frames.Select(f => f.FrameIndex).Concat(report.Unreadable.Select(f => f.FrameIndex)).Order()
        );
        Assert.Equal(report.Processed, labels.Frames.Count);
        Assert.Equal(report.Failed, (int)labels.Provenance["frames"]!["failed"]!);
    }

    private PoseModelTransformer SingleInstance()
    {
        using var model = Pose.FromSleap(Golden.PathOf("models/single_instance"));
        return model.With(new PredictionOptions { BatchSize = 2, Device = "cpu" });
    }

    private static MLImage Gray() => MLImage.CreateFromPixels(64, 64, MLPixelFormat.Rgba32, new byte[64 * 64 * 4]);

    private static IEnumerable<Process> DecodersOf(string video)
    {
        foreach (
            var folder in Directory
                .GetDirectories("/proc")
                .Where(folder => int.TryParse(Path.GetFileName(folder), out _))
        )
        {
            string command;
            try
            {
                command = File.ReadAllText(Path.Combine(folder, "cmdline"));
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                continue;
            }
            if (
                Path.GetFileName(command.Split('\0')[0]) == "ffmpeg"
                && command.Contains(video, StringComparison.Ordinal)
            )
            {
                yield return Process.GetProcessById(int.Parse(Path.GetFileName(folder)));
            }
        }
    }

    private static void Ffmpeg(params string[] words) =>
        Assert.Equal(0, Shell("ffmpeg", ["-v", "error", "-y", .. words]));

    private static int Shell(string program, params string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo(program, words) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private sealed class Collect(Action<PredictionProgress> then) : IProgress<PredictionProgress>
    {
        public void Report(PredictionProgress value) => then(value);
    }

    private sealed class Picture
    {
        public int FrameIndex { get; set; }
        public MLImage Image { get; set; } = null!;
    }
}
