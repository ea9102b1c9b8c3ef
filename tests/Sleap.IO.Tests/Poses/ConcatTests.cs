namespace Sleap.IO.Tests;

public sealed class ConcatTests
{
    private static readonly Skeleton Mouse = new("m", ["a"]);

    [Fact]
    public void OneVideoOnDiskIsOneAndTracksOfOneNameAreOne()
    {
        using var files = new TestFiles();
        File.Copy(TestFiles.Data("small_robot.mp4"), files.New("v.mp4"));
        Save(files.New("one.slp"), files.New("v.mp4"), 1, "t");
        Save(files.New("two.slp"), files.New("v.mp4"), 2, "t");
        Save(files.New("three.slp"), files.New("elsewhere.mp4"), 2, "u");
        var labels = Labels.LoadMany([files.New("t*.slp"), files.New("one.slp")]);
        Assert.Equal([files.New("elsewhere.mp4"), files.New("v.mp4")], labels.Videos.Select(v => v.Path));
        Assert.Equal(["u", "t"], labels.Tracks.Select(t => t.Name));
        Assert.Equal([2, 1, 2], labels.Frames.Select(f => f.FrameIndex));
        Assert.Same(labels.Frames[1].Instances[0].Track, labels.Frames[2].Instances[0].Track);
        Assert.Same(labels.Videos[1], labels.Frames[2].Video);
        Assert.Single(labels.Skeletons);
        Assert.Empty(labels.Remarks);
        Assert.Contains(
            "more than once",
            Assert.Single(Labels.LoadMany([files.New("one.slp"), files.New("one.slp")]).Remarks)
        );
    }

    [Fact]
    public void CorrectedInstancesStayWithTheirPredictions()
    {
        var predicted = new Instance
        {
            Skeleton = Mouse,
            Points = [new Point(1, 2)],
            IsPredicted = true,
            Track = new Track("t"),
        };
        var user = new Instance
        {
            Skeleton = Mouse,
            Points = [new Point(1, 3)],
            FromPredicted = predicted,
        };
        Labels Set() =>
            new([
                new LabeledFrame
                {
                    Video = Video.FromFile("v.mp4"),
                    FrameIndex = 0,
                    Instances = [predicted, user],
                },
            ]);
        var second = Labels.Load(Saved(Set()));
        var joined = Labels.Concat([Set(), second]);
        Assert.All(joined.Frames, f => Assert.Same(f.Instances[0], f.Instances[1].FromPredicted));
        Assert.Single(joined.Tracks);
    }

    [Fact]
    public void PatternsMatchFilesInFoldersOfAnyDepth()
    {
        using var files = new TestFiles();
        foreach (var name in new[] { "b/day1/x.slp", "a/x.slp", "a/y.txt" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(files.New(name))!);
            File.WriteAllText(files.New(name), "");
        }
        Assert.Equal([files.New("a/x.slp"), files.New("b/day1/x.slp")], FileGlob.Find(files.New("**/*.slp")));
        Assert.Equal([files.New("a/x.slp")], FileGlob.Find(files.New("?/x.slp")));
        Assert.Contains(
            "*.h5",
            Assert.Throws<FileNotFoundException>(() => Labels.LoadMany([files.New("*.h5")])).Message
        );
        Assert.Throws<ArgumentException>(() => Labels.LoadMany([]));
    }

    private static string Saved(Labels labels)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("sleap-io-").FullName, "l.slp");
        labels.Save(path);
        return path;
    }

    private static void Save(string path, string video, int frame, string track) =>
        new Labels([
            new LabeledFrame
            {
                Video = Video.FromFile(video),
                FrameIndex = frame,
                Instances =
                [
                    new Instance
                    {
                        Skeleton = Mouse,
                        Points = [new Point(frame, 1)],
                        Track = new Track(track),
                    },
                ],
            },
        ]).Save(path);
}
