namespace Sleap.IO.Tests;

/// <summary>.slp files whose tables are numbers of two axes, as sleap-io.js writes them.</summary>
public sealed class SlpFlatTablesTests
{
    [Theory]
    [InlineData("flat2d.slp")]
    [InlineData("dense.slp")]
    public void FilesOfSleapIoJsAreRead(string name)
    {
        var labels = Labels.Load(TestFiles.Data($"cases/slp_of_sleap_io_js/{name}"));
        Assert.Equal([0, 1, 2], labels.Frames.Select(f => f.FrameIndex));
        Assert.Equal("t0", labels.Tracks.Single().Name);
        foreach (var (frame, i) in labels.Frames.Select((f, i) => (f, i)))
        {
            var instance = frame.Instances.Single();
            Assert.Equal((true, 0.8f, labels.Tracks[0]), (instance.IsPredicted, instance.Score, instance.Track));
            Assert.Equal(
                [new Point(10 + i, 20, true, false, 0.9f), new Point(30 + i, 40, true, false, 0.9f)],
                instance.Points.AsEnumerable()
            );
        }
    }

    [Fact]
    public void EveryTableMayBeFlat()
    {
        using var files = new TestFiles();
        var path = files.New("flat.slp");
        Write(
            path,
            [
                [0, 0, 7, 0, 2],
            ],
            [
                [0, 0, 0, 0, -1, 1, 0, 0, 1],
                [1, 1, 0, 0, -1, -1, 0.5, 0, 1],
            ]
        );
        var frame = Labels.Load(path).Frames.Single();
        Assert.True(frame.IsNegative);
        Assert.Same(frame.Instances[1], frame.Instances[0].FromPredicted);
        Assert.Equal(new Point(1.25, 2, true, true, float.NaN), frame.Instances[0].Points.Single());
        Assert.Equal(new Point(3, 4.5, true, false, 0.75f), frame.Instances[1].Points.Single());
    }

    [Theory]
    [InlineData(double.NaN, "NaN in row 0 of the column instance_id_start")]
    [InlineData(0.5, "0.5 in row 0 of the column instance_id_start")]
    [InlineData(-1, "-1 in row 0 of the column instance_id_start")]
    [InlineData(1e300, "names the instances")]
    public void WhatIsNoNumberOfARowIsRefused(double start, string named)
    {
        using var files = new TestFiles();
        var path = files.New("flat.slp");
        Write(
            path,
            [
                [0, 0, 7, start, 0],
            ],
            []
        );
        Assert.Contains(named, Assert.Throws<PoseFormatException>(() => Labels.Load(path)).Message);
    }

    [Theory]
    [InlineData(null, "field_names")]
    [InlineData("[", "not valid JSON")]
    [InlineData("{}", "list was expected")]
    [InlineData("""["frame_id","video","frame_idx","instance_id_start"]""", "has 5 columns, and names 4")]
    [InlineData("""["a","b","frame_idx","frame_idx","d"]""", "two columns of one name")]
    public void ColumnsThatAreNotNamedAreRefused(string? names, string named)
    {
        using var files = new TestFiles();
        var path = files.New("flat.slp");
        Write(
            path,
            [
                [0, 0, 7, 0, 0],
            ],
            [],
            names
        );
        Assert.Contains(named, Assert.Throws<PoseFormatException>(() => Labels.Load(path)).Message);
    }

    private static void Write(
        string path,
        double[][] frames,
        double[][] instances,
        string? frameNames = """["frame_id","video","frame_idx","instance_id_start","instance_id_end"]"""
    )
    {
        using var file = Hdf5Writer.Create(path);
        file.Group("metadata");
        file.NumberAttribute("metadata", "format_id", 1.3);
        file.TextAttribute("metadata", "json", SlpMetadata.Text([new Skeleton("s", ["a"])], [], null));
        file.Texts("videos_json", ["""{"filename":"v.mp4","backend":{"filename":"v.mp4"}}"""]);
        void Table(string name, double[][] rows, int width, string? names)
        {
            file.Numbers<double>(name, [.. rows.SelectMany(r => r)], [rows.Length, width]);
            if (names is not null)
                file.TextAttribute(name, "field_names", names);
        }

        Table("frames", frames, 5, frameNames);
        Table(
            "instances",
            instances,
            9,
            """
            ["instance_id","instance_type","frame_id","skeleton","track","from_predicted","score","point_id_start",
            "point_id_end"]
            """
        );
        Table(
            "points",
            [
                [1.25, 2, 1, 1],
            ],
            4,
            """["x","y","visible","complete"]"""
        );
        Table(
            "pred_points",
            [
                [0.75, 3, 4.5, 1, 0],
            ],
            5,
            """["score","x","y","visible","complete"]"""
        );
        Table(
            "negative_frames",
            [
                [0, 7],
            ],
            2,
            """["video_id","frame_idx"]"""
        );
        file.Complete();
    }
}
