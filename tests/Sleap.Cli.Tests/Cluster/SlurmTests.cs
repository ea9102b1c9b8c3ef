using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.IO;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli.Tests;

/// <summary>The script that <c>sleap cluster slurm</c> writes, submitted to a real Slurm.</summary>
public sealed class SlurmTests : IDisposable
{
    // As sleap, but the second shard is canceled by Slurm once, as by an operator or at the end of its time, and a task
    // does not end on a node that is to be killed.
    private const string Sleap = """
        #!/usr/bin/env bash
        if [ -e cancel ] && [[ " $* " == *" --shard 1/3 "* ]]; then
          rm cancel; scancel "${SLURM_ARRAY_JOB_ID}_1"; sleep 60
        fi
        if [ -e "hold-$SLURMD_NODENAME" ]; then echo "$@" >> held; sleep 600; fi
        echo "$@" >> calls
        export OMP_NUM_THREADS=1
        exec dotnet "SLEAP_DLL" "$@"
        """;

    private static readonly string Robot = Cli.Data("small_robot.mp4");
    private static readonly string Model = Path.Combine(Cli.Root, "tests", "golden", "models", "single_instance");

    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-slurm-").FullName;

    public SlurmTests()
    {
        Directory.CreateDirectory(PathOf("bin"));
        File.WriteAllText(
            PathOf("bin/sleap"),
            Sleap.Replace("SLEAP_DLL", Path.Combine(AppContext.BaseDirectory, "sleap.dll"), StringComparison.Ordinal)
        );
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(PathOf("bin/sleap"), (UnixFileMode)0b111_101_101);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public void A_real_array_job_gives_the_unsharded_prediction_and_goes_on_after_a_shard_was_canceled()
    {
        SkipWithoutSlurm();
        string[] what =
        [
            Robot,
            "--shards",
            "3",
            "--predict",
            "--frames 0-19 --device cpu",
            "--out",
            PathOf("robot.slp"),
        ];
        Write("robot.sh", [.. what, "--name", "robot"]);
        using var slurm = new LocalSlurm(PathOf("slurm"), nodes: 1, cpus: 3);

        File.WriteAllText(PathOf("cancel"), "");
        Submit(slurm, "robot.sh");
        Assert.False(File.Exists(PathOf("robot.slp")));
        Assert.True(File.Exists(Shard(0)) && !File.Exists(Shard(1)) && File.Exists(Shard(2)));
        var log = File.ReadAllText(Assert.Single(Directory.GetFiles(_folder, "robot-merge-*.log")));
        Assert.Matches(@"small_robot.mp4 +20 +13 +0 +7  shards 1\n", log);
        Assert.Contains("Not all is done", log);
        Assert.Equal(3, File.ReadAllLines(PathOf("calls")).Length);
        var before = (File.GetLastWriteTimeUtc(Shard(0)), File.GetLastWriteTimeUtc(Shard(2)));

        Submit(slurm, "robot.sh");
        // The first and the third were left as they were.
        var calls = File.ReadAllLines(PathOf("calls"))[3..];
        Assert.Equal(["predict", "cluster"], calls.Select(call => call.Split(' ')[0]));
        Assert.Contains("--shard 1/3", calls[0]);
        Assert.Equal(before, (File.GetLastWriteTimeUtc(Shard(0)), File.GetLastWriteTimeUtc(Shard(2))));
        Assert.Equal(
            2,
            Directory
                .GetFiles(_folder, "robot-*.log")
                .Count(one => File.ReadAllText(one).Contains("small_robot.mp4 is done", StringComparison.Ordinal))
        );
        var (code, account) = Collect(what);
        Assert.Equal((0, 20, 0), (code, (int)account["predicted"]!, (int)account["missing"]!));

        Cli.Json([.. (string[])["predict", Robot, "--model", Model, "--frames", "0-19"], "--out", PathOf("whole.slp")]);
        AssertSame(Labels.Load(PathOf("whole.slp")), Labels.Load(PathOf("robot.slp")), 20);
    }

    [SkippableFact]
    public void Fifty_recordings_on_three_nodes_are_complete_though_one_node_is_killed_in_the_middle()
    {
        SkipWithoutSlurm();
        const int Recordings = 50,
            Frames = 3;
        var videos = Directory.CreateDirectory(PathOf("my videos")).FullName;
        for (var i = 0; i < Recordings; i++)
            Cut(i * Frames, Frames, Path.Combine(videos, $"it's {i}.mp4"));
        string[] what = [videos, "--predict", "--device cpu", "--out", PathOf("poses")];
        Write("all.sh", what);
        using var slurm = new LocalSlurm(PathOf("slurm"), nodes: 3, cpus: 1);

        slurm.Submit(PathOf("all.sh"), PathOf("bin"));
        LocalSlurm.WaitFor(() => Done() >= 10, TimeSpan.FromMinutes(4), "there are no ten results");
        File.WriteAllText(PathOf("hold-n2"), "");
        LocalSlurm.WaitFor(() => File.Exists(PathOf("held")), TimeSpan.FromMinutes(2), "the second node has no task");
        Assert.InRange(Done(), 10, Recordings - 5);
        Assert.Equal(1, Collect(what).Code);
        slurm.Kill("n2");
        slurm.WaitForJobs(TimeSpan.FromMinutes(9));

        // What the killed node did was queued again, and nothing was done twice.
        var held = Assert.Single(File.ReadAllLines(PathOf("held")));
        var calls = File.ReadAllLines(PathOf("calls")).Where(call => call.StartsWith("predict")).ToList();
        Assert.Equal(Recordings, calls.Count);
        Assert.Equal(Recordings, calls.Distinct().Count());
        Assert.Contains(held, calls);
        var log = File.ReadAllText(Assert.Single(Directory.GetFiles(_folder, "poses-merge-*.log")));
        Assert.Matches($@"{Recordings} recordings +{Recordings * Frames} +{Recordings * Frames} +0 +0  0\n", log);
        Assert.DoesNotContain("Not all is done", log);

        // As one machine predicts them.
        var ml = new MLContext(1);
        using var model = ml.Pose().FromSleap(Model);
        for (var i = 0; i < Recordings; i++)
        {
            var one = ml.Pose().Predict(model, Path.Combine(videos, $"it's {i}.mp4"), null).Labels!;
            AssertSame(one, Labels.Load(PathOf($"poses/it's {i}.mp4.predictions.slp")), Frames);
        }

        int Done() =>
            Directory.Exists(PathOf("poses")) ? Directory.GetFiles(PathOf("poses"), "*.predictions.slp").Length : 0;
    }

    private static void SkipWithoutSlurm()
    {
        Skip.If(OperatingSystem.IsWindows(), "Slurm is for Linux.");
        Skip.If(LocalSlurm.Missing is not null, $"There is no {LocalSlurm.Missing}: apt-get install slurm-wlm munge.");
    }

    private static void AssertSame(Labels expected, Labels actual, int frames)
    {
        Assert.Equal(frames, expected.Frames.Count);
        Assert.Equal(
            expected.Frames.Select(frame => frame.FrameIndex),
            actual.Frames.Select(frame => frame.FrameIndex)
        );
        Assert.Equal(
            expected.Frames.Select(frame => frame.Instances.Count),
            actual.Frames.Select(frame => frame.Instances.Count)
        );
        foreach (var (a, b) in expected.Frames.SelectMany(Points).Zip(actual.Frames.SelectMany(Points)))
        {
            // Batches are cut elsewhere, and other batch sizes take other kernels.
            Assert.Equal(a.X, b.X, 1e-3);
            Assert.Equal(a.Y, b.Y, 1e-3);
        }
    }

    private static IEnumerable<Point> Points(LabeledFrame frame) =>
        frame.Instances.SelectMany(instance => instance.Points).Where(point => !point.IsMissing);

    private static void Cut(int first, int count, string file)
    {
        using var process = Process.Start(
            "ffmpeg",
            [
                .. (string[])["-v", "error", "-i", Robot, "-vf", $@"select=between(n\,{first}\,{first + count - 1})"],
                .. (string[])["-fps_mode", "passthrough", "-c:v", "mpeg4", "-q:v", "2", file],
            ]
        );
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static (int Code, JsonNode Account) Collect(string[] what)
    {
        var (code, output, _) = Cli.Run(["cluster", "collect", .. what, "--json"]);
        return (code, JsonNode.Parse(output.TrimEnd().Split('\n')[^1])!);
    }

    private void Write(string script, string[] what) =>
        Cli.Json([
            .. (string[])["cluster", "slurm", .. what, "--model", Model],
            .. (string[])["--cpus", "1", "--memory", "1G", "--script", PathOf(script)],
        ]);

    private string Shard(int index) => PathOf($"robot.shard-{index}-of-3.slp");

    private string PathOf(string name) => Path.Combine(_folder, name);

    private void Submit(LocalSlurm slurm, string script)
    {
        slurm.Submit(PathOf(script), PathOf("bin"));
        slurm.WaitForJobs(TimeSpan.FromMinutes(4));
    }
}
