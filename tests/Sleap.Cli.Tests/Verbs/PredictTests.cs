using System.Diagnostics;
using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.Cli.Tests;

public sealed class PredictTests : IDisposable
{
    private const string Model = "tests/golden/models/single_instance";
    private const string Robot = "tests/data/small_robot.mp4";
    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-predict-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableTheory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public void Interrupted_it_writes_what_is_done_and_ends_with_130(string signal)
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent as Unix has them.");
        Skip.If(signal == "INT" && Cli.IgnoresInterrupts(), "Interrupts are ignored here.");
        var output = Path.Combine(_folder, "robot.slp");
        // Far more frames than are predicted before the signal: the video again and again.
        string[] words =
        [
            "predict",
            Robot,
            "--model",
            Model,
            "--frames",
            string.Join(',', Enumerable.Repeat("0-165", 60)),
            "--device",
            "cpu",
            "--batch-size",
            "2",
            "--out",
            output,
            "--json",
        ];
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "sleap.dll"), .. words])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = Cli.Root,
            }
        )!;
        // The first line of progress comes when a second of it is done.
        var first = process.StandardError.ReadLine();
        Assert.Contains("/9960 frames", first);
        Process.Start("kill", [$"-{signal}", $"{process.Id}"])!.WaitForExit();
        var error = process.StandardError.ReadToEndAsync();
        var report = JsonNode.Parse(process.StandardOutput.ReadToEnd().TrimEnd().Split('\n')[^1])!;
        process.WaitForExit();
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("writing what is done", error.Result);
        Assert.True((bool)report["interrupted"]!);
        Assert.Equal(9960, (int)report["requested"]!);
        var labels = Labels.Load(output);
        Assert.Equal((int)report["processed"]!, labels.Frames.Count);
        Assert.InRange(labels.Frames.Count, 2, 9959);
        Assert.True((bool)labels.Provenance["frames"]!["interrupted"]!);
        Assert.Single(Directory.GetFiles(_folder));
    }

    [SkippableFact]
    public void An_interrupted_shard_does_not_look_done()
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent as Unix has them.");
        var output = Path.Combine(_folder, "robot.slp");
        string[] words =
        [
            "predict",
            Robot,
            "--model",
            Model,
            "--frames",
            string.Join(',', Enumerable.Repeat("0-165", 60)),
            "--shard",
            "1/2",
            "--device",
            "cpu",
            "--batch-size",
            "2",
            "--out",
            output,
        ];
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "sleap.dll"), .. words])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = Cli.Root,
            }
        )!;
        Assert.Contains("/4980 frames", process.StandardError.ReadLine());
        Process.Start("kill", ["-TERM", $"{process.Id}"])!.WaitForExit();
        _ = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(130, process.ExitCode);
        Assert.Equal(output + ".partial", Assert.Single(Directory.GetFiles(_folder)));
    }

    [Fact]
    public void Shards_together_are_the_whole()
    {
        string Out(string name) => Path.Combine(_folder, name);
        Cli.Json("predict", Robot, "--model", Model, "--device", "cpu", "--out", Out("whole.slp"));
        for (var i = 0; i < 3; i++)
        {
            Cli.Json(
                "predict",
                Robot,
                "--model",
                Model,
                "--shard",
                $"{i}/3",
                "--device",
                "cpu",
                "--out",
                Out($"{i}.slp")
            );
        }

        Cli.Json("merge", Out("0.slp"), Out("1.slp"), Out("2.slp"), "--out", Out("merged.slp"));
        var (whole, merged) = (Labels.Load(Out("whole.slp")), Labels.Load(Out("merged.slp")));
        Assert.Equal(166, merged.Frames.Count);
        Assert.Equal(whole.Frames.Select(frame => frame.FrameIndex), merged.Frames.Select(frame => frame.FrameIndex));
        foreach (var (expected, actual) in whole.Frames.Zip(merged.Frames))
        {
            foreach (var (one, other) in expected.Instances.Single().Points.Zip(actual.Instances.Single().Points))
            {
                // Other frames are in the batch: sums are rounded in another order.
                Assert.True(
                    Math.Abs(one.X - other.X) < 1e-3 && Math.Abs(one.Y - other.Y) < 1e-3
                        || (one.IsMissing && other.IsMissing)
                );
            }
        }
    }

    [Fact]
    public void The_account_is_printed_and_is_in_the_file_with_the_command()
    {
        var output = Path.Combine(_folder, "robot.slp");
        var report = Cli.Json(
            "predict",
            Images(good: 3),
            "--model",
            Model,
            "--frames",
            "0-2,3",
            "--device",
            "cpu",
            "--out",
            output
        );
        Assert.Equal(
            (4, 3, 1, 0, 3),
            (
                (int)report["requested"]!,
                (int)report["processed"]!,
                (int)report["failed"]!,
                (int)report["empty"]!,
                (int)report["instances"]!
            )
        );
        Assert.Equal(3, (int)report["failed_frames"]![0]!["frame"]!);
        Assert.False((bool)report["interrupted"]!);
        var provenance = Labels.Load(output).Provenance;
        Assert.Contains("--frames 0-2,3", (string)provenance["command"]!);
        Assert.Equal(1, (int)provenance["frames"]!["failed"]!);
    }

    [Theory]
    [InlineData("0-1", 0, "1 of 2 frames, 1 failed, 0 empty, 1 instances")]
    [InlineData("1", 1, "0 of 1 frames, 1 failed, 0 empty, 0 instances")]
    public void Frames_that_fail_are_named_and_the_last_line_is_for_a_person(string frames, int expected, string last)
    {
        var (code, output, error) = Cli.Run(
            "predict",
            Images(good: 1),
            "--model",
            Model,
            "--frames",
            frames,
            "--device",
            "cpu",
            "--out",
            Path.Combine(_folder, "robot.csv")
        );
        Assert.Equal(expected, code);
        Assert.Contains("frame 1 could not be read", error);
        Assert.StartsWith(last, output.TrimEnd().Split('\n')[^1]);
    }

    // The first frames of the robot as images, and one that is none.
    private string Images(int good)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, $"images{good}")).FullName;
        var (code, output) = Cli.Start(
            "ffmpeg",
            Cli.Root,
            "-v",
            "error",
            "-i",
            Robot,
            "-frames:v",
            $"{good}",
            "-start_number",
            "0",
            Path.Combine(folder, "img%d.png")
        );
        Assert.True(code == 0, output);
        File.WriteAllText(Path.Combine(folder, $"img{good}.png"), "no image");
        return folder;
    }

    [Fact]
    public void When_nothing_is_found_it_says_what_to_look_at()
    {
        var (code, output, error) = Cli.Run(
            "predict",
            Robot,
            "--model",
            "tests/golden/models/bottomup",
            "--frames",
            "0-1",
            "--peak-threshold",
            "1",
            "--device",
            "cpu",
            "--out",
            Path.Combine(_folder, "robot.slp")
        );
        Assert.Equal(0, code);
        Assert.Contains("no instance was found in 2 frames", error);
        Assert.Contains("--peak-threshold", error);
        Assert.Contains("2 empty, 0 instances", output);
    }

    [Theory]
    [InlineData("nowhere/robot.slp", "no folder")]
    [InlineData("robot.docx", ".docx")]
    public void A_place_that_cannot_be_written_is_told_before_anything_is_predicted(string name, string cause)
    {
        var (code, output, error) = Cli.Run(
            "predict",
            Robot,
            "--model",
            Model,
            "--out",
            Path.Combine(_folder, name),
            "--device",
            "cpu"
        );
        Assert.Equal((1, ""), (code, output));
        Assert.Contains(cause, error);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [SkippableFact]
    public void A_GPU_that_is_not_there_is_exit_code_1_with_the_way_out_or_the_CPU()
    {
        Skip.If(TorchSharp.torch.cuda.is_available(), "There is a GPU.");
        string[] words =
        [
            "predict",
            Robot,
            "--model",
            Model,
            "--frames",
            "0",
            "--device",
            "cuda",
            "--out",
            Path.Combine(_folder, "robot.slp"),
        ];
        var (code, _, error) = Cli.Run(words);
        Assert.Equal(1, code);
        Assert.Contains("auto", error);
        (code, _, error) = Cli.Run([.. words, "--fallback-to-cpu"]);
        Assert.Equal(0, code);
        Assert.Contains("the CPU predicts", error);
    }
}
