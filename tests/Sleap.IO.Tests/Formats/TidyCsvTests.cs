namespace Sleap.IO.Tests;

public sealed class TidyCsvTests
{
    [Fact]
    public void PredictionsComeBackButForEdges()
    {
        using var files = new TestFiles();
        var labels = Labels.Load(TestFiles.Data("centered_pair_predictions.slp"));
        var remarks = labels.Save(files.New("poses.csv"));
        Assert.Contains(remarks, r => r.Contains("edges"));
        var again = Labels.Load(files.New("poses.csv"));
        Assert.Equal(labels.Skeletons[0].Nodes.AsEnumerable(), again.Skeletons.Single().Nodes);
        Assert.Equal(labels.Frames.Count, again.Frames.Count);
        foreach (var (a, b) in labels.Frames.Zip(again.Frames))
        {
            Assert.Equal(a.FrameIndex, b.FrameIndex);
            Assert.Equal(a.Instances.Select(i => i.Track?.Name), b.Instances.Select(i => i.Track?.Name));
            foreach (var (x, y) in a.Instances.Zip(b.Instances))
            {
                Assert.Equal((true, x.Score, x.TrackingScore), (y.IsPredicted, y.Score, y.TrackingScore));
                Assert.Equal(
                    x.Points.Select(p => (p.IsMissing, p.X, p.Y, p.Score)),
                    y.Points.Select(p => (p.IsMissing, p.X, p.Y, p.Score))
                );
            }
        }
    }

    [Fact]
    public void UserInstancesHaveNoScoreAndTheHeaderIsTheAgreedOne()
    {
        using var files = new TestFiles();
        var labels = Labels.Load(TestFiles.Data("small_robot_minimal.slp"));
        labels.Save(files.New("poses.csv"));
        var lines = File.ReadAllLines(files.New("poses.csv"));
        // sleap-io's table of points, and what it lacks.
        Assert.Equal(
            $"{File.ReadLines(TestFiles.Golden("centered_pair.points.csv")).First()},video_path,instance",
            lines[0]
        );
        Assert.Equal("0,A,316.4897466827503,47.69157074881539,,0,,,tests/data/videos/small_robot.mp4,0", lines[1]);
        Assert.False(Labels.Load(files.New("poses.csv")).Frames[0].Instances[0].IsPredicted);
    }

    [Fact]
    public void TablesOfEarlierVersionsAreRead()
    {
        using var files = new TestFiles();
        File.WriteAllText(
            files.New("old.csv"),
            "video,frame,instance,track,node,x,y,score\nv.mp4,3,0,t,a,1,2,0.5\nv.mp4,3,1,,a,3,4,\nv.mp4,3,0,t,b,,,1\n"
        );
        var frame = Labels.Load(files.New("old.csv")).Frames.Single();
        Assert.Equal(("v.mp4", 3), (frame.Video.Path, frame.FrameIndex));
        Assert.Equal(
            [(true, 0.75f, "t"), (false, 0, null)],
            frame.Instances.Select(i => (i.IsPredicted, i.Score, i.Track?.Name))
        );
        Assert.Equal(new Point(3, 4), frame.Instances[1].Points[0]);
    }

    [Fact]
    public void PredictionsWithoutPointScoresAreToldByTheirOwn()
    {
        using var files = new TestFiles();
        var (skeleton, video) = (new Skeleton("", ["a"]), Video.FromFile("v.mp4"));
        Instance Of(bool isPredicted) =>
            new()
            {
                Skeleton = skeleton,
                Points = [new Point(1, 2)],
                IsPredicted = isPredicted,
                TrackingScore = 0.25f,
            };
        var labels = new Labels([
            new LabeledFrame
            {
                Video = video,
                FrameIndex = 3,
                Instances = [Of(true), Of(false), Of(true)],
            },
        ]);
        Assert.Empty(labels.Save(files.New("own.csv")));
        LabelsComparison.AssertSame(labels, Labels.Load(files.New("own.csv")));
    }

    [Fact]
    public void QuotesAndCommasInNamesAreKept()
    {
        using var files = new TestFiles();
        var skeleton = new Skeleton("s", ["left, \"front\" paw", "tail; base"]);
        var track = new Track(" spaced ");
        var instance = new Instance
        {
            Skeleton = skeleton,
            Points = [new Point(1, 2, true, false, 0.5f), Point.Missing],
            Track = track,
            IsPredicted = true,
        };
        new Labels([
            new LabeledFrame
            {
                Video = Video.FromFile("a,b.mp4"),
                FrameIndex = 3,
                Instances = [instance],
            },
        ]).Save(files.New("odd.csv"));
        var again = Labels.Load(files.New("odd.csv"));
        Assert.Equal(skeleton.Nodes.AsEnumerable(), again.Skeletons[0].Nodes);
        Assert.Equal((" spaced ", "a,b.mp4"), (again.Tracks.Single().Name, again.Videos.Single().Path));
        Assert.True(again.Frames[0].Instances[0].Points[1].IsMissing);
    }

    [Theory]
    [InlineData("frame,node,x,y\n1,a,1", "3 cells")]
    [InlineData("frame,node,x,y\n1.5,a,1,2", "1.5")]
    [InlineData("frame,node,x,y\n1,a,1,2\n1,a,1,2", "twice")]
    [InlineData("frame,node,x,y\n1,,1,2", "node")]
    [InlineData("frame,node,x,y\n1,\"a,1,2", "quote")]
    [InlineData("frame,nodes,x,y\n1,a,1,2", "nodes")]
    [InlineData("", "empty")]
    public void DamagedTablesNameTheFault(string text, string named)
    {
        using var files = new TestFiles();
        File.WriteAllText(files.New("damaged.csv"), text);
        var fault = Assert.Throws<PoseFormatException>(() => Labels.Load(files.New("damaged.csv")));
        Assert.Contains(named, fault.Message);
    }
}
