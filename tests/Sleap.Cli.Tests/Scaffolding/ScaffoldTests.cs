using System.Diagnostics;
using Sleap.MLNet;

namespace Sleap.Cli.Tests;

public sealed class ScaffoldTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-new-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("single-instance", "mouse.config.yaml")]
    [InlineData("top-down", "mouse.centroid.config.yaml", "mouse.centered_instance.config.yaml")]
    [InlineData("bottom-up", "mouse.config.yaml")]
    [InlineData("top-down-id", "mouse.centroid.config.yaml", "mouse.multi_class_topdown.config.yaml")]
    [InlineData("bottom-up-id", "mouse.config.yaml")]
    [InlineData("centroid", "mouse.config.yaml")]
    public void The_programs_of_every_type_compile_without_a_warning_and_the_configurations_say_the_same(
        string type,
        params string[] configurations
    )
    {
        var labels = type == "single-instance" ? Data("tests/data/small_robot_minimal.slp") : Flies();
        var scaffold = new Scaffold("mouse", labels, type);
        var files = scaffold.Write(Path.Combine(_folder, "out"));
        Assert.Equal(
            [
                "README.md",
                "Mouse.training.cs",
                "Mouse.consumption.cs",
                "Mouse.evaluate.cs",
                .. configurations,
                "Directory.Build.props",
                "Directory.Build.targets",
                "Directory.Packages.props",
                "Directory.Build.rsp",
            ],
            files.Select(Path.GetFileName)
        );
        foreach (var program in files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal)))
            Assert.Empty(Compiler.Program(program, File.ReadAllText(program)));
        foreach (var (options, file) in scaffold.Networks.Zip(configurations))
        {
            var config = SleapConfig.Read(Path.Combine(_folder, "out", file));
            Assert.Equal(options.NetworkName, config.Options.NetworkName);
            Assert.Empty(config.Remarks);
            Assert.Equal(options.Backbone, config.Options.Backbone);
            Assert.Equal(
                (
                    options.Scale,
                    options.Sigma,
                    options.Augmentation.RotationMax,
                    options.Training.Epochs,
                    options.Training.StepsPerEpoch
                ),
                (
                    config.Options.Scale,
                    config.Options.Sigma,
                    config.Options.Augmentation.RotationMax,
                    config.Options.Training.Epochs,
                    config.Options.Training.StepsPerEpoch
                )
            );
            Assert.Equal(
                type.EndsWith("-id", StringComparison.Ordinal) && options is not CentroidOptions
                    ? ["track_0", "track_1"]
                    : [],
                config.Classes
            );
        }
    }

    [Fact]
    public void What_is_chosen_follows_from_the_labels()
    {
        var mouse = new Scaffold("mouse", Data("examples/data/openfield"), null);
        // 116 frames of 640 x 480 with a mouse of some 100 px: 0.5 leaves 50, which are enough for 4 nodes.
        Assert.Equal("single-instance", mouse.Proposal.Type);
        Assert.Contains(
            "| frames | 116 of 640 x 480 px |\n| animals | 116, up to 1 in a frame, 0% of them over another |",
            new ScaffoldCode(mouse).Readme(SourceReference.Packages())
        );
        Assert.Equal(
            (0.5f, 180f),
            (mouse.Proposal.Options.Networks[0].Scale, mouse.Proposal.Options.Networks[0].Augmentation.RotationMax)
        );

        var flies = new Scaffold("two flies", Flies(), null);
        Assert.Equal(("top-down", "TwoFlies"), (flies.Proposal.Type, flies.Name));
        var options = (TopDownOptions)flies.Proposal.Options;
        Assert.Equal(
            ("thorax", 2, 0.25f, 1f),
            (options.AnchorPart, options.Centroid.MaxInstances, options.Centroid.Scale, options.CenteredInstance.Scale)
        );
    }

    /// <summary>
    /// Under each option stands why, and what 'sleap config auto' and 'sleap train --auto' propose is what is written.
    /// </summary>
    [Fact]
    public void Every_option_stands_under_its_reason()
    {
        var scaffold = new Scaffold("flies", Flies(), "top-down-id");
        string[] lines =
        [
            .. new ScaffoldCode(scaffold).Training(SourceReference.Packages()).Split('\n').Select(line => line.Trim()),
        ];
        var proposed = Cli.Json("config", "auto", Flies(), "--type", "top-down-id")["options"]!.AsArray();
        foreach (var option in proposed.Where(option => (string?)option!["option"] != "Type"))
        {
            var (name, value, reason) = (
                ((string)option!["option"]!).Split('.')[^1],
                (string)option["value"]!,
                (string)option["reason"]!
            );
            var found = lines
                .Where(
                    (line, i) =>
                        i > 0
                        && lines[i - 1] == $"// {reason}"
                        && line.StartsWith($"{name} = ", StringComparison.Ordinal)
                )
                .ToList();
            Assert.True(found.Count > 0, $"'{name} = …' does not stand under '{reason}'");
            Assert.All(found, line => Assert.Contains(value.Split(',')[0], line));
        }
    }

    [Fact]
    public void Outside_a_clone_programs_name_the_packages_of_this_version()
    {
        var (versions, own) = (
            Cli.PackageVersions(),
            System.Xml.Linq.XDocument.Load(Data("Directory.Build.props")).Descendants("VersionPrefix").Single().Value
        );
        var head = SourceReference.Packages();
        var libtorch = System
            .Text.RegularExpressions.Regex.Match(
                SourceReference.LibTorch,
                "^#:package (libtorch-cpu-[a-z0-9-]+)@(.+)\n.* TorchSharp-cuda-linux@([0-9.]+) or"
            )
            .Groups;
        Assert.Equal(versions[libtorch[1].Value], libtorch[2].Value);
        Assert.Equal(versions["TorchSharp"], libtorch[3].Value);
        Assert.Equal($"#:package Sleap.MLNet@{own}\n{SourceReference.LibTorch}", head.Lines);
        var code = new ScaffoldCode(new Scaffold("mouse", Data("examples/data/openfield"), null));
        foreach (var program in new[] { code.Training(head), code.Consumption(head), code.Evaluate(head) })
        {
            Assert.StartsWith(head.Lines, program);
            Assert.DoesNotContain("#:project", program);
            Assert.Empty(Compiler.Program("mouse", program));
        }
    }

    /// <summary>Inside the clone the folder moves with it; elsewhere only the whole path stays right.</summary>
    [Fact]
    public void In_a_clone_programs_name_the_project()
    {
        Assert.Equal("#:project ../src/Sleap.MLNet/Sleap.MLNet.csproj", SourceReference.For(Data("mouse")).Lines);
        Assert.StartsWith(
            $"#:project {Data("src/Sleap.MLNet/Sleap.MLNet.csproj")}\n{SourceReference.LibTorch}\n"
                + "#:property PublishAot=false\n",
            SourceReference.For(_folder).Lines
        );
    }

    [Fact]
    public void What_cannot_be_trained_or_named_is_said()
    {
        var untracked = Path.Combine(_folder, "untracked.slp");
        FlyLabels.Range(0, 3, _ => null, byHand: true).Save(untracked);
        Assert.Contains(
            "no labeled instance has a track",
            Assert.Throws<ArgumentException>(() => new Scaffold("flies", untracked, "top-down-id")).Message
        );
        Assert.Contains(
            "up to 2 instances",
            Assert.Throws<ArgumentException>(() => new Scaffold("flies", untracked, "single-instance")).Message
        );
        Assert.Contains(
            "bottom-up: the skeleton has no edges",
            Assert
                .Throws<ArgumentException>(() => new Scaffold("mouse", Data("examples/data/openfield"), "bottom-up"))
                .Message
        );
        Assert.Contains(
            "'7mice' cannot name",
            Assert.Throws<ArgumentException>(() => new Scaffold("7mice", untracked, null)).Message
        );
        Assert.Contains(
            "cannot name",
            Assert.Throws<ArgumentException>(() => new Scaffold("../mice", untracked, null)).Message
        );
        var scaffold = new Scaffold("mouse", untracked, null);
        scaffold.Write(_folder);
        File.WriteAllText(Path.Combine(_folder, "README.md"), "mine");
        Assert.Contains("README.md", Assert.Throws<IOException>(() => scaffold.Write(_folder)).Message);
        Assert.Equal("mine", File.ReadAllText(Path.Combine(_folder, "README.md")));
    }

    /// <summary>As a person would, with fewer steps of a smaller network: train, test, and look at a picture.</summary>
    [Fact]
    public void The_programs_run_one_after_the_other()
    {
        var answer = Cli.Json("new", "robot", "--labels", Data("tests/data/small_robot_minimal.slp"), "--out", _folder);
        Assert.Equal("single-instance", (string?)answer["type"]);
        var training = Path.Combine(_folder, "Robot.training.cs");
        var code = File.ReadAllText(training);
        foreach (
            var (option, value) in new[]
            {
                ("StepsPerEpoch", "1"),
                ("Epochs", "1"),
                ("Filters", "4"),
                ("Scale", "0.125f"),
            }
        )
        {
            var line = code.Split('\n')
                .Single(text => text.Trim().StartsWith($"{option} = ", StringComparison.Ordinal));
            code = code.Replace(line, $"{option} = {value},", StringComparison.Ordinal);
        }
        File.WriteAllText(training, code);
        Assert.Contains("On frames that it has not seen:", DotnetRun("Robot.training.cs"));
        var run = Assert.Single(Directory.GetDirectories(Path.Combine(_folder, "runs")));
        Assert.Contains("1 / 1", File.ReadAllText(Path.Combine(run, "report.html")));
        Assert.Contains("within", Compiler.Run(Path.Combine(_folder, "Robot.evaluate.cs"), _folder));
        Assert.True(File.Exists(Path.Combine(_folder, "evaluation", "report.html")));
        var picture = Data("examples/data/openfield/labeled-data/m4s1/img0000.png");
        Assert.Contains("animal 0  A ", Compiler.Run(Path.Combine(_folder, "Robot.consumption.cs"), _folder, picture));
    }

    private string Flies()
    {
        var file = Path.Combine(_folder, "flies.slp");
        FlyLabels.Range(0, 40, byHand: true).Save(file);
        return file;
    }

    private string DotnetRun(string program)
    {
        // The configuration of this test, whose assemblies are built already.
        var configuration = AppContext.BaseDirectory.Contains("release", StringComparison.OrdinalIgnoreCase)
            ? "Release"
            : "Debug";
        var start = new ProcessStartInfo("dotnet", ["run", program, "-c", configuration])
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

    private static string Data(string name) => Path.Combine(Cli.Root, name);
}
