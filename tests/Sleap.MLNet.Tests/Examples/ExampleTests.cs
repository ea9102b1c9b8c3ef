using System.Diagnostics;
using System.Runtime.CompilerServices;
using Sleap.IO;

namespace Sleap.MLNet.Tests;

public sealed class ExampleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("examples-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_trained_model_predicts_and_its_poses_are_features_of_a_trainer()
    {
        var video = Path.Combine(Root(), "tests/data/small_robot.mp4");
        var output = Run("train-and-predict.cs", Path.Combine(Root(), "tests/data/small_robot_minimal.slp"), video);
        Assert.Contains("video, frame, instance, track, node, x, y, score", output);
        Assert.True(File.Exists(Path.Combine(_folder, "mouse.zip")));
        Assert.Equal(166, Labels.Load(Path.Combine(_folder, "session.predictions.slp")).Frames.Count);
        Assert.Contains("posture 1: ", Run("pose-clusters.cs", Path.Combine(_folder, "mouse.zip"), video));
    }

    [Fact]
    public void Fly_behavior_goes_from_poses_to_a_table_features_and_a_report()
    {
        var output = Run(
            "fly-behavior.cs",
            Path.Combine(Root(), "tests/data/flies13_20190128.predictions.slp"),
            Path.Combine(_folder, "report")
        );
        Assert.Contains("track_0: ", output);
        Assert.Contains("track_1: ", output);
        Assert.Contains("features: Vector<Single, 13, 2>", output);
        Assert.StartsWith(
            "<!doctype html>",
            File.ReadAllText(Path.Combine(_folder, "report", "report.html")),
            StringComparison.OrdinalIgnoreCase
        );
    }

    [Fact]
    public void Two_flies_are_found_by_a_model_of_sleap_nn()
    {
        string[] words =
        [
            .. new[]
            {
                "tests/golden/trained/flies13_centroid",
                "tests/golden/trained/flies13_centered",
                "examples/data/flies13/flies13_20190128.mp4",
            }.Select(path => Path.Combine(Root(), path)),
            "4",
        ];
        Assert.Contains("4 frames, 8 flies", Run("two-flies.cs", words));
        Assert.True(File.Exists(Path.Combine(_folder, "flies.png")) && File.Exists(Path.Combine(_folder, "flies.zip")));
        Assert.Equal(8, Labels.Load(Path.Combine(_folder, "flies.slp")).Frames.Sum(frame => frame.Instances.Count));
    }

    [Fact]
    public void The_code_in_the_readme_is_that_of_the_example()
    {
        var readme = File.ReadAllText(Path.Combine(Root(), "README.md"));
        var start = readme.IndexOf("```csharp\n", StringComparison.Ordinal) + "```csharp\n".Length;
        var code = readme[start..readme.IndexOf("```", start, StringComparison.Ordinal)]
            .Replace("\"labels.slp\"", "labelFile", StringComparison.Ordinal)
            .Replace("\"session.mp4\"", "videoFile", StringComparison.Ordinal);
        Assert.Contains(code.Trim(), File.ReadAllText(Path.Combine(Root(), "examples/train-and-predict.cs")));
    }

    [Fact]
    public void Broken_tracks_become_one_for_each_animal()
    {
        var output = Run(
            "clean-tracks.cs",
            Path.Combine(Root(), "tests/data/centered_pair_predictions.slp"),
            "2",
            Path.Combine(_folder, "clean.slp")
        );
        Assert.Contains("after: 2 tracks, 0 breaks", output);
        Assert.Equal(2, Labels.Load(Path.Combine(_folder, "clean.slp")).Tracks.Count);
    }

    private string Run(string example, params string[] words)
    {
        // The configuration of this test, whose assemblies are built already.
        var configuration = AppContext.BaseDirectory.Contains("release", StringComparison.OrdinalIgnoreCase)
            ? "Release"
            : "Debug";
        var start = new ProcessStartInfo(
            "dotnet",
            ["run", Path.Combine(Root(), "examples", example), "-c", configuration, "--", .. words]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}\n{output}\n{error.Result}");
        return output;
    }

    private static string Root([CallerFilePath] string here = "")
    {
        for (var folder = Path.GetDirectoryName(here); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Sleap.MLNet.sln")))
                return folder;
        }

        throw new DirectoryNotFoundException($"Sleap.MLNet.sln is not above {here}.");
    }
}
