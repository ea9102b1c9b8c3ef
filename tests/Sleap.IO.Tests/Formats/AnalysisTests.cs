using System.Text.Json.Nodes;

namespace Sleap.IO.Tests;

public sealed class AnalysisTests
{
    [Theory]
    [InlineData("matlab")]
    [InlineData("standard")]
    public void BothOrdersReadAsTheReferenceReads(string preset)
    {
        var expected = TestFiles.GoldenJson($"read.analysis.{preset}.h5.json")["read"]!;
        AssertTable(expected, Labels.Load(TestFiles.Golden($"analysis.{preset}.h5")));
    }

    [Fact]
    public void WhatIsWrittenReadsTheSame()
    {
        using var files = new TestFiles();
        var labels = Labels.Load(TestFiles.Golden("analysis.matlab.h5"));
        Assert.Empty(labels.Save(files.New("again.h5")));
        var again = Labels.Load(files.New("again.h5"));
        LabelsComparison.AssertSame(labels, again);
        Assert.Equal(labels.Videos[0].Shape, again.Videos[0].Shape);
        AssertTable(TestFiles.GoldenJson("read.analysis.matlab.h5.json")["read"]!, again);
    }

    /// <summary>
    /// A file of SLEAP itself, which has neither dims nor scores nor edges, holds what the .slp of the same predictions
    /// holds.
    /// </summary>
    [Fact]
    public void AFileOfSleapItselfHoldsThePointsOfItsSlp()
    {
        var (table, slp) = (
            Labels.Load(TestFiles.Data("flies13_20190128.analysis.h5")),
            Labels.Load(TestFiles.Data("flies13_20190128.predictions.slp"))
        );
        Assert.Equal(slp.Skeletons[0].Nodes.AsEnumerable(), table.Skeletons.Single().Nodes);
        var frames = slp
            .Frames.Where(f => f.Instances.Any(i => i.Points.Any(p => !p.IsMissing)))
            .ToDictionary(f => f.FrameIndex);
        Assert.Equal(frames.Keys.Order(), table.Frames.Select(f => f.FrameIndex));
        foreach (var frame in table.Frames)
        {
            var there = frames[frame.FrameIndex]
                .Instances.Where(i => i.Track is not null)
                .ToDictionary(
                    i => i.Track!.Name,
                    i => i.Points.Select(p => p.IsMissing ? (double.NaN, double.NaN) : (p.X, p.Y))
                );
            foreach (var instance in frame.Instances)
                Assert.Equal(there[instance.Track!.Name], instance.Points.Select(p => (p.X, p.Y)));
        }
    }

    [Fact]
    public void InstancesWithoutATrackAreKept()
    {
        using var files = new TestFiles();
        var skeleton = new Skeleton("s", ["a", "b"], [], [new Symmetry(0, 1)]);
        var (video, track) = (Video.FromFile("v.mp4"), new Track("t"));
        Instance At(double x, Track? t, float score) =>
            new()
            {
                Skeleton = skeleton,
                IsPredicted = true,
                Points = [new Point(x, 1, true, false, score), Point.Missing],
                Track = t,
                Score = score,
            };
        var labels = new Labels([
            new LabeledFrame
            {
                Video = video,
                FrameIndex = 1,
                Instances = [At(1, null, 0.5f), At(2, track, 0.25f), At(3, null, 1)],
            },
            new LabeledFrame
            {
                Video = video,
                FrameIndex = 4,
                Instances = [At(4, track, 0), At(5, track, 0)],
            },
        ]);
        var remarks = labels.Save(files.New("u.analysis.h5"));
        Assert.Contains(remarks, r => r.StartsWith("1 instances share"));
        var again = Labels.Load(files.New("u.analysis.h5"));
        Assert.Equal(skeleton, again.Skeletons.Single());
        Assert.Equal(["t"], again.Tracks.Select(t => t.Name));
        Assert.Equal(
            [(2.0, "t"), (1, null), (3, null)],
            again.Frames[0].Instances.Select(i => (i.Points[0].X, i.Track?.Name))
        );
        Assert.Equal([(4.0, "t"), (5, null)], again.Frames[1].Instances.Select(i => (i.Points[0].X, i.Track?.Name)));
        Assert.Equal([0.25f, 0.5f, 1], again.Frames[0].Instances.Select(i => i.Score));
    }

    [Fact]
    public void EachVideoGetsAFile()
    {
        using var files = new TestFiles();
        var skeleton = new Skeleton("s", ["a"]);
        LabeledFrame In(string video) =>
            new()
            {
                Video = Video.FromFile(video),
                FrameIndex = 0,
                Instances =
                [
                    new Instance
                    {
                        Skeleton = skeleton,
                        IsPredicted = true,
                        Points = [new Point(1, 2)],
                    },
                ],
            };
        new Labels([In("one.mp4"), In("../two.mp4")]).Save(files.New("poses.analysis.h5"));
        Assert.Equal(
            ["poses.000_one.analysis.h5", "poses.001_two.analysis.h5"],
            Directory.GetFiles(files.Folder).Select(Path.GetFileName).Order()
        );
    }

    [Fact]
    public void LabelsOfSleapAreReadUnderAnotherEnding()
    {
        using var files = new TestFiles();
        File.Copy(TestFiles.Golden("by-hand.slp"), files.New("poses.h5"));
        Assert.Equal(
            Labels.Load(TestFiles.Golden("by-hand.slp")).Frames.Count,
            Labels.Load(files.New("poses.h5")).Frames.Count
        );
    }

    [Fact]
    public void Hdf5OfSomethingElseSaysWhatItHolds()
    {
        using var files = new TestFiles();
        using (var file = Hdf5Writer.Create(files.New("other.h5")))
        {
            file.Numbers<double>("speed", [1, 2], [2]);
            file.Group("session");
            file.Complete();
        }
        Assert.Contains(
            "HDF5, and neither an analysis file of SLEAP nor a table of DeepLabCut; it holds session, speed",
            Assert.Throws<PoseFormatException>(() => Labels.Load(files.New("other.h5"))).Message
        );
    }

    [Theory]
    [InlineData("p.h5", int.MaxValue)]
    [InlineData("p.h5", 1 << 26)]
    [InlineData("p.nwb", int.MaxValue)]
    public void AFrameNumberThatWouldTakeTheMemoryIsRefused(string name, int frame)
    {
        using var files = new TestFiles();
        var (skeleton, video) = (new Skeleton("s", ["a"]), Video.FromFile("v.mp4"));
        LabeledFrame At(int index) =>
            new()
            {
                Video = video,
                FrameIndex = index,
                Instances = [new Instance { Skeleton = skeleton, Points = [new Point(1, 2)] }],
            };
        var labels = new Labels([At(0), At(frame)]);
        var fault = Assert.Throws<PoseFormatException>(() => labels.Save(files.New(name)));
        Assert.Contains("Is a frame number wrong?", fault.Message);
        Assert.Empty(Directory.GetFileSystemEntries(files.Folder));
    }

    internal static void AssertTable(JsonNode expected, Labels labels)
    {
        LabelsComparison.AssertIs(expected["skeleton"]!, labels.Skeletons.Single());
        Assert.Equal(expected["tracks"]!.AsArray().Select(t => t!.ToString()), labels.Tracks.Select(t => t.Name));
        Assert.Equal(expected["frames"]!.AsArray().Count, labels.Frames.Count);
        foreach (var (row, frame) in expected["frames"]!.AsArray().Zip(labels.Frames))
        {
            Assert.Equal((int)row!["frame_idx"]!, frame.FrameIndex);
            Assert.Equal(row["instances"]!.AsArray().Count, frame.Instances.Count);
            foreach (var (instance, actual) in row["instances"]!.AsArray().Zip(frame.Instances))
                LabelsComparison.AssertIs(instance!, actual, labels);
        }
    }
}
