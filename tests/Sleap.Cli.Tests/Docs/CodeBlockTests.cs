using System.Diagnostics;
using Sleap.IO;
using Xunit.Abstractions;

namespace Sleap.Cli.Tests;

/// <summary>
/// Every C# block of README and docs compiles and runs, on small files of the names that pages speak of and with little
/// training.
/// </summary>
public sealed class CodeBlockTests(ITestOutputHelper log) : IDisposable
{
    // Blocks that are compiled only, by a word that they have.
    private static readonly (string Page, string Word, string Reason)[] NotRun =
    [
        ("docs/models.md", "\"ImageNet\"", "fetches weights of 110 MB from the network"),
        ("docs/labeling.md", "pose.Suggest", "predicts each frame three times, which takes a minute"),
        ("docs/labeling.md", "pose.Forecast", "trains nine times, on more frames than there are"),
        ("docs/labeling.md", "pose.KeypointRadius", "needs more labeled nodes than there are"),
    ];

    private static readonly IReadOnlyList<DocBlock> Blocks =
    [
        .. DocBlocks.Pages.SelectMany(DocBlocks.Of).Where(block => block.Language == "csharp"),
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-blocks-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void They_compile()
    {
        Assert.True(Blocks.Count > 12, $"only {Blocks.Count} blocks were found");
        var diagnostics = Compiler.Library(BlockProgram.Library(Blocks));
        Assert.True(diagnostics.Count == 0, string.Join('\n', diagnostics));
    }

    [Fact]
    public void They_run()
    {
        Assert.All(
            NotRun,
            entry =>
                Assert.Single(
                    Blocks,
                    block => block.Page == entry.Page && block.Text.Contains(entry.Word, StringComparison.Ordinal)
                )
        );
        var run = Blocks
            .Where(block =>
                !Array.Exists(
                    NotRun,
                    entry => block.Page == entry.Page && block.Text.Contains(entry.Word, StringComparison.Ordinal)
                )
            )
            .ToList();
        var (one, several) = (OneAnimal(), SeveralAnimals());
        // Those of one animal first: what a page has is made once for each folder.
        var output = Compiler.Run(
            BlockProgram.Program([
                .. run.Select(block => (block, IsOfOneAnimal(block) ? one : several))
                    .OrderBy(entry => entry.Item2 == several),
            ]),
            _folder
        );
        log.WriteLine(output);
        Assert.All(run, block => Assert.Contains($"{BlockProgram.Name(block)}: ran", output));
        Assert.True(
            File.Exists(Path.Combine(one, "mouse.zip"))
                && File.Exists(Path.Combine(one, "session.dlc.csv"))
                && File.Exists(Path.Combine(several, "session-eval", "report.html"))
        );
    }

    /// <summary>
    /// What is wrong is found: by the compiler, and while it runs, without hiding what comes after it.
    /// </summary>
    [Fact]
    public void A_block_that_is_wrong_is_found()
    {
        var wrong = new DocBlock("page", 1, "csharp", "var model = pose.SingleInstanse();");
        Assert.Contains(Compiler.Library(BlockProgram.Library([wrong])), text => text.Contains("SingleInstanse"));
        Assert.Contains(
            Compiler.Program("p", "#:package X@1\nint x = \"\";"),
            text => text.StartsWith("p(2,", StringComparison.Ordinal)
        );
        var folder = OneAnimal();
        var failing = BlockProgram.Program([
            (new("page", 7, "csharp", "pose.LoadLabels(\"none.slp\");"), folder),
            (new("page", 9, "csharp", "Console.WriteLine();"), folder),
        ]);
        var failure = Assert.ThrowsAny<Exception>(() => Compiler.Run(failing, _folder)).Message;
        Assert.Contains("page:7: System.IO.FileNotFoundException", failure);
        Assert.Contains("page:9: ran", failure);
    }

    private static bool IsOfOneAnimal(DocBlock block) =>
        block.Text.Contains("SingleInstance", StringComparison.Ordinal) || block.Page == "docs/inference.md";

    private string OneAnimal()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "one")).FullName;
        var session = Shortened(Data("tests/data/small_robot.mp4"), folder);
        var robot = Labels.Load(Data("tests/data/small_robot_minimal.slp"));
        LabeledFrame[] frames =
        [
            .. robot.Frames.Select(
                (frame, i) =>
                    new LabeledFrame
                    {
                        Video = session,
                        FrameIndex = i,
                        Instances = frame.Instances,
                    }
            ),
        ];
        Fill(folder, new Labels(frames), "tests/golden/models/single_instance");
        Link(folder, "my-project", "examples/data/openfield");
        return folder;
    }

    private string SeveralAnimals()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "several")).FullName;
        Shortened(Data("examples/data/flies13/flies13_20190128.mp4"), folder);
        var flies = FlyLabels.Range(0, Frames, byHand: true);
        Fill(folder, flies, "tests/golden/trained/flies13_centroid", "tests/golden/trained/flies13_centered");
        File.WriteAllBytes(Path.Combine(folder, "detector.onnx"), Detectors.At(flies.Frames[0].Instances));
        File.Copy(Data("tests/data/flies13_20190128.predictions.slp"), Path.Combine(folder, "flies13.predictions.slp"));
        File.WriteAllText(
            Path.Combine(folder, "regions.json"),
            """[{ "name": "nest", "center": [40, 50], "radius": 20 }]"""
        );
        return folder;
    }

    private const int Frames = 4;

    private static void Fill(string folder, Labels labels, params string[] models)
    {
        labels.Save(Path.Combine(folder, "labels.slp"));
        Predicted(labels).Save(Path.Combine(folder, "session.predictions.slp"));
        Directory.CreateDirectory(Path.Combine(folder, "models"));
        foreach (
            var (name, source) in new[] { models.Length == 1 ? "mouse-of-sleap" : "centroid", "centered_instance" }.Zip(
                models
            )
        )
        {
            Link(Path.Combine(folder, "models"), name, source);
        }
    }

    private static Labels Predicted(Labels labels) =>
        new(
            [
                .. labels.Frames.Select(frame => new LabeledFrame
                {
                    Video = frame.Video,
                    FrameIndex = frame.FrameIndex,
                    Instances =
                    [
                        .. frame.Instances.Select(animal => new Instance
                        {
                            Skeleton = animal.Skeleton,
                            Track = animal.Track,
                            IsPredicted = true,
                            Score = 0.9f,
                            Points =
                            [
                                .. animal.Points.Select(point =>
                                    point.IsMissing ? point : new Point(point.X, point.Y, true, false, 0.9f)
                                ),
                            ],
                        }),
                    ],
                }),
            ],
            labels.Videos,
            labels.Skeletons
        );

    private static void Link(string folder, string name, string source) =>
        Directory.CreateSymbolicLink(Path.Combine(folder, name), Data(source));

    private static Video Shortened(string video, string folder)
    {
        var file = Path.Combine(folder, "session.mp4");
        using var process = Process.Start(
            new ProcessStartInfo("ffmpeg", ["-v", "error", "-i", video, "-frames:v", $"{Frames}", file])
        )!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return Video.FromFile(file);
    }

    private static string Data(string name) => Path.Combine(Cli.Root, name);
}
