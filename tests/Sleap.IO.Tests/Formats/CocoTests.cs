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
        Assert.Empty(labels.Save(files.New("poses.json")));
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
