namespace Sleap.IO.Tests;

/// <summary>Files of usual layouts that must not be read as nothing or as something else.</summary>
public sealed class ReadAsNothingTests
{
    [Fact]
    public void YoloLabelsLieInPlaceOfImages()
    {
        var labels = Labels.Load(TestFiles.Data("cases/yolo_images_train/set"));
        Assert.Equal(2, labels.Frames.Count);
        Assert.Empty(labels.Remarks);
    }

    [Fact]
    public void YoloImagesWithoutLabelsAreNamed()
    {
        using var files = new TestFiles();
        Directory.CreateDirectory(files.New("images/train"));
        File.Copy(TestFiles.Data("cases/yolo_images_train/set/data.yaml"), files.New("data.yaml"));
        File.Copy(TestFiles.Data("cases/yolo_images_train/set/images/train/a1.png"), files.New("images/train/a1.png"));
        var labels = Labels.Load(files.Folder);
        Assert.Empty(labels.Frames);
        Assert.Contains(labels.Remarks, r => r.Contains("none of the 1 images"));
    }

    [Fact]
    public void YoloClassesThatAreLostAreNamed() =>
        Assert.Contains(
            "classes of instances (0, 1)",
            Assert.Single(Labels.Load(TestFiles.Data("cases/yolo_classes/set")).Remarks)
        );

    [Fact]
    public void AnalysisAxesThatFitInTwoOrdersAreRefused() =>
        Assert.Contains(
            "2 orders of the axes fit 3 nodes and 2 tracks",
            Assert
                .Throws<PoseFormatException>(() => Labels.Load(TestFiles.Data("cases/analysis_axis_order/poses.h5")))
                .Message
        );

    [Fact]
    public void AnalysisAxesThatFitInOneOrderAreFound() =>
        Assert.Equal(
            ["frame", "track", "node", "xy"],
            AnalysisAxes.Fitting([5, 4, 3, 2], ["track", "xy", "node", "frame"], 3, 4, new PoseJson("a.h5"))
        );

    [Fact]
    public void CocoImagesAreFoundInTheirFolder()
    {
        var labels = Labels.Load(TestFiles.Data("cases/coco_images_folder/annotations.json"));
        using var source = labels.Videos.Single().Open();
        Assert.Equal((3, 48, 64), (source.FrameCount, source.Height, source.Width));
    }

    [Fact]
    public void CocoCategoriesThatAreNotThereAreRefused() =>
        Assert.Contains(
            "category 5",
            Assert
                .Throws<PoseFormatException>(() =>
                    Labels.Load(TestFiles.Data("cases/coco_lost_annotations/missingcat.json"))
                )
                .Message
        );

    [Theory]
    [InlineData("attr_trackid.json", "track_7, track_9", 0)]
    [InlineData("instanceid.json", "track_7", 0)]
    [InlineData("emptykp.json", "", 1)]
    public void CocoOfCvatIsRead(string file, string tracks, int remarks)
    {
        var labels = Labels.Load(TestFiles.Data($"cases/coco_cvat/{file}"));
        Assert.Single(labels.Frames);
        Assert.Equal(tracks, string.Join(", ", labels.Tracks.Select(t => t.Name)));
        Assert.Equal(remarks, labels.Remarks.Count);
    }

    [Fact]
    public void LabelsOfSleapAreReadUnderAnotherEnding() =>
        Assert.NotEmpty(Labels.Load(TestFiles.Data("cases/slp_named_h5/labels.h5")).Frames);
}
