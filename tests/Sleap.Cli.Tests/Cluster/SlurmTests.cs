using System.Diagnostics;
using Sleap.IO;

namespace Sleap.Cli.Tests;

/// <summary>The script that <c>sleap cluster slurm</c> writes, submitted to a real Slurm.</summary>
public sealed class SlurmTests : IDisposable
{
    // As sleap, but the second shard is canceled by Slurm once: as by an operator, or at the end of its time.
    private const string Sleap = """
        #!/usr/bin/env bash
        if [ -e cancel ] && [[ " $* " == *" --shard 1/3 "* ]]; then rm cancel; scancel "${SLURM_ARRAY_JOB_ID}_1"; sleep 60; fi
        echo "$@" >> calls
        exec dotnet "SLEAP_DLL" "$@"
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-slurm-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public void A_real_array_job_gives_the_unsharded_prediction_and_goes_on_after_a_shard_was_canceled()
    {
        Skip.If(OperatingSystem.IsWindows(), "Slurm is for Linux.");
        Skip.If(
            OneNodeSlurm.Missing is not null,
            $"There is no {OneNodeSlurm.Missing}: apt-get install slurm-wlm munge."
        );
        var (video, model) = (
            Path.Combine(Cli.Root, "tests", "data", "small_robot.mp4"),
            Path.Combine(Cli.Root, "tests", "golden", "models", "single_instance")
        );
        Directory.CreateDirectory(PathOf("bin"));
        File.WriteAllText(
            PathOf("bin/sleap"),
            Sleap.Replace("SLEAP_DLL", Path.Combine(AppContext.BaseDirectory, "sleap.dll"), StringComparison.Ordinal)
        );
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(PathOf("bin/sleap"), (UnixFileMode)0b111_101_101);
        Cli.Json(
            "cluster",
            "slurm",
            video,
            "--model",
            model,
            "--shards",
            "3",
            "--cpus",
            "1",
            "--memory",
            "1G",
            "--name",
            "robot",
            "--predict",
            "--frames 0-19 --device cpu",
            "--out",
            PathOf("robot.slp"),
            "--script",
            PathOf("robot.sh")
        );
        using var slurm = new OneNodeSlurm(Directory.CreateDirectory(PathOf("slurm")).FullName);

        File.WriteAllText(PathOf("cancel"), "");
        Submit(slurm);
        Assert.False(File.Exists(PathOf("robot.slp")));
        Assert.True(File.Exists(Shard(0)) && !File.Exists(Shard(1)) && File.Exists(Shard(2)));
        Assert.Contains(
            "shard 1 is not done",
            File.ReadAllText(Assert.Single(Directory.GetFiles(_folder, "robot-merge-*.log")))
        );
        Assert.Equal(2, File.ReadAllLines(PathOf("calls")).Length);
        var before = (File.GetLastWriteTimeUtc(Shard(0)), File.GetLastWriteTimeUtc(Shard(2)));

        Submit(slurm);
        // The first and the third were left as they were.
        var calls = File.ReadAllLines(PathOf("calls"))[2..];
        Assert.Equal(["predict", "merge"], calls.Select(call => call.Split(' ')[0]));
        Assert.Contains("--shard 1/3", calls[0]);
        Assert.Equal(before, (File.GetLastWriteTimeUtc(Shard(0)), File.GetLastWriteTimeUtc(Shard(2))));
        Assert.Equal(
            2,
            Directory
                .GetFiles(_folder, "robot-*.log")
                .Count(log => File.ReadAllText(log).Contains("is done", StringComparison.Ordinal))
        );

        Cli.Json(
            "predict",
            video,
            "--model",
            model,
            "--frames",
            "0-19",
            "--device",
            "cpu",
            "--out",
            PathOf("whole.slp")
        );
        var (whole, merged) = (Labels.Load(PathOf("whole.slp")), Labels.Load(PathOf("robot.slp")));
        Assert.Equal(20, whole.Frames.Count);
        Assert.Equal(whole.Frames.Select(frame => frame.FrameIndex), merged.Frames.Select(frame => frame.FrameIndex));
        foreach (var (a, b) in whole.Frames.SelectMany(Points).Zip(merged.Frames.SelectMany(Points)))
        {
            // Batches are cut elsewhere, and other batch sizes take other kernels.
            Assert.Equal(a.X, b.X, 1e-3);
            Assert.Equal(a.Y, b.Y, 1e-3);
        }
        Assert.Equal(
            whole.Frames.Sum(frame => frame.Instances.Count),
            merged.Frames.Sum(frame => frame.Instances.Count)
        );
    }

    private static IEnumerable<Point> Points(LabeledFrame frame) =>
        frame.Instances.SelectMany(instance => instance.Points).Where(point => !point.IsMissing);

    private string Shard(int index) => PathOf($"robot.shard-{index}-of-3.slp");

    private string PathOf(string name) => Path.Combine(_folder, name);

    private void Submit(OneNodeSlurm slurm)
    {
        var start = new ProcessStartInfo("bash", ["robot.sh"])
        {
            WorkingDirectory = _folder,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{PathOf("bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["SLURM_CONF"] = slurm.ConfigurationFile;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
        slurm.WaitForJobs(TimeSpan.FromMinutes(4));
    }
}
