namespace Sleap.IO.Tests;

/// <summary>NWB with ndx-pose: what is written, by h5py and by the reader, and what others write with links.</summary>
public sealed class NwbTests
{
    private static readonly Skeleton Mouse = new("mouse", ["nose", "tail"], [new Edge(0, 1)]);

    [Fact]
    public void WhatIsWrittenReadsTheSame()
    {
        using var files = new TestFiles();
        var labels = Made(24.5);
        Assert.Empty(labels.Save(files.New("a.nwb")));
        var again = Labels.Load(files.New("a.nwb"));
        LabelsComparison.AssertSame(labels, again);
        Assert.Equal(24.5, again.Videos.Single().FramesPerSecond);
        Assert.Equal("folder/v.mp4", again.Videos.Single().Path);
    }

    [Fact]
    public void AnotherReaderFindsEveryObjectAsTheSchemaHasIt()
    {
        using var files = new TestFiles();
        Made(24.5).Save(files.New("a.nwb"));
        var found = OtherProgram.Python("check_nwb.py", files.New("a.nwb"));
        Assert.Equal("""{"nodes":["nose","tail"],"edges":[[0,1]]}""", found["skeletons"]!["mouse"]!.ToJsonString());
        Assert.Equal(["one", "two", "untracked_000"], found["poses"]!.AsObject().Select(p => p.Key));
        var pose = found["poses"]!["one"]!;
        Assert.Equal("""["folder/v.mp4"]""", pose["videos"]!.ToJsonString());
        Assert.Equal("[[64,48]]", pose["dimensions"]!.ToJsonString());
        Assert.Equal("mouse", (string)pose["skeleton"]!);
        // From the first frame of the track, 3, to its last, 7. NaN is null.
        var tail = pose["series"]!["tail"]!;
        Assert.Equal(3 / 24.5, (double)tail["start"]!);
        Assert.Equal(24.5, (double)tail["rate"]!);
        Assert.Equal("[3.25,null,null,null,null]", tail["x"]!.ToJsonString());
        Assert.Equal("[0.5,null,null,null,0.125]", tail["confidence"]!.ToJsonString());
    }

    /// <summary>All frames and animals of a prediction, whose file has compressed series.</summary>
    [Fact]
    public void PredictionsOfAWholeVideoReadTheSame()
    {
        using var files = new TestFiles();
        var labels = Labels.Load(TestFiles.Data("centered_pair_predictions.slp"));
        labels.Save(files.New("a.nwb"));
        OtherProgram.Python("check_nwb.py", files.New("a.nwb"));
        Assert.Equal(Points(labels), Points(Labels.Load(files.New("a.nwb"))));
    }

    [Fact]
    public void TheFileOfAnotherWriterReadsTheSameFromHere()
    {
        using var files = new TestFiles();
        var labels = Labels.Load(TestFiles.Golden("centered_pair.nwb"));
        Assert.Null(labels.Videos.Single().FramesPerSecond); // its rate of 1 stands for one that is not known
        Assert.Contains(
            labels.Save(files.New("a.nwb")),
            r => r.StartsWith("The frame rate of", StringComparison.Ordinal)
        );
        LabelsComparison.AssertSame(labels, Labels.Load(files.New("a.nwb")));
    }

    [Fact]
    public void TheSameLabelsGiveTheSameBytesAndOthersOtherIds()
    {
        using var files = new TestFiles();
        Made(24.5).Save(files.New("a.nwb"));
        Made(24.5).Save(files.New("b.nwb"));
        Assert.Equal(File.ReadAllBytes(files.New("a.nwb")), File.ReadAllBytes(files.New("b.nwb")));
        Made(24.5, x: 2).Save(files.New("c.nwb"));
        Assert.NotEqual(
            (string)OtherProgram.Python("check_nwb.py", files.New("a.nwb"))["identifier"]!,
            (string)OtherProgram.Python("check_nwb.py", files.New("c.nwb"))["identifier"]!
        );
    }

    [Fact]
    public void EachVideoGetsAFile()
    {
        using var files = new TestFiles();
        var remarks = new Labels([
            Frame(new Video("one.mp4", VideoKind.Movie), 0, At(1, null)),
            Frame(new Video("../two.mp4", VideoKind.Movie), 5, At(2, null)),
        ]).Save(files.New("poses.nwb"));
        Assert.Equal(
            ["poses.000_one.nwb", "poses.001_two.nwb"],
            Directory.GetFiles(files.Folder).Select(Path.GetFileName).Order()
        );
        Assert.Equal(2, remarks.Count(r => r.StartsWith("The format holds one video", StringComparison.Ordinal)));
        Assert.Equal(5, Labels.Load(files.New("poses.001_two.nwb")).Frames.Single().FrameIndex);
    }

    /// <summary>Names that mean something else in the file, or cannot be names there.</summary>
    [Fact]
    public void NamesOfAnyKindAreKept()
    {
        using var files = new TestFiles();
        var skeleton = new Skeleton("", ["scorer", "left/ear", "Skeleton-count(0)", ".", "PoseEstimationSeries"]);
        Instance Of(Track track) =>
            new()
            {
                Skeleton = skeleton,
                IsPredicted = true,
                Track = track,
                Points = [.. Enumerable.Range(0, 5).Select(i => new Point(i, 1))],
            };
        string[] names = ["Skeletons", "track=1", "untracked_000", "ä"];
        Video video = new("v.mp4", VideoKind.Movie) { FramesPerSecond = 2 };
        var labels = new Labels([Frame(video, 0, [.. names.Select(n => Of(new Track(n)))])]);
        Assert.Empty(labels.Save(files.New("names.nwb")));
        OtherProgram.Python("check_nwb.py", files.New("names.nwb"));
        var again = Labels.Load(files.New("names.nwb"));
        Assert.Equal(skeleton, again.Skeletons.Single());
        Assert.Equal(
            names.Order(StringComparer.Ordinal),
            again.Tracks.Select(t => t.Name).Order(StringComparer.Ordinal)
        );
        Assert.All(again.Frames.Single().Instances, i => Assert.Equal([0.0, 1, 2, 3, 4], i.Points.Select(p => p.X)));

        labels = new Labels([Frame(video, 0, Of(new Track("a/b")), Of(new Track("a_b")))]);
        Assert.Contains(
            labels.Save(files.New("names.nwb")),
            r => r.StartsWith("2 tracks have", StringComparison.Ordinal)
        );
        Assert.Equal(["a_b", "a_b_2"], Labels.Load(files.New("names.nwb")).Tracks.Select(t => t.Name));
    }

    [Fact]
    public void AFailureLeavesTheFileThatWasThere()
    {
        using var files = new TestFiles();
        File.WriteAllText(files.New("a.nwb"), "before");
        var skeleton = new Skeleton("s", ["a/b", "a_b"]);
        var labels = new Labels([], [new Video("v.mp4", VideoKind.Movie)], [skeleton]);
        Assert.Throws<PoseFormatException>(() => labels.Save(files.New("a.nwb")));
        // Found while the file is written: two frames as far apart as no array is long.
        Video video = new("v.mp4", VideoKind.Movie) { FramesPerSecond = 2 };
        labels = new Labels([Frame(video, 0, At(1, null)), Frame(video, int.MaxValue, At(1, null))]);
        Assert.Throws<PoseFormatException>(() => labels.Save(files.New("a.nwb")));
        Assert.Equal("before", File.ReadAllText(files.New("a.nwb")));
        Assert.Single(Directory.GetFiles(files.Folder));
    }

    [Fact]
    public void FramesCanComeOneAfterTheOther()
    {
        using var files = new TestFiles();
        var labels = Made(24.5);
        using (var writer = LabelsWriter.Create(files.New("a.nwb"), Mouse, labels.Videos))
        {
            foreach (var frame in labels.Frames)
                writer.Add(frame);
            writer.Finish();
        }
        LabelsComparison.AssertSame(labels, Labels.Load(files.New("a.nwb")));
    }

    [Theory]
    [InlineData("timestamps.nwb")]
    [InlineData("confidence.nwb")]
    public void SharedTimesAndScoresAreFollowed(string name)
    {
        static string Case(string file) => TestFiles.Data(Path.Combine("cases", "nwb_soft_links", file));
        var labels = Labels.Load(Case(name));
        LabelsComparison.AssertSame(Labels.Load(Case("own.nwb")), labels);
        Assert.Equal(4, labels.Frames.Count);
        Assert.All(labels.Frames, f => Assert.Equal([0.9f, 0.9f], f.Instances.Single().Points.Select(p => p.Score)));
    }

    /// <summary>Two tracks and an animal without one; a missing point with a score and one without; gaps.</summary>
    private static Labels Made(double rate, double x = 1)
    {
        Video video = new("folder/v.mp4", VideoKind.Movie)
        {
            FramesPerSecond = rate,
            Shape = new VideoShape(9, 48, 64, 1),
        };
        var (one, two) = (new Track("one"), new Track("two"));
        return new Labels([
            Frame(video, 3, At(x, one, new Point(3.25, 4, true, false, 0.5f)), At(2, null)),
            Frame(video, 4, At(3, two), At(4, null)),
            Frame(video, 7, At(5, one, Point.Missing with { Score = 0.125f })),
        ]);
    }

    private static Instance At(double x, Track? track, Point? tail = null)
    {
        Point[] points = [new Point(x, 1, true, false, 0.25f), tail ?? Point.Missing];
        return new Instance
        {
            Skeleton = Mouse,
            IsPredicted = true,
            Points = [.. points],
            Track = track,
            Score = points.Where(p => !float.IsNaN(p.Score)).Average(p => p.Score),
            TrackingScore = float.NaN,
        };
    }

    private static LabeledFrame Frame(Video video, int index, params Instance[] instances) =>
        new()
        {
            Video = video,
            FrameIndex = index,
            Instances = instances,
        };

    private static List<(int, string?, double, double, float)> Points(Labels labels) =>
        [
            .. labels
                .Frames.SelectMany(f => f.Instances.Select(i => (f.FrameIndex, Instance: i)))
                .OrderBy(p => p.FrameIndex)
                .ThenBy(p => p.Instance.Track?.Name, StringComparer.Ordinal)
                .SelectMany(p =>
                    p.Instance.Points.Select(x => (p.FrameIndex, p.Instance.Track?.Name, x.X, x.Y, x.Score))
                ),
        ];
}
