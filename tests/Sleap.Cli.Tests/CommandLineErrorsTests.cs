using System.Diagnostics;
using System.Runtime.Intrinsics.X86;

namespace Sleap.Cli.Tests;

public sealed class CommandLineErrorsTests
{
    [Theory]
    [InlineData("train", "traim")]
    [InlineData("predict", "pred")]
    [InlineData("analyze", "analyse")]
    [InlineData("--model", "predict", "v.mp4", "--modle", "m.zip", "--out", "x.slp")]
    [InlineData("--json", "info", "--jsn")]
    [InlineData("top-down", "new", "mouse", "--labels", "x.slp", "--type", "topdown")]
    [InlineData("slurm", "cluster", "slrum", "v.mp4")]
    public void Wrong_words_get_the_nearest_right_one(string right, params string[] words)
    {
        var faults = CommandLineErrors.Of(SleapCommand.Create().Parse(words));
        Assert.Contains(faults, fault => fault.EndsWith($"Did you mean '{right}'?", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("fhqwhgads")]
    [InlineData("info", "a", "b")]
    [InlineData("convert", "a.slp")]
    public void Where_nothing_is_near_nothing_is_guessed(params string[] words)
    {
        var faults = CommandLineErrors.Of(SleapCommand.Create().Parse(words));
        Assert.NotEmpty(faults);
        Assert.DoesNotContain(faults, fault => fault.Contains("Did you mean"));
    }

    [Theory]
    [InlineData("info, convert, check, fix, new, ")]
    [InlineData("slurm, k8s.", "cluster")]
    public void Without_a_verb_the_verbs_are_told(string verbs, params string[] words) =>
        Assert.Contains(verbs, Assert.Single(CommandLineErrors.Of(SleapCommand.Create().Parse(words))));

    [Theory]
    [InlineData("train", "[suggest:8]", "sleap tr")]
    [InlineData("--json", "[suggest:19]", "sleap info x --js")]
    [InlineData("top-down", "[suggest:35]", "sleap new mouse --labels x --type ")]
    public void A_shell_can_ask_for_completions(string completion, params string[] words)
    {
        var (code, output, _) = Cli.Run(words);
        Assert.Equal(0, code);
        Assert.Contains(completion, output.Split('\n').Select(line => line.Trim()));
    }

    /// <summary>The function that docs/cli.md gives for bash, as bash would call it.</summary>
    [SkippableFact]
    public void The_completion_for_bash_completes()
    {
        Skip.If(OperatingSystem.IsWindows(), "It is for bash.");
        var function = DocBlocks
            .Of("docs/cli.md")
            .Single(block => block.Language == "bash" && block.Text.Contains("COMPREPLY"))
            .Text;
        var script =
            $"sleap() {{ dotnet '{Path.Combine(AppContext.BaseDirectory, "sleap.dll")}' \"$@\"; "
            + $"}}\n{function}\nCOMP_LINE='sleap predict v.mp4 --mo' COMP_POINT=24\n_sleap\nprintf '%s\\n' "
            + $"\"${{COMPREPLY[@]}}\"\n";
        using var process = Process.Start(
            new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true }
        )!;
        Assert.Contains("--model", process.StandardOutput.ReadToEnd().Split('\n'));
    }

    /// <summary>
    /// Nothing but text goes out, whatever the terminal: a file or a pipe has no escape sequences to cope with.
    /// </summary>
    [Fact]
    public void Output_is_plain()
    {
        foreach (
            var words in (string[][])
                [
                    ["--help"],
                    ["doctor"],
                    ["info", "examples/data/openfield"],
                    ["traim"],
                ]
        )
        {
            var (_, output, error) = Cli.Run(words);
            Assert.NotEmpty(output + error);
            Assert.DoesNotContain("\u001b", output + error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Doctor_tells_what_is_missing_and_what_to_do()
    {
        var answer = Cli.Json("doctor");
        Assert.True((bool)answer["ok"]!);
        Assert.Contains("threads", (string)answer["found"]!["libtorch"]!);
        Assert.StartsWith(
            Fma.IsSupported ? "this library's, with AVX2 and FMA" : "libtorch's",
            (string)answer["found"]!["convolutions"]!
        );
        var (code, output, _) = Cli.Run([("FFMPEG", "/nowhere/ffmpeg")], "doctor");
        Assert.Equal(1, code);
        Assert.Contains("ffmpeg: videos are read with it. 'apt-get install ffmpeg'", output);
    }

    [Fact]
    public void Benchmark_times_a_model_on_noise_and_on_a_video()
    {
        string[] model = ["--model", Path.Combine(Cli.Root, "tests/golden/models/single_instance"), "--frames", "4"];
        var noise = Cli.Json(["benchmark", .. model, "--size", "160x96", "--batch-sizes", "1,2"]);
        Assert.Equal([1, 2], noise["predicting"]!.AsArray().Select(result => (int)result!["batch_size"]!));
        Assert.All(noise["predicting"]!.AsArray(), result => Assert.True((double)result!["frames_per_second"]! > 0));
        Assert.Equal(
            4,
            (int)
                Cli.Json(["benchmark", .. model, "--source", "tests/data/small_robot.mp4", "--batch-sizes", "4"])[
                    "frames"
                ]!
        );
        var (code, _, error) = Cli.Run(["benchmark", .. model, "--batch-sizes", "0"]);
        Assert.Equal(1, code);
        Assert.Contains("--batch-sizes", error);
    }
}
