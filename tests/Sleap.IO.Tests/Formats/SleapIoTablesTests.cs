using System.Text.Json.Nodes;

namespace Sleap.IO.Tests;

public sealed class SleapIoTablesTests
{
    [Theory]
    [InlineData("sleap")]
    [InlineData("instances")]
    [InlineData("frames")]
    [InlineData("points")]
    public void EachFormReadsAsTheReferenceReads(string form)
    {
        // The reference sorts nodes by name and takes "inst0" and "inst1" of the form "frames" for nodes; here nodes
        // are compared by name.
        var expected = TestFiles.GoldenJson($"read.centered_pair.{form}.csv.json");
        AssertByNode(expected, Labels.Load(TestFiles.Golden($"centered_pair.{form}.csv")), tracks: true);
    }

    [Fact]
    public void NwbReadsAsTheReferenceReads()
    {
        var expected = TestFiles.GoldenJson("read.centered_pair.nwb.json");
        var labels = Labels.Load(TestFiles.Golden("centered_pair.nwb"));
        // The reference loses the tracks, which the containers name.
        AssertByNode(expected, labels, tracks: false);
        LabelsComparison.AssertIs(expected["skeleton"]!, labels.Skeletons.Single());
        Assert.Equal(["1", "2"], labels.Tracks.Select(t => t.Name));
        Assert.Equal("centered_pair_low_quality.mp4", labels.Videos.Single().Path);
    }

    [Fact]
    public void FramesAndAnimalsMayBeAbsent()
    {
        using var files = new TestFiles();
        File.WriteAllLines(
            files.New("f.csv"),
            [
                "frame_idx,inst0.track,inst0.score,inst0.a.x,inst0.a.y,inst0.a.score,"
                    + "inst1.track,inst1.score,inst1.a.x,inst1.a.y,inst1.a.score",
                "7,one,0.5,1,2,0.25,,,,,",
                "2,,,,,,,,,,",
                "9,,,3,4,,two,1,5,6,0.75",
            ]
        );
        var labels = Labels.Load(files.New("f.csv"));
        Assert.Equal([(7, 1), (2, 0), (9, 2)], labels.Frames.Select(f => (f.FrameIndex, f.Instances.Count)));
        Assert.Equal(
            (true, 0.5f, "one"),
            (
                labels.Frames[0].Instances[0].IsPredicted,
                labels.Frames[0].Instances[0].Score,
                labels.Frames[0].Instances[0].Track?.Name
            )
        );
        Assert.False(labels.Frames[2].Instances[0].IsPredicted);
        Assert.Null(labels.Frames[2].Instances[0].Track);
    }

    [Fact]
    public void PointsOfAnimalsWithoutATrackAreToldApart()
    {
        using var files = new TestFiles();
        File.WriteAllLines(
            files.New("p.csv"),
            [
                "frame_idx,node,x,y,video",
                "0,a,1,1,m.mp4",
                "0,b,2,2,m.mp4",
                "0,a,3,3,m.mp4",
                "0,b,4,4,m.mp4",
                "0,a,5,5,n.mp4",
            ]
        );
        var labels = Labels.Load(files.New("p.csv"));
        Assert.Equal(["m.mp4", "n.mp4"], labels.Videos.Select(v => v.Path));
        Assert.Equal([1.0, 3.0], labels.Frames[0].Instances.Select(i => i.Points[0].X));
    }

    [Theory]
    [InlineData("frame_idx,a.x\n0,1", "node.x")]
    [InlineData("frame_idx,a.x,a.y\n0,1", "2 cells")]
    [InlineData("frame_idx,a.x,a.y\n0.5,1,2", "0.5")]
    [InlineData("frame_idx,a.x,a.y,a.x\n0,1,2,3", "two columns")]
    [InlineData("frame_idx,node,x,y,track\n0,a,1,2,t\n0,a,1,2,t", "twice")]
    [InlineData("frame_idx,node,x,y,track\n0,,1,2,t", "node")]
    public void DamagedTablesNameTheFault(string text, string named)
    {
        using var files = new TestFiles();
        File.WriteAllText(files.New("damaged.csv"), text);
        var fault = Assert.Throws<PoseFormatException>(() => Labels.Load(files.New("damaged.csv")));
        Assert.Contains("damaged.csv", fault.Message);
        Assert.Contains(named, fault.Message);
    }

    private static void AssertByNode(JsonNode expected, Labels labels, bool tracks)
    {
        var skeleton = labels.Skeletons.Single();
        var nodes = expected["skeleton"]!["nodes"]!
            .AsArray()
            .Select((n, i) => (Name: (string)n!, Place: i))
            .Where(n => n.Name is not ("inst0" or "inst1"))
            .ToList();
        Assert.Equal(
            nodes.Select(n => n.Name).Order(StringComparer.Ordinal),
            skeleton.Nodes.Order(StringComparer.Ordinal)
        );
        if (tracks)
            Assert.Equal(expected["tracks"]!.AsArray().Select(t => t!.ToString()), labels.Tracks.Select(t => t.Name));
        Assert.Equal(
            expected["frames"]!.AsArray().Select(f => (int)f!["frame_idx"]!),
            labels.Frames.Select(f => f.FrameIndex)
        );
        foreach (var (row, frame) in expected["frames"]!.AsArray().Zip(labels.Frames))
        {
            Assert.Equal(row!["instances"]!.AsArray().Count, frame.Instances.Count);
            foreach (var (instance, actual) in row["instances"]!.AsArray().Zip(frame.Instances))
                AssertInstance(instance!, actual, labels, nodes, tracks);
        }
    }

    [Fact]
    public void TheVideosOfSeveralAreToldApart()
    {
        using var files = new TestFiles();
        File.WriteAllText(
            files.New("points.csv"),
            "frame_idx,node,x,y,video_path,track,track_score,instance_score,score\n0,a,1,2,v.mp4,,,,\n0,a,3,4,w.mp4,,,,\n"
        );
        var labels = Labels.Load(files.New("points.csv"));
        Assert.Equal(["v.mp4", "w.mp4"], labels.Frames.Select(f => f.Video.Path));
    }

    private static void AssertInstance(
        JsonNode expected,
        Instance actual,
        Labels labels,
        List<(string Name, int Place)> nodes,
        bool tracks
    )
    {
        Assert.Equal("predicted", (string)expected["kind"]!);
        Assert.True(actual.IsPredicted);
        // Means of point scores are reckoned in single precision here; the reference has none where a point has no
        // score.
        if (expected["score"] is { } score)
            Assert.Equal((double)score, actual.Score, tracks ? 0 : 1e-6);
        if (tracks)
            Assert.Equal((int)expected["track"]!, labels.Tracks.ToList().IndexOf(actual.Track!));
        if (tracks)
            Assert.Equal((float?)expected["tracking_score"] ?? float.NaN, actual.TrackingScore);
        foreach (var (name, place) in nodes)
        {
            var p = actual.Points[actual.Skeleton.IndexOf(name)];
            Assert.Equal((double?)expected["xy"]![place]![0] ?? double.NaN, p.X);
            Assert.Equal((double?)expected["xy"]![place]![1] ?? double.NaN, p.Y);
            Assert.Equal((bool)expected["visible"]![place]!, !p.IsMissing);
            Assert.Equal((float?)(double?)expected["point_scores"]![place] ?? float.NaN, p.Score);
        }
    }
}
