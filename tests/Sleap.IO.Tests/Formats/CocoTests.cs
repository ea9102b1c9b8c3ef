using System.Text.Json.Nodes;

namespace Sleap.IO.Tests;

public sealed class CocoTests
{
    [Fact]
    public void ReadsAsTheReferenceReads()
    {
        // Missing points of the file are 0, 0 with visibility 0; the reference keeps NaN for them, too.
        AnalysisTests.AssertTable(
            TestFiles.GoldenJson("read.centered_pair.coco.json"),
            Labels.Load(TestFiles.Golden("centered_pair.coco.json"))
        );
    }

    [Fact]
    public void PredictionsTracksAndScoresComeBack()
    {
        using var files = new TestFiles();
        var labels = Labels.Load(TestFiles.Golden("analysis.matlab.h5"));
        // The movie is not there.
        Assert.Contains("are missing (The video", Assert.Single(labels.Save(files.New("poses.json"))));
        Assert.Single(Directory.GetFileSystemEntries(files.Folder));
        var again = Labels.Load(files.New("poses.json"));
        Assert.Equal(labels.Skeletons, again.Skeletons);
        Assert.Equal(labels.Tracks.Select(t => t.Name), again.Tracks.Select(t => t.Name));
        Assert.Equal(labels.Frames.Select(f => f.FrameIndex), again.Frames.Select(f => f.FrameIndex));
        foreach (
            var (a, b) in labels.Frames.SelectMany(f => f.Instances).Zip(again.Frames.SelectMany(f => f.Instances))
        )
        {
            Assert.Equal((a.IsPredicted, a.Score, a.Track?.Name), (b.IsPredicted, b.Score, b.Track?.Name));
            Assert.Equal(
                a.Points.Select(p => (p.IsMissing, p.X, p.Y, p.Score)),
                b.Points.Select(p => (p.IsMissing, p.X, p.Y, p.Score))
            );
        }
    }

    [Fact]
    public void PicturesOfALabeledFolderKeepTheirNames()
    {
        using var files = new TestFiles();
        var labels = Labels.Load(Path.Combine(TestFiles.Root, "examples", "data", "openfield"));
        Assert.Empty(labels.Save(files.New("openfield.json")));
        var again = Labels.Load(files.New("openfield.json"));
        Assert.Equal(labels.Videos.Single().ImagePaths.AsEnumerable(), again.Videos.Single().ImagePaths);
        Assert.False(again.Frames[0].Instances[0].IsPredicted);
        Assert.Equal(labels.Frames[7].Instances[0].Points.AsEnumerable(), again.Frames[7].Instances[0].Points);
    }

    [Fact]
    public void TheImagesOfLabeledFramesAreWritten()
    {
        using var files = new TestFiles();
        var labels = Labels.Load(TestFiles.Data("small_robot_minimal.slp"), Searched());
        Assert.DoesNotContain(labels.Save(files.New("robot.json")), r => r.Contains("missing"));
        var root = JsonNode.Parse(File.ReadAllText(files.New("robot.json")))!;
        using var movie = labels.Videos[0].Open();
        foreach (var (row, frame) in root["images"]!.AsArray().Zip(labels.Frames))
        {
            var image = files.New((string)row!["file_name"]!);
            Assert.Equal($"robot_images/small_robot_frame_{frame.FrameIndex:D6}.png", (string)row["file_name"]!);
            Assert.Equal((560, 320), ((int)row["width"]!, (int)row["height"]!));
            using var source = Video.FromFile(image).Open();
            Assert.Equal(movie.Read(frame.FrameIndex).Pixels, source.Read(0).Pixels);
        }
        Assert.Equal(2, Directory.GetFiles(files.New("robot_images")).Length);
        Assert.Equal(2, Directory.GetFileSystemEntries(files.Folder).Length);
        // Where the movie is, it is read; elsewhere the images are, as the same frames.
        Assert.Equal(VideoKind.Movie, Labels.Load(files.New("robot.json")).Videos.Single().Kind);
        var text = File.ReadAllText(files.New("robot.json"));
        File.WriteAllText(files.New("robot.json"), text.Replace("small_robot.mp4", "elsewhere.mp4"));
        var moved = Labels.Load(files.New("robot.json"));
        Assert.Equal(VideoKind.Images, moved.Videos.Single().Kind);
        Assert.Equal(labels.Frames.Select(f => f.FrameIndex), moved.Frames.Select(f => f.FrameIndex));
        using var images = moved.Videos.Single().Open();
        Assert.Equal(movie.Read(79).Pixels, images.Read(79).Pixels);
    }

    [Fact]
    public void ImagesAreNotWrittenIfNotAskedFor()
    {
        using var files = new TestFiles();
        var labels = Labels.Load(TestFiles.Data("small_robot_minimal.slp"), Searched());
        Assert.Contains(labels.Save(files.New("robot.json"), writeImages: false), r => r.Contains("2 labeled frames"));
        Assert.Single(Directory.GetFileSystemEntries(files.Folder));
    }

    [Fact]
    public void ImagesOfAPackageAreCopied()
    {
        using var files = new TestFiles();
        var labels = Labels.Load(TestFiles.Golden("by-hand.pkg.slp"));
        labels.Save(files.New("by-hand.json"));
        var again = Labels.Load(files.New("by-hand.json"));
        Assert.Equal(labels.Frames.Select(f => f.FrameIndex), again.Frames.Select(f => f.FrameIndex));
        foreach (var (a, b) in labels.Frames.Zip(again.Frames))
        {
            using var from = a.Video.Open();
            using var to = b.Video.Open();
            Assert.Equal(from.Read(a.FrameIndex).Pixels, to.Read(b.FrameIndex).Pixels);
        }
    }

    [Fact]
    public void VideosOfOneNameHaveTheirOwnImages()
    {
        using var files = new TestFiles();
        foreach (var folder in new[] { "a", "b" })
        {
            Directory.CreateDirectory(files.New(folder));
            File.Copy(TestFiles.Data("small_robot.mp4"), files.New($"{folder}/v.mp4"));
        }
        var skeleton = new Skeleton("s", ["n"]);
        var labels = new Labels(
            new[] { "a/v.mp4", "b/v.mp4" }.Select(v => new LabeledFrame
            {
                Video = Video.FromFile(files.New(v)),
                FrameIndex = 3,
                Instances = [new Instance { Skeleton = skeleton, Points = [new Point(1, 2)] }],
            })
        );
        labels.Save(files.New("two.json"));
        Assert.Equal(
            ["000_v_frame_000003.png", "001_v_frame_000003.png"],
            Directory.GetFiles(files.New("two_images")).Select(Path.GetFileName).Order()
        );
    }

    private static LabelsReadOptions Searched() =>
        new() { SearchFolders = [Path.GetDirectoryName(TestFiles.Data("small_robot.mp4"))!] };

    [Fact]
    public void AFileWithoutAnnotationsSaysSo()
    {
        using var files = new TestFiles();
        File.WriteAllText(
            files.New("none.json"),
            """
            {"images":[{"id":3,"file_name":"a.png"}],"annotations":[],"categories":[{"id":1,"keypoints":["x"]}]}
            """
        );
        var labels = Labels.Load(files.New("none.json"));
        Assert.Empty(labels.Frames);
        Assert.Contains("none of the 1 images is labeled", Assert.Single(labels.Remarks));
    }

    [Theory]
    [InlineData("{", "not valid JSON")]
    [InlineData("""{"images":[],"annotations":[],"categories":[]}""", "categories")]
    [InlineData(
        """{"images":[],"annotations":[],"categories":[{"id":1,"name":"a","keypoints":["x"],"skeleton":[[1,2]]}]}""",
        "leaves the 1 nodes"
    )]
    [InlineData(
        """{"images":[],"annotations":[{"image_id":3,"category_id":1}],"categories":[{"id":1,"keypoints":["x"]}]}""",
        "image 3"
    )]
    [InlineData(
        """{"images":[{"id":3,"file_name":"a.png"}],"categories":[{"id":1,"keypoints":["x"]}]"""
            + ""","annotations":[{"image_id":3,"category_id":1,"keypoints":[1,2]}]}""",
        "2 numbers"
    )]
    [InlineData(
        """{"images":[{"id":3,"file_name":"a.png"}],"categories":[{"id":1,"keypoints":["x"]}]"""
            + ""","annotations":[{"image_id":3,"category_id":1,"keypoints":[1,"2",2]}]}""",
        "number was expected"
    )]
    public void DamagedFilesNameTheFault(string text, string named)
    {
        using var files = new TestFiles();
        File.WriteAllText(files.New("damaged.json"), text);
        Assert.Contains(
            named,
            Assert.Throws<PoseFormatException>(() => Labels.Load(files.New("damaged.json"))).Message
        );
    }
}
