using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Xml.Linq;
using Sleap.IO;

namespace Sleap.Cli.Tests;

/// <summary>
/// The packages, made as 'dotnet run build.cs -- pack' makes them, and used outside the clone as a user does.
/// </summary>
public sealed class PackTests(PackedPackages packages) : IClassFixture<PackedPackages>
{
    // The first tensor is the program's own: libtorch has to load before this library is used.
    private const string Program = """
        using Microsoft.ML;
        using Sleap.MLNet;
        using Sleap.Transforms;
        using TorchSharp;

        Console.WriteLine($"sum {torch.ones(3).sum().item<float>()}");
        var ml = new MLContext(seed: 1);
        var pose = ml.Pose();
        IDataView labels = pose.LoadLabels(args[0]);
        var model = pose.SingleInstance(new()
        {
            Backbone = new UNetOptions { Filters = 8, MaxStride = 8, OutputStride = 4 },
            Scale = 0.25f,
            Training = new() { Epochs = 1, StepsPerEpoch = 2 },
        }).Fit(labels);
        ml.Model.Save(model, labels.Schema, "model.zip");
        var loaded = ml.Model.Load("model.zip", out _);
        var poses = loaded.Transform(pose.LoadVideo(args[1], Enumerable.Range(0, 4)));
        // ML.NET generates code for both of these.
        var rows = ml.Data.CreateEnumerable<Row>(poses, reuseRowObject: false).Select(row => row.FrameIndex).ToList();
        using var engine = ml.Model.CreatePredictionEngine<Row, Row>(ml.Transforms.CopyColumns("FrameIndex", "FrameIndex").Fit(poses));
        Console.WriteLine($"frames {string.Join(",", rows)}, engine {engine.Predict(new Row { FrameIndex = 7 }).FrameIndex}");
        pose.SaveLabels(poses, "poses.slp");
        Console.WriteLine($"folder {AppContext.BaseDirectory}");

        internal sealed class Row
        {
            public int FrameIndex { get; set; }
        }
        """;

    private static string System => RuntimeInformation.RuntimeIdentifier;

    [Fact]
    public void Packages_have_what_they_must_and_depend_on_what_they_use()
    {
        string[] mlnet = ["Microsoft.ML", "Microsoft.ML.ImageAnalytics", "Microsoft.Data.Analysis"];
        string[] skia = ["SkiaSharp", "SkiaSharp.NativeAssets.Linux.NoDependencies"];
        Check(
            "Sleap.IO",
            ["BitMiracle.LibTiff.NET", "CsvHelper", "Parquet.Net", "StbImageSharp", "YamlDotNet", .. skia]
        );
        Check("Sleap.Loaders", []);
        Check("Sleap.Transforms", ["Sleap.IO", "Sleap.Loaders", .. skia, .. mlnet]);
        // libtorch itself is the program's choice: one for a CPU or one for a GPU.
        Check("Sleap.MLNet", ["Sleap.Transforms", "Microsoft.ML.TorchSharp", "TorchSharp", "YamlDotNet"]);
        // ONNX Runtime is only with those who use it.
        Check("Sleap.Onnx", ["Sleap.MLNet", "Microsoft.ML.OnnxRuntime", "OnnxSharp", "Google.Protobuf"]);
    }

    /// <summary>A project with one reference to this library, and one to a libtorch.</summary>
    [Fact]
    public void A_project_outside_the_clone_trains_saves_loads_and_predicts()
    {
        var folder = packages.NewFolder("project");
        var libTorch = packages.VersionOf($"libtorch-cpu-{System}");
        File.WriteAllText(
            Path.Combine(folder, "project.csproj"),
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Sleap.MLNet" Version="{packages.Version}" />
                <PackageReference Include="libtorch-cpu-{System}" Version="{libTorch}" />
              </ItemGroup>
            </Project>
            """
        );
        File.WriteAllText(Path.Combine(folder, "Program.cs"), Program);
        Trains(
            folder,
            packages.Dotnet(folder, "run", "--", Cli.Data("small_robot_minimal.slp"), Cli.Data("small_robot.mp4"))
        );
    }

    /// <summary>A file with two lines more than the program, and nothing beside it.</summary>
    [Fact]
    public void A_program_of_one_file_outside_the_clone_trains_saves_loads_and_predicts()
    {
        var folder = packages.NewFolder("file");
        File.WriteAllText(
            Path.Combine(folder, "mouse.cs"),
            $"#:package Sleap.MLNet@{packages.Version}\n"
                + $"#:package libtorch-cpu-{System}@{packages.VersionOf($"libtorch-cpu-{System}")}\n{Program}"
        );
        var output = packages.Dotnet(
            folder,
            "run",
            "mouse.cs",
            "--",
            Cli.Data("small_robot_minimal.slp"),
            Cli.Data("small_robot.mp4")
        );
        Trains(folder, output);
        // What the SDK keeps of a program: without a copy of libtorch.
        var kept = output
            .Split('\n')
            .Single(line => line.StartsWith("folder ", StringComparison.Ordinal))["folder ".Length..]
            .Trim();
        Assert.InRange(
            new DirectoryInfo(kept).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length),
            1,
            50 << 20
        );
        Directory.Delete(kept, recursive: true);
    }

    [Fact]
    public void A_program_without_libtorch_says_which_package_it_needs()
    {
        var folder = packages.NewFolder("bare");
        File.WriteAllText(
            Path.Combine(folder, "bare.cs"),
            $$"""
            #:package Sleap.MLNet@{{packages.Version}}
            using Microsoft.ML;
            using Sleap.MLNet;
            using Sleap.Transforms;

            try
            {
                new MLContext().Pose().FromSleap(args[0]);
            }
            catch (DllNotFoundException missing)
            {
                Console.WriteLine(missing.Message);
            }
            """
        );
        var output = packages.Dotnet(
            folder,
            "run",
            "bare.cs",
            "--",
            Path.Combine(Cli.Root, "tests/golden/models/single_instance")
        );
        Assert.Contains(
            $"A program needs a package with it that fits TorchSharp {packages.VersionOf("TorchSharp")}: "
                + $"libtorch-cpu-{System} {packages.VersionOf($"libtorch-cpu-{System}")} (CPU)",
            output
        );
        Assert.DoesNotContain("GLIBCXX", output.Split("TorchSharp says:")[0]);
    }

    /// <summary>
    /// The tool: a package a system, since libtorch is another one for each, and one that points to them.
    /// </summary>
    [Fact]
    public void The_tool_is_installed_looks_at_the_machine_and_predicts()
    {
        packages.PackTool(System);
        var folder = packages.NewFolder("tool");
        packages.Dotnet(folder, "tool", "install", "Sleap.Cli", "--version", packages.Version, "--tool-path", folder);
        var sleap = Path.Combine(folder, OperatingSystem.IsWindows() ? "sleap.exe" : "sleap");
        Assert.Contains("Everything is here.", packages.Run(sleap, folder, "doctor"));
        packages.Run(
            sleap,
            folder,
            "predict",
            Cli.Data("small_robot.mp4"),
            "--model",
            Path.Combine(Cli.Root, "tests/golden/models/single_instance"),
            "--frames",
            "0-4",
            "--out",
            "poses.slp"
        );
        Assert.Equal(5, Labels.Load(Path.Combine(folder, "poses.slp")).Frames.Count);
    }

    private static void Trains(string folder, string output)
    {
        Assert.Contains("sum 3", output);
        Assert.Contains("frames 0,1,2,3, engine 7", output);
        Assert.Equal(4, Labels.Load(Path.Combine(folder, "poses.slp")).Frames.Count);
    }

    private void Check(string project, string[] dependencies)
    {
        using var package = ZipFile.OpenRead(packages.FileOf(project, "nupkg"));
        using var symbols = ZipFile.OpenRead(packages.FileOf(project, "snupkg"));
        foreach (var file in new[] { $"lib/net10.0/{project}.dll", $"lib/net10.0/{project}.xml", "README.md" })
            Assert.NotNull(package.GetEntry(file));
        Assert.NotNull(symbols.GetEntry($"lib/net10.0/{project}.pdb"));
        using var stream = package.GetEntry($"{project}.nuspec")!.Open();
        var metadata = XDocument.Load(stream).Root!.Elements().Single();
        string? Value(string name) =>
            metadata.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value;
        Assert.Equal(
            (project, packages.Version, "BSD-3-Clause", "README.md"),
            (Value("id"), Value("version"), Value("license"), Value("readme"))
        );
        Assert.False(string.IsNullOrWhiteSpace(Value("description")) || string.IsNullOrWhiteSpace(Value("tags")));
        var found = metadata
            .Descendants()
            .Where(element => element.Name.LocalName == "dependency")
            .ToDictionary(element => element.Attribute("id")!.Value, element => element.Attribute("version")!.Value);
        Assert.Equal(dependencies.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, version) in found)
        {
            Assert.Equal(
                name.StartsWith("Sleap.", StringComparison.Ordinal) ? packages.Version : packages.VersionOf(name),
                version
            );
        }

        Assert.Equal(
            "net10.0",
            metadata
                .Descendants()
                .Single(element => element.Name.LocalName == "group")
                .Attribute("targetFramework")!
                .Value
        );
    }
}
