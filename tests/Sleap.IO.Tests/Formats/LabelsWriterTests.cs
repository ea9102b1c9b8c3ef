using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Sleap.IO.Tests;

public sealed class LabelsWriterTests
{
    private static readonly Skeleton Two = new("two", ["a", "b"], [new Edge(0, 1)]);

    [Theory]
    [InlineData("centered_pair_predictions.slp")]
    [InlineData("flies13_20190128.predictions.slp")]
    [InlineData("small_robot_minimal.slp")]
    public void FrameByFrameGivesWhatSavingGives(string name)
    {
        using var files = new TestFiles();
        var labels = Labels.Load(TestFiles.Data(name));
        var path = files.New("streamed.slp");
        using (var writer = LabelsWriter.Create(path, labels.Skeletons[0], labels.Videos))
        {
            foreach (var frame in labels.Frames)
                writer.Add(frame);
            Assert.Equal(
                (labels.Frames.Count, labels.Frames.Sum(f => f.Instances.Count)),
                (writer.Frames, writer.Instances)
            );
            Assert.Empty(writer.Finish(labels.Provenance));
        }
        LabelsComparison.AssertSame(labels, Labels.Load(path));
        Assert.Single(Directory.GetFiles(files.Folder));
    }

    [Fact]
    public void TheTableIsTheOneThatSavingWrites()
    {
        using var files = new TestFiles();
        var labels = Labels.Load(TestFiles.Data("centered_pair_predictions.slp"));
        var (saved, streamed) = (files.New("saved.csv"), files.New("streamed.csv"));
        var losses = labels.Save(saved);
        using var writer = LabelsWriter.Create(streamed, labels.Skeletons[0], labels.Videos);
        foreach (var frame in labels.Frames)
            writer.Add(frame);
        var streamedLosses = writer.Finish(labels.Provenance);
        Assert.Equal(File.ReadAllBytes(saved), File.ReadAllBytes(streamed));
        Assert.Contains(losses, loss => streamedLosses.Contains(loss));
    }

    [Theory]
    [InlineData("poses.slp")]
    [InlineData("poses.csv")]
    [InlineData("poses.json")]
    public void WithoutTheEndNothingIsLeftBehindAndTheOldFileStays(string name)
    {
        using var files = new TestFiles();
        var path = files.New(name);
        File.WriteAllText(path, "old");
        using (var writer = LabelsWriter.Create(path, Two))
            writer.Add(Frame(0, Two));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(files.Folder));
    }

    [Fact]
    public void WhatTurnsUpIsNumberedAndLinksWithinAFrameAreKept()
    {
        using var files = new TestFiles();
        var path = files.New("poses.slp");
        var (three, track, video) = (
            new Skeleton("three", ["x", "y", "z"]),
            new Track("late"),
            new Video("late.mp4", VideoKind.Movie)
        );
        var prediction = new Instance
        {
            Skeleton = Two,
            Points = [new Point(1, 2), new Point(3, 4)],
            IsPredicted = true,
            Track = track,
        };
        var corrected = new Instance
        {
            Skeleton = Two,
            Points = [new Point(1, 2.5), new Point(3, 4)],
            FromPredicted = prediction,
        };
        using (var writer = LabelsWriter.Create(path, Two))
        {
            writer.Add(Frame(0, three));
            writer.Add(
                new LabeledFrame
                {
                    Video = video,
                    FrameIndex = 7,
                    Instances = [corrected, prediction],
                }
            );
            writer.Add(
                new LabeledFrame
                {
                    Video = video,
                    FrameIndex = 8,
                    IsNegative = true,
                }
            );
            writer.Finish([new("made", JsonValue.Create("here"))]);
        }
        var read = Labels.Load(path);
        Assert.Equal(["two", "three"], read.Skeletons.Select(s => s.Name));
        Assert.Equal(["v.mp4", "late.mp4"], read.Videos.Select(v => v.Path));
        Assert.Equal("late", read.Tracks.Single().Name);
        Assert.Same(read.Frames[1].Instances[1], read.Frames[1].Instances[0].FromPredicted);
        Assert.True(read.Frames[2].IsNegative);
        Assert.Equal("here", (string?)read.Provenance["made"]);
    }

    [Fact]
    public void OneInstanceTwiceInAFrameIsToldAsSavingTellsIt()
    {
        using var files = new TestFiles();
        var frame = Frame(3, Two);
        using var writer = LabelsWriter.Create(files.New("poses.slp"), Two);
        Assert.Contains(
            "one Instance object",
            Assert
                .Throws<PoseFormatException>(() =>
                    writer.Add(
                        new LabeledFrame
                        {
                            Video = frame.Video,
                            FrameIndex = 3,
                            Instances = [frame.Instances[0], frame.Instances[0]],
                        }
                    )
                )
                .Message
        );
    }

    [Theory]
    [InlineData("nowhere/poses.slp", "no folder")]
    [InlineData("nowhere/poses.csv", "no folder")]
    [InlineData("nowhere/poses.h5", "no folder")]
    [InlineData("poses.xyz", ".xyz")]
    [InlineData(".", "''")]
    public void APlaceThatCannotBeWrittenIsToldAtTheStart(string name, string cause)
    {
        using var files = new TestFiles();
        var error = Assert.ThrowsAny<Exception>(() => LabelsWriter.Create(Path.Combine(files.Folder, name), Two));
        Assert.True(error is IOException or PoseFormatException, error.ToString());
        Assert.Contains(cause, error.Message);
        Assert.Empty(Directory.GetFiles(files.Folder));
    }

    [SkippableTheory]
    [InlineData("poses.slp", 6000)]
    [InlineData("poses.slp", 7111)]
    [InlineData("poses.slp", 12345)]
    [InlineData("poses.csv", 6000)]
    public void OnAFullDiskWhatWasAddedIsInTheFile(string name, int kilobytes)
    {
        var (code, output) = OnSmallDisk(
            kilobytes,
            $"exec dotnet '{typeof(Program).Assembly.Location}' fill \"$DISK/{name}\""
        );
        Skip.If(code == 125, "No file system can be mounted here.");
        Assert.True(code == 0, output);
        var words = output.Trim().Split(' ', 4);
        Assert.True(int.Parse(words[0]) > 1000, output);
        Assert.Equal(words[0], words[1]);
        Assert.Equal(name, words[2]);
        Assert.StartsWith("The disk is full", words[3]);
    }

    [SkippableFact]
    public void ADiskThatIsFullFromTheStartIsToldAtTheStart()
    {
        var (code, output) = OnSmallDisk(
            1000,
            $"dotnet '{typeof(Program).Assembly.Location}' fill \"$DISK/poses.slp\"; ls -A \"$DISK\""
        );
        Skip.If(code == 125, "No file system can be mounted here.");
        Assert.Contains("the disk has less than 4 MB left", output);
        Assert.DoesNotContain(".tmp", output.Split('\n')[^1]);
    }

    /// <summary>
    /// Runs a script with a small file system of its own at $DISK; exit code 125 where that cannot be had.
    /// </summary>
    private static (int Code, string Output) OnSmallDisk(int kilobytes, string script)
    {
        if (!OperatingSystem.IsLinux())
            return (125, "");
        var program = $"DISK=$(mktemp -d) && mount -t tmpfs -o size={kilobytes}k none \"$DISK\" || exit 125; {script}";
        using var process = Process.Start(
            new ProcessStartInfo("unshare", ["-Urm", "bash", "-c", program])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var isDenied = process.ExitCode == 1 && error.Result.StartsWith("unshare", StringComparison.Ordinal);
        return (isDenied ? 125 : process.ExitCode, output + error.Result);
    }

    private static LabeledFrame Frame(int index, Skeleton skeleton) =>
        new()
        {
            Video = new Video("v.mp4", VideoKind.Movie),
            FrameIndex = index,
            Instances =
            [
                new Instance
                {
                    Skeleton = skeleton,
                    Points = [.. skeleton.Nodes.Select((_, n) => new Point(n, n, true, false, 0.5f))],
                    IsPredicted = true,
                },
            ],
        };
}
