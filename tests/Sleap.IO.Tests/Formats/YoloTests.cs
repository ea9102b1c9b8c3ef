namespace Sleap.IO.Tests;

public sealed class YoloTests
{
    [Fact]
    public void ReadsAsTheReferenceReads()
    {
        // The reference makes each picture a video of its own, gives all one track and reckons in single precision
        // (hence 1e-4 pixels); names the skeleton itself.
        var expected = TestFiles.GoldenJson("read.yolo.json")["read"]!;
        using var files = new TestFiles();
        Copied(files);
        var labels = Labels.Load(files.Folder);
        Assert.Equal(["A", "B"], labels.Skeletons.Single().Nodes.AsEnumerable());
        Assert.Equal([new Edge(0, 1)], labels.Skeletons.Single().Edges.AsEnumerable());
        Assert.Equal([0, 1], labels.Frames.Select(f => f.FrameIndex));
        foreach (var (row, frame) in expected["frames"]!.AsArray().Zip(labels.Frames))
        {
            var instance = frame.Instances.Single();
            for (var n = 0; n < 2; n++)
            {
                Assert.Equal((double)row!["instances"]![0]!["xy"]![n]![0]!, instance.Points[n].X, 1e-4);
                Assert.Equal((double)row["instances"]![0]!["xy"]![n]![1]!, instance.Points[n].Y, 1e-4);
            }
        }
    }

    [Fact]
    public void WritesTheLinesThatTheReferenceWrites()
    {
        using var files = new TestFiles();
        Directory.CreateDirectory(files.New("yolo"));
        var labels = Labels.Load(TestFiles.Data("small_robot_minimal.slp"));
        var remarks = labels.Save(files.New("yolo/data.yaml"));
        Assert.Contains(remarks, r => r.Contains("rounded"));
        foreach (var name in new[] { "0000000.txt", "0000001.txt" })
        {
            Assert.Equal(
                File.ReadAllText(TestFiles.Golden($"yolo/train/labels/{name}")).Trim(),
                File.ReadAllText(files.New($"yolo/train/labels/{name}")).Trim()
            );
        }

        var again = Labels.Load(files.New("yolo/data.yaml"));
        // Six decimals of 560 pixels.
        Assert.Equal(labels.Frames[1].Instances[0].Points[0].X, again.Frames[1].Instances[0].Points[0].X, 0.0003);
        using var source = again.Videos.Single().Open();
        Assert.Equal((2, 320, 560), (source.FrameCount, source.Height, source.Width));
        Assert.Contains(
            "not empty",
            Assert.Throws<IOException>(() => labels.Save(files.New("yolo/data.yaml"))).Message
        );
    }

    [Fact]
    public void SymmetriesAndOddNamesComeBack()
    {
        using var files = new TestFiles();
        var skeleton = new Skeleton(
            "a \"mouse\": yes",
            ["left: ear", "- nose", "right ear"],
            [new Edge(0, 1)],
            [new Symmetry(0, 2)]
        );
        var instance = new Instance
        {
            Skeleton = skeleton,
            Points = [new Point(100, 50), Point.Missing, new Point(5, 5)],
        };
        new Labels([
            new LabeledFrame
            {
                Video = Video.FromFile(TestFiles.Data("small_robot.mp4")),
                FrameIndex = 3,
                Instances = [instance],
            },
        ]).Save(files.New("y/data.yaml"));
        var again = Labels.Load(files.New("y"));
        Assert.Equal(skeleton, again.Skeletons.Single());
        Assert.True(again.Frames[0].Instances[0].Points[1].IsMissing);
    }

    [Theory]
    [InlineData("kpt_shape: [2, 4]\ntrain: train/images", "kpt_shape")]
    [InlineData("train: train/images", "kpt_shape")]
    [InlineData("kpt_shape: [3, 3]\ntrain: train/images", "11 numbers")]
    [InlineData("kpt_shape: [2, 3]\ntrain: elsewhere", "train, val and test")]
    [InlineData("kpt_shape: [2, 3]\nnode_names: [a]\ntrain: train/images", "node_names")]
    public void DamagedFoldersNameTheFault(string config, string named)
    {
        using var files = new TestFiles();
        Copied(files);
        File.WriteAllText(files.New("data.yaml"), config);
        Assert.Contains(named, Assert.Throws<PoseFormatException>(() => Labels.Load(files.Folder)).Message);
    }

    /// <summary>The golden folder with pictures of the size it was made from.</summary>
    private static void Copied(TestFiles files)
    {
        Directory.CreateDirectory(files.New("train/images"));
        Directory.CreateDirectory(files.New("train/labels"));
        File.Copy(TestFiles.Golden("yolo/data.yaml"), files.New("data.yaml"));
        foreach (var name in new[] { "0000000", "0000001" })
        {
            File.Copy(TestFiles.Golden($"yolo/train/labels/{name}.txt"), files.New($"train/labels/{name}.txt"));
            File.WriteAllBytes(
                files.New($"train/images/{name}.png"),
                ImageEncoder.Png(new Frame(0, 320, 560, 1, new byte[320 * 560]))
            );
        }
    }
}
