using Microsoft.ML;
using Sleap.IO;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli.Tests;

/// <summary>
/// The examples of several animals and of sleap-nn's models, each a process of its own on small data.
/// </summary>
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
    public void Labels_are_chosen_round_by_round()
    {
        var output = Run("label-loop.cs", Data("examples/data/openfield"), "20");
        Assert.Contains("round 1: 16 labeled frames, mean error ", output);
        Assert.Contains("round 3: 32 labeled frames, mean error ", output);
        Assert.Equal(24, output.Split("  label frame ").Length - 1);
        Assert.True(File.Exists(Path.Combine(_folder, "next", "report.html")));
    }

    [Fact]
    public void A_checkpoint_of_sleap_nn_is_judged_used_and_written_back()
    {
        var output = Run(
            "sleap-checkpoint.cs",
            Data("tests/golden/models/single_instance"),
            Data("tests/data/small_robot_minimal.slp"),
            Data("tests/data/small_robot.mp4")
        );
        Assert.Contains("A, B", output);
        Assert.Contains("→ back", output);
        Assert.Equal(20, Labels.Load(Path.Combine(_folder, "poses.csv")).Frames.Count);
        Assert.Equal("single-instance", (string?)Cli.Json("info", Path.Combine(_folder, "back"))["type"]);
    }

    [Fact]
    public void A_camera_is_answered_frame_by_frame()
    {
        var model = Path.Combine(_folder, "robot.zip");
        var ml = new MLContext(1);
        using (var robot = ml.Pose().FromSleap(Data("tests/golden/models/single_instance")))
            ml.Model.Save(robot, null, model);
        var output = Run("live.cs", model, Data("tests/data/small_robot.mp4"), "12");
        Assert.Matches(@"12 frames: p50 \d+\.\d ms, p95 \d+\.\d ms", output);
    }

    [Fact]
    public void A_network_of_ones_own_is_trained_saved_and_loaded()
    {
        var output = Run(
            "custom-backbone.cs",
            Data("tests/data/small_robot_minimal.slp"),
            Data("tests/data/small_robot.mp4"),
            "2"
        );
        Assert.Contains("within 5 px", output);
        Assert.Equal(5, Labels.Load(Path.Combine(_folder, "own.slp")).Frames.Count);
        // A program that does not know the network cannot load the model, and says what is missing.
        var (code, _, error) = Cli.Run("info", Path.Combine(_folder, "own.zip"));
        Assert.True(code == 1, error);
        Assert.Contains("Backbone.Name is 'dilated', expected a name that this program has registered", error);
    }

    [Fact]
    public void Boxes_of_another_detector_say_where_animals_are()
    {
        var flies = Flies(4);
        var detector = Path.Combine(_folder, "detector.onnx");
        File.WriteAllBytes(detector, Detectors.At(Labels.Load(flies).Frames[0].Instances));
        var output = Run("object-detection.cs", flies, Data(Video), detector, "1");
        Assert.Contains("5 frames, ", output);
        var found = Labels.Load(Path.Combine(_folder, "detected.slp"));
        Assert.Equal(5, found.Frames.Count);
        Assert.All(found.Frames, frame => Assert.InRange(frame.Instances.Count, 0, 2));
        Assert.True(File.Exists(Path.Combine(_folder, "detector-and-nodes.zip")));
    }

    [Fact]
    public void Behaviors_are_learned_from_poses()
    {
        var table = Path.Combine(_folder, "behaviors.csv");
        File.WriteAllLines(
            table,
            Enumerable
                .Range(0, 200)
                .Select(frame => $"{frame},{(frame < 100 ? "early" : "late")}")
                .Prepend("frame,behavior")
        );
        Assert.Contains("of the rows held back", Run("pose-classifier.cs", Flies(200), table, "thorax", "head"));
    }

    [Fact]
    public void Bouts_go_from_labels_to_an_ethogram()
    {
        var output = Run("bouts.cs", Data("tests/data/flies13_20190128.predictions.slp"), "report");
        Assert.Matches(@"contact: \d of 6 bouts found, \d predicted \(F1 0\.\d\d\); of frames 0\.\d\d", output);
        var bouts = Bout.Load(Path.Combine(_folder, "report", "bouts.slp"));
        Assert.NotEmpty(bouts);
        Assert.Equal(
            bouts.Select(bout => (bout.Subject, bout.FirstFrame, bout.LastFrame)),
            Bout.Load(Path.Combine(_folder, "report", "bouts.boris.tsv"))
                .Select(bout => (bout.Subject, bout.FirstFrame, bout.LastFrame))
        );
        Assert.Contains("What they did", File.ReadAllText(Path.Combine(_folder, "report", "report.html")));
    }

    [Fact]
    public void All_examples_compile()
    {
        foreach (var example in Directory.GetFiles(Data("examples"), "*.cs"))
            Assert.Empty(Compiler.Program(Path.GetFileName(example), File.ReadAllText(example)));
    }

    private string Flies(int frames)
    {
        var file = Path.Combine(_folder, "labels.slp");
        FlyLabels.Range(0, frames, name => name == "track_0" ? "Anna" : "Berta", byHand: true).Save(file);
        return file;
    }

    private static string Data(string name) => Path.Combine(Cli.Root, name);

    private string Run(string example, params string[] words) =>
        Compiler.Run(Data($"examples/{example}"), _folder, words);
}
