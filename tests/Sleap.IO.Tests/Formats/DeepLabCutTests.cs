using System.Text;

namespace Sleap.IO.Tests;

public sealed class DeepLabCutTests
{
    private static readonly string Openfield = Path.Combine(TestFiles.Root, "examples", "data", "openfield");

    [Theory]
    [InlineData("")]
    [InlineData("config.yaml")]
    [InlineData("labeled-data/m4s1")]
    [InlineData("labeled-data/m4s1/CollectedData_Pranav.csv")]
    [InlineData("labeled-data/m4s1/CollectedData_Pranav.h5")]
    public void OpenfieldReadsFromProjectConfigFolderAndTable(string name)
    {
        var labels = Labels.Load(Path.Combine(Openfield, name));
        Assert.Equal(["snout", "leftear", "rightear", "tailbase"], labels.Skeletons.Single().Nodes.AsEnumerable());
        Assert.Equal(116, labels.Frames.Count);
        Assert.Equal(23, labels.Frames.Count(f => f.FrameIndex % 5 == 4));
        Assert.Empty(labels.Tracks);
        var first = labels.Frames[0].Instances.Single();
        Assert.False(first.IsPredicted);
        Assert.Equal(new Point(21.521, 265.428), first.Points[0]);
        Assert.All(labels.Frames, f => Assert.Single(f.Instances));
        // A value of the last row, looked up in the file.
        Assert.Equal(115, labels.Frames[^1].FrameIndex);
    }

    [Fact]
    public void EveryFrameOfOpenfieldHasItsPicture()
    {
        var labels = Labels.Load(Openfield);
        using var source = labels.Videos.Single().Open();
        Assert.Equal((116, 480, 640), (source.FrameCount, source.Height, source.Width));
        foreach (var index in new[] { 0, 57, 115 })
            Assert.Equal(480 * 640 * source.Channels, source.Read(index).Pixels.Length);
        Assert.Equal(Path.Combine(Openfield, "labeled-data", "m4s1", "img0057.png"), labels.Videos[0].ImagePaths[57]);
    }

    [Fact]
    public void TheHdf5TableReadsAsTheCsv()
    {
        var (csv, hdf5) = (
            Labels.Load(Path.Combine(Openfield, "labeled-data/m4s1/CollectedData_Pranav.csv")),
            Labels.Load(Path.Combine(Openfield, "labeled-data/m4s1/CollectedData_Pranav.h5"))
        );
        LabelsComparison.AssertSame(csv, hdf5);
        Assert.Equal(csv.Videos[0].ImagePaths.AsEnumerable(), hdf5.Videos[0].ImagePaths);
    }

    [Theory]
    [InlineData("cos\nsystem\n(S'echo'\ntR.", "calls os.system")]
    [InlineData("(lp0\n", "without an end")]
    [InlineData("(lp0\ng7\na.", "damaged")]
    [InlineData("a.", "damaged")]
    public void PicklesThatAreNoListsAreRefused(string pickle, string named) =>
        Assert.Contains(
            named,
            Assert
                .Throws<PoseFormatException>(() =>
                    PythonPickle.ReadList(
                        Encoding.UTF8.GetBytes(pickle),
                        cause => new PoseFormatException("file.h5", "column", cause)
                    )
                )
                .Message
        );

    [Theory]
    [InlineData("centered_pair.dlc.csv")]
    [InlineData("small_robot.dlc.csv")]
    public void TablesOfTheReferenceReadTheSame(string name)
    {
        // The reference sorts nodes by name and counts frames in the order of the file; the nodes are compared by name
        // here and frames by order.
        var expected = TestFiles.GoldenJson("read.dlc.json")[name]!["read_with_pictures"]!;
        var labels = Labels.Load(TestFiles.Golden(name));
        var skeleton = labels.Skeletons.Single();
        var nodes = expected["skeleton"]!["nodes"]!.AsArray().Select(n => (string)n!).ToList();
        Assert.Equal(nodes, skeleton.Nodes.Order(StringComparer.Ordinal));
        Assert.Equal(expected["tracks"]!.AsArray().Select(t => (string)t!), labels.Tracks.Select(t => t.Name));
        Assert.Equal(expected["frames"]!.AsArray().Count, labels.Frames.Count);
        foreach (var (row, frame) in expected["frames"]!.AsArray().Zip(labels.Frames))
        {
            Assert.Equal(row!["instances"]!.AsArray().Count, frame.Instances.Count);
            foreach (var (instance, actual) in row["instances"]!.AsArray().Zip(frame.Instances))
            {
                Assert.False(actual.IsPredicted);
                Assert.Equal(
                    (int?)instance!["track"] ?? -1,
                    actual.Track is null ? -1 : labels.Tracks.ToList().IndexOf(actual.Track)
                );
                for (var n = 0; n < nodes.Count; n++)
                {
                    var p = actual.Points[skeleton.IndexOf(nodes[n])];
                    Assert.Equal(
                        ((double?)instance["xy"]![n]![0] ?? double.NaN, (double?)instance["xy"]![n]![1] ?? double.NaN),
                        (p.X, p.Y)
                    );
                }
            }
        }
    }

    [Fact]
    public void FrameNumbersComeFromThePicturesNames()
    {
        var labels = Labels.Load(TestFiles.Golden("small_robot.dlc.csv"));
        Assert.Equal([0, 79], labels.Frames.Select(f => f.FrameIndex));
        using var files = new TestFiles();
        Assert.Empty(labels.Save(files.New("again.slp")));
        // Other readers count pictures by position; the numbers come back here all the same.
        LabelsComparison.AssertSame(labels, Labels.Load(files.New("again.slp")));
    }

    [Fact]
    public void TheThreeColumnIndexReadsAsTheOneColumnIndex()
    {
        using var files = new TestFiles();
        File.WriteAllLines(
            files.New("one.csv"),
            [
                "scorer,me,me,me,me",
                "individuals,a,a,b,b",
                "bodyparts,nose,nose,nose,nose",
                "coords,x,y,x,y",
                "labeled-data/v/img07.png,1,2,3,4",
                "labeled-data/v/img02.png,5,6,,",
            ]
        );
        File.WriteAllLines(
            files.New("three.csv"),
            [
                "scorer,,,me,me,me,me",
                "individuals,,,a,a,b,b",
                "bodyparts,,,nose,nose,nose,nose",
                "coords,,,x,y,x,y",
                "labeled-data,v,img07.png,1,2,3,4",
                "labeled-data,v,img02.png,5,6,NaN,NaN",
            ]
        );
        var (one, three) = (Labels.Load(files.New("one.csv")), Labels.Load(files.New("three.csv")));
        LabelsComparison.AssertSame(one, three);
        Assert.Equal([7, 2], one.Frames.Select(f => f.FrameIndex));
        Assert.Equal(["a", "b"], one.Tracks.Select(t => t.Name));
        Assert.Equal([2, 1], one.Frames.Select(f => f.Instances.Count));
        Assert.Equal([2, 7], one.Videos.Single().FrameNumbers.AsEnumerable());
    }

    [Fact]
    public void PredictionsOfAVideoHaveScoresAndFindTheirMovie()
    {
        using var files = new TestFiles();
        File.Copy(TestFiles.Data("small_robot.mp4"), files.New("run.mp4"));
        var name = files.New("runDLC_resnet50_openfieldOct30shuffle1_1000.csv");
        File.WriteAllLines(
            name,
            ["scorer,s,s,s", "bodyparts,nose,nose,nose", "coords,x,y,likelihood", "0,10.5,20.25,0.75", "1,,,"]
        );
        var labels = Labels.Load(name);
        Assert.Equal(files.New("run.mp4"), labels.Videos.Single().FoundPath);
        var instance = labels.Frames[0].Instances.Single();
        Assert.True(instance.IsPredicted);
        Assert.Equal(new Point(10.5, 20.25, true, false, 0.75f), instance.Points[0]);
        Assert.Empty(labels.Frames[1].Instances);
    }

    [Fact]
    public void TheConfigsSkeletonGivesEdges()
    {
        using var files = new TestFiles();
        Directory.CreateDirectory(files.New("labeled-data/v"));
        File.WriteAllText(
            files.New("config.yaml"),
            "Task: t\nscorer: me\nskeleton:\n- - ear\n  - nose\n- - ear\n  - never labeled\n"
        );
        File.WriteAllLines(
            files.New("labeled-data/v/CollectedData_me.csv"),
            ["scorer,me,me,me,me", "bodyparts,nose,nose,ear,ear", "coords,x,y,x,y", "labeled-data/v/img1.png,1,2,3,4"]
        );
        var skeleton = Labels.Load(files.Folder).Skeletons.Single();
        Assert.Equal("t", skeleton.Name);
        Assert.Equal([new Edge(1, 0)], skeleton.Edges.AsEnumerable());
    }

    [Theory]
    [InlineData("scorer,me,me\nbodyparts,nose,nose\nlabeled-data/v/img1.png,1,2", "coords")]
    [InlineData("scorer,me,me\nbodyparts,nose,nose\ncoords,x,z\nlabeled-data/v/img1.png,1,2", "'z'")]
    [InlineData("scorer,me,me\nbodyparts,nose,nose\ncoords,x,y\nlabeled-data/v/img1.png,1,two", "'two'")]
    [InlineData("scorer,me,me\nbodyparts,nose,nose\ncoords,x,y\nlabeled-data/v/img1.png,1", "line 4")]
    [InlineData(
        "scorer,me,me\nbodyparts,nose,nose\ncoords,x,y\nlabeled-data/v/img1.png,1,2\nlabeled-data/v/img1.png,1,2",
        "two rows"
    )]
    [InlineData("scorer,me,me\nbodyparts,,\ncoords,x,y\nlabeled-data/v/img1.png,1,2", "no name")]
    public void DamagedTablesNameTheFault(string text, string named)
    {
        using var files = new TestFiles();
        File.WriteAllText(files.New("damaged.csv"), text);
        var fault = Assert.Throws<PoseFormatException>(() => Labels.Load(files.New("damaged.csv")));
        Assert.Contains("damaged.csv", fault.Message);
        Assert.Contains(named, fault.Message);
    }

    [Fact]
    public void ABadConfigOrAnEmptyProjectSaysWhatIsMissing()
    {
        using var files = new TestFiles();
        Assert.Contains("neither", Assert.Throws<PoseFormatException>(() => Labels.Load(files.Folder)).Message);
        File.WriteAllText(files.New("config.yaml"), "Task: [unclosed");
        Assert.Contains("YAML", Assert.Throws<PoseFormatException>(() => Labels.Load(files.Folder)).Message);
        File.WriteAllText(files.New("config.yaml"), "Task: t");
        Assert.Contains("labeled-data", Assert.Throws<PoseFormatException>(() => Labels.Load(files.Folder)).Message);
    }

    [Fact]
    public void ALabeledProjectComesBackFromItsTable()
    {
        using var files = new TestFiles();
        var labels = Labels.Load(Path.Combine(Openfield, "labeled-data/m4s1/CollectedData_Pranav.csv"));
        Assert.Empty(labels.Save(files.New("CollectedData_Pranav.csv")));
        var again = Labels.Load(files.New("CollectedData_Pranav.csv"));
        LabelsComparison.AssertSame(labels, again);
        Assert.StartsWith("scorer,Pranav,Pranav", File.ReadAllText(files.New("CollectedData_Pranav.csv")));
        Assert.Equal(
            File.ReadLines(Path.Combine(Openfield, "labeled-data/m4s1/CollectedData_Pranav.csv"))
                .Skip(3)
                .Select(l => l.Split(',')[0]),
            File.ReadLines(files.New("CollectedData_Pranav.csv")).Skip(3).Select(l => l.Split(',')[0])
        );
    }

    [Fact]
    public void SeveralAnimalsComeBackWithTracksAndScores()
    {
        using var files = new TestFiles();
        var labels = Labels.Load(TestFiles.Data("centered_pair_predictions.slp"));
        var remarks = labels.Save(files.New("pair.dlc.csv"));
        Assert.Contains(remarks, r => r.Contains("edges"));
        var again = Labels.Load(files.New("pair.dlc.csv"));
        Assert.Equal(labels.Frames.Select(f => f.FrameIndex), again.Frames.Select(f => f.FrameIndex));
        foreach (var (a, b) in labels.Frames.Zip(again.Frames))
        {
            var there = b.Instances.ToDictionary(i => i.Track!.Name);
            Assert.Equal(a.Instances.Count(i => i.Points.Any(p => !p.IsMissing)), there.Count);
            foreach (var x in a.Instances.Where(i => i.Track is not null && there.ContainsKey(i.Track.Name)))
            {
                Assert.Equal(
                    x.Points.Select(p => p.IsMissing ? (double.NaN, double.NaN, float.NaN) : (p.X, p.Y, p.Score)),
                    there[x.Track!.Name].Points.Select(p => (p.X, p.Y, p.Score))
                );
            }
        }
    }

    [Fact]
    public void AnimalsWithoutATrackHaveColumnsOfTheirOwn()
    {
        using var files = new TestFiles();
        var (skeleton, a) = (new Skeleton("", ["n"]), new Track("a"));
        Instance At(double x, Track? track) =>
            new()
            {
                Skeleton = skeleton,
                Points = [new Point(x, 1)],
                Track = track,
            };
        var video = Video.FromFile("day 1/cage.mp4");
        var labels = new Labels([
            new LabeledFrame
            {
                Video = video,
                FrameIndex = 12345,
                Instances = [At(1, null), At(2, a), At(3, a)],
            },
            new LabeledFrame { Video = video, FrameIndex = 3 },
        ]);
        var remarks = labels.Save(files.New("CollectedData_me.csv"));
        Assert.Contains(remarks, r => r.StartsWith("1 instances share"));
        Assert.Equal(
            [
                "scorer,me,me,me,me,me,me",
                "individuals,a,a,individual1,individual1,individual2,individual2",
                "bodyparts,n,n,n,n,n,n",
                "coords,x,y,x,y,x,y",
                "labeled-data/cage/img00003.png,,,,,,",
                "labeled-data/cage/img12345.png,2,1,1,1,3,1",
            ],
            File.ReadAllLines(files.New("CollectedData_me.csv"))
        );
        Assert.Equal([3, 12345], Labels.Load(files.New("CollectedData_me.csv")).Frames.Select(f => f.FrameIndex));
    }

    [Theory]
    [InlineData("scorer,a,a,a,set\nbodyparts,n,n,n,\ncoords,x,y,likelihood,\nd/img1.png,1,2,.9,train")]
    [InlineData("scorer,a,a,,\nbodyparts,n,n,,\ncoords,x,y,,\nd/img1.png,1,2,,\n,,,,\n")]
    [InlineData("scorer,a,a\nbodyparts,n,n\ncoords,x,y\nimage,,\nd/img1.png,1,2")]
    [InlineData("scorer;a;a\r\nbodyparts;n;n\r\ncoords;x;y\r\nd/img1.png;1,0;2,0\r\n")]
    [InlineData("scorer,a,a,a,a\nbodyparts,n,n,o,o\ncoords,x,y,x,y\nd/img1.png,1,2")]
    public void TablesOfOtherProgramsAreRead(string text)
    {
        using var files = new TestFiles();
        File.WriteAllText(files.New("t.csv"), text);
        var frame = Labels.Load(files.New("t.csv")).Frames.Single();
        Assert.Equal((1, 1.0, 2.0), (frame.FrameIndex, frame.Instances[0].Points[0].X, frame.Instances[0].Points[0].Y));
    }

    [Fact]
    public void NumberedRowsMayHaveANamedIndex()
    {
        using var files = new TestFiles();
        File.WriteAllText(
            files.New("t.csv"),
            "scorer,a,a,a\nbodyparts,n,n,n\ncoords,x,y,likelihood\nframe,,,\n0,1,2,.9\n1,NA,NA,NA"
        );
        var labels = Labels.Load(files.New("t.csv"));
        Assert.Equal([(0, 1), (1, 0)], labels.Frames.Select(f => (f.FrameIndex, f.Instances.Count)));
    }

    [Theory]
    [InlineData("d/img1.png,1,2,3", "4 cells")]
    [InlineData("d/img1.png,1,2,3,4,5", "6 cells")]
    [InlineData("d/img1.png", "1 cells")]
    public void RowsThatEndWithinAPointAreRefused(string row, string named)
    {
        using var files = new TestFiles();
        File.WriteAllText(files.New("t.csv"), $"scorer,a,a,a,a\nbodyparts,n,n,o,o\ncoords,x,y,x,y\n{row}");
        Assert.Contains(named, Assert.Throws<PoseFormatException>(() => Labels.Load(files.New("t.csv"))).Message);
    }
}
