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

    [Theory]
    [InlineData("train: images")]
    [InlineData("train: images/a\nval: images/b")]
    [InlineData("train: ../images")]
    [InlineData("train: [images/a, images/b]")]
    [InlineData("train: list.txt")]
    [InlineData("path: .\ntrain: images/a\nval: images")]
    public void ImagesMayLieInFoldersOrInAList(string config)
    {
        using var files = new TestFiles();
        Nested(files, config);
        File.WriteAllLines(files.New("list.txt"), ["./images/a/0.png", "images\\b\\deep\\1.png", ""]);
        var labels = Labels.Load(files.Folder);
        Assert.Equal([1.0, 2.0], labels.Frames.Select(f => f.Instances.Single().Points[0].X));
        Assert.Empty(labels.Remarks);
    }

    [Theory]
    [InlineData("train: images/a\nval: images/gone", "the split 'val' is not there", 1)]
    [InlineData("train: images/a\nval: other.txt", "1 of the 2 images of the split 'val' are not there", 2)]
    [InlineData("train: images\nval: images/bare", "1 of the 3 images have no file of labels", 2)]
    [InlineData("train: images/alone", "1 files of labels have no image", 0)]
    public void WhatIsNotReadIsNamed(string config, string named, int frames)
    {
        using var files = new TestFiles();
        Nested(files, config);
        File.WriteAllLines(files.New("other.txt"), ["images/b/deep/1.png", "images/b/gone.png"]);
        if (named.StartsWith("1 of the 3", StringComparison.Ordinal))
            Image(files, "images/bare/2.png");
        if (frames == 0)
        {
            Image(files, "images/alone/3.png");
            Directory.CreateDirectory(files.New("labels/alone"));
            File.WriteAllText(files.New("labels/alone/4.txt"), "0 0 0 0 0 .1 .1 2");
        }
        var labels = Labels.Load(files.Folder);
        Assert.Equal(frames, labels.Frames.Count);
        Assert.Contains(labels.Remarks, r => r.Contains(named));
    }

    [Theory]
    [InlineData("1", "has the class 1, and data.yaml names 0")]
    [InlineData("0.5", "has the class 0.5")]
    [InlineData("-1", "has the class -1")]
    public void AClassThatIsNotNamedIsRefused(string number, string named)
    {
        using var files = new TestFiles();
        Nested(files, "train: images");
        File.WriteAllText(files.New("labels/a/0.txt"), $"{number} 0 0 0 0 .1 .1 2");
        Assert.Contains(named, Assert.Throws<PoseFormatException>(() => Labels.Load(files.Folder)).Message);
    }

    private static void Nested(TestFiles files, string config)
    {
        File.WriteAllText(files.New("data.yaml"), $"kpt_shape: [1, 3]\nnames: {{0: mouse}}\n{config}\n");
        foreach (var (name, i) in new[] { ("a/0", 0), ("b/deep/1", 1) })
        {
            Image(files, $"images/{name}.png");
            Directory.CreateDirectory(Path.GetDirectoryName(files.New($"labels/{name}"))!);
            File.WriteAllText(files.New($"labels/{name}.txt"), $"0 0.5 0.5 1 1 {(i + 1) / 10.0} 0.5 2\n");
        }
    }

    private static void Image(TestFiles files, string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(files.New(name))!);
        File.WriteAllBytes(files.New(name), ImageEncoder.Png(new Frame(0, 8, 10, 1, new byte[80])));
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
