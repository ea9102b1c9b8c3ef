using Sleap.IO;

namespace Sleap.Cli.Tests;

/// <summary>The examples of several animals and of sleap-nn's models, each a process of its own on small data.</summary>
public sealed class ExampleProgramTests : IDisposable
{
    private const string Video = "examples/data/flies13/flies13_20190128.mp4";

    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-examples-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Bottom_up_trains_and_predicts()
    {
        var output = Run("bottom-up.cs", Flies(4), Data(Video), "1");
        Assert.Contains("13 nodes, 12 edges: ", output);
        Assert.Contains("5 frames → flies.slp", output);
        Assert.Equal(5, Labels.Load(Path.Combine(_folder, "flies.slp")).Frames.Count);
        Assert.True(File.Exists(Path.Combine(_folder, "flies.zip")));
    }

    [Fact]
    public void Identities_are_the_tracks_of_the_labels()
    {
        var output = Run("identity.cs", Flies(4), Data(Video), "1");
        Assert.Contains("tells apart: Anna, Berta", output);
        Assert.Contains("frame 4: ", output);
        Assert.Equal(5, Labels.Load(Path.Combine(_folder, "flies.slp")).Frames.Count);
    }

    [Fact]
    public void A_checkpoint_of_sleap_nn_is_judged_used_and_written_back()
    {
        var output = Run("sleap-checkpoint.cs", Data("tests/golden/models/single_instance"), Data("tests/data/small_robot_minimal.slp"), Data("tests/data/small_robot.mp4"));
        Assert.Contains("A, B", output);
        Assert.Contains("→ back", output);
        Assert.Equal(20, Labels.Load(Path.Combine(_folder, "poses.csv")).Frames.Count);
        Assert.Equal("single-instance", (string?)Cli.Json("info", Path.Combine(_folder, "back"))["type"]);
    }

    [SkippableFact]
    public void Behaviours_are_learned_from_poses()
    {
        Skip.If(Type.GetType("Microsoft.ML.Trainers.SdcaMaximumEntropyMulticlassTrainer, Microsoft.ML.StandardTrainers") is null, "The stand-ins have no trainers.");
        var table = Path.Combine(_folder, "behaviours.csv");
        File.WriteAllLines(table, Enumerable.Range(0, 200).Select(frame => $"{frame},{(frame < 100 ? "early" : "late")}").Prepend("frame,behaviour"));
        Assert.Contains("of the rows held back", Run("pose-classifier.cs", Flies(200), table, "thorax", "head"));
    }

    /// <summary>Also those whose trainers only the real packages have: against reference assemblies of what those offer.</summary>
    [Fact]
    public void All_examples_compile_against_the_real_packages()
    {
        Listings.ReferenceAssemblies.Write(Data("tests/api"), _folder);
        foreach (var example in Directory.GetFiles(Data("examples"), "*.cs"))
            Assert.Empty(Compiler.Program(Path.GetFileName(example), File.ReadAllText(example), _folder));
    }

    private string Flies(int frames)
    {
        var file = Path.Combine(_folder, "labels.slp");
        FlyLabels.Range(0, frames, name => name == "track_0" ? "Anna" : "Berta").Save(file);
        return file;
    }

    private static string Data(string name) => Path.Combine(Cli.Root, name);

    private string Run(string example, params string[] words) => Compiler.Run(Data($"examples/{example}"), _folder, words);
}
