using System.Text.Json.Nodes;

namespace Sleap.IO.Tests;

public sealed class SlpDetailsTests
{
    private static readonly Skeleton Mouse = new(
        "mouse",
        ["nose", "left", "right", "tail"],
        [new Edge(3, 0), new Edge(0, 1), new Edge(0, 2)],
        [new Symmetry(2, 1)]
    );

    [Fact]
    public void EverythingTheFormatHoldsComesBack()
    {
        using var files = new TestFiles();
        var labels = Made();
        Assert.Empty(labels.Save(files.New("made.slp")));
        var again = Labels.Load(files.New("made.slp"));
        LabelsComparison.AssertSame(labels, again);
        Assert.Same(again.Frames[0].Instances[1], again.Frames[0].Instances[0].FromPredicted);
        Assert.True(again.Frames[2].IsNegative);
        Assert.Equal(
            "\"weird \\u0000-free ünïcode\"".Replace("\\u0000", "0"),
            again.Provenance["note"]!.ToJsonString(
                new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
            )
        );
        Assert.Empty(again.Remarks);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 1)]
    [InlineData(2, 0)]
    public void SymmetriesAreToldFromEdgesHoweverManyThereAre(int edges, int symmetries)
    {
        using var files = new TestFiles();
        var skeleton = new Skeleton(
            "s",
            ["a", "b", "c", "d"],
            new[] { new Edge(0, 1), new Edge(1, 2) }.Take(edges),
            new[] { new Symmetry(0, 1), new Symmetry(2, 3) }.Take(symmetries)
        );
        new Labels([], skeletons: [skeleton]).Save(files.New("s.slp"));
        Assert.Equal(skeleton, Labels.Load(files.New("s.slp")).Skeletons.Single());
    }

    [Fact]
    public void NodesSharedByTwoSkeletonsKeepTheirOrderInEach()
    {
        using var files = new TestFiles();
        Skeleton[] skeletons =
        [
            new("one", ["a", "b", "c"], [new Edge(0, 2)]),
            new("two", ["c", "x", "a"], [new Edge(0, 2)]),
        ];
        new Labels([], skeletons: skeletons).Save(files.New("two.slp"));
        Assert.Equal(skeletons, Labels.Load(files.New("two.slp")).Skeletons);
    }

    [Fact]
    public void FilesBeforeOnePointOneAreShiftedByHalfAPixel()
    {
        using var files = new TestFiles();
        Rewritten(files.New("old.slp"), 1.0);
        var expected = Labels.Load(TestFiles.Golden("by-hand.slp"));
        var old = Labels.Load(files.New("old.slp"));
        // User and predicted points alike, as sleap-io does.
        foreach (
            var (a, b) in expected.Frames.SelectMany(f => f.Instances).Zip(old.Frames.SelectMany(f => f.Instances))
        )
        {
            Assert.Equal(a.Points.Select(p => p with { X = p.X - 0.5, Y = p.Y - 0.5 }), b.Points);
        }

        Rewritten(files.New("new.slp"), 3.0);
        Assert.Contains("3", Assert.Throws<PoseFormatException>(() => Labels.Load(files.New("new.slp"))).Message);
    }

    [Fact]
    public void PicturesGoIntoAPackageAndComeOutAgain()
    {
        using var files = new TestFiles();
        var movie = Video.FromFile(TestFiles.Data("small_robot.mp4"));
        var labels = Labels.Load(TestFiles.Data("small_robot_minimal.slp"));
        Assert.Empty(labels.Save(files.New("robot.pkg.slp")));
        var package = Labels.Load(files.New("robot.pkg.slp"));
        var video = package.Videos.Single();
        Assert.Equal((VideoKind.Embedded, ".", "video0/video"), (video.Kind, video.Path, video.Dataset));
        Assert.Equal(Path.GetFullPath(TestFiles.Data("small_robot.mp4")), video.Source!.FoundPath);
        using (var embedded = video.Open())
        using (var original = movie.Open())
        {
            Assert.Equal(
                (2, 320, 560, 3, 30.0),
                (embedded.FrameCount, embedded.Height, embedded.Width, embedded.Channels, embedded.FramesPerSecond)
            );
            foreach (var frame in new[] { 0, 79 })
                Assert.Equal(original.Read(frame).Pixels, embedded.Read(frame).Pixels);
            Assert.False(embedded.Contains(1));
        }
        // From one package to the next the bytes are copied; without pictures the file leads back to the package.
        package.Save(files.New("copy.pkg.slp"));
        package.Save(files.New("plain.slp"));
        foreach (var name in new[] { "copy.pkg.slp", "plain.slp" })
        {
            using var source = Labels.Load(files.New(name)).Videos.Single().Open();
            using var first = video.Open();
            Assert.Equal(first.Read(79).Pixels, source.Read(79).Pixels);
        }
    }

    [Fact]
    public void ColorPicturesOfOlderPackagesAreBgr()
    {
        using var files = new TestFiles();
        Labels.Load(TestFiles.Data("small_robot_minimal.slp")).Save(files.New("robot.pkg.slp"));
        var bytes = File.ReadAllBytes(files.New("robot.pkg.slp"));
        Replace(bytes, "RGB"u8, "BGR"u8);
        File.WriteAllBytes(files.New("bgr.pkg.slp"), bytes);
        using var rgb = Labels.Load(files.New("robot.pkg.slp")).Videos[0].Open();
        using var bgr = Labels.Load(files.New("bgr.pkg.slp")).Videos[0].Open();
        var (a, b) = (rgb.Read(0).Pixels, bgr.Read(0).Pixels);
        for (var i = 0; i < a.Length; i += 3)
            Assert.Equal((a[i], a[i + 1], a[i + 2]), (b[i + 2], b[i + 1], b[i]));
    }

    /// <summary>A project that moved as a whole, with videos in a folder of their own.</summary>
    [Theory]
    [InlineData("/old/place/project/videos/day1/a.mp4", "videos/day1/a.mp4")]
    [InlineData("C:\\old\\project\\videos\\a.mp4", "videos/a.mp4")]
    [InlineData("//old-host/share/project/videos/a.mp4", null)]
    [InlineData("/old/project/../videos/a.mp4", null)]
    [InlineData("/old/a/b/c/d/e/videos/a.mp4", "c/d/e/videos/a.mp4")]
    public void AVideoThatMovedWithTheLabelsIsFound(string named, string? place)
    {
        using var files = new TestFiles();
        foreach (var video in (string[])["videos/a.mp4", "videos/day1/a.mp4", "c/d/e/videos/a.mp4"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(files.New(video))!);
            File.WriteAllText(files.New(video), "a video");
        }
        Directory.CreateDirectory(files.New("labels/new"));
        var path = files.New("labels/new/poses.slp");
        new Labels([], [new Video(named, VideoKind.Movie)]).Save(path);
        var found = Labels.Load(path).Videos.Single().FoundPath;
        Assert.Equal(place is null ? null : Path.GetFullPath(files.New(place)), found);
    }

    [Fact]
    public void AVideoIsFoundBesideTheLabelsAndInSearchFolders()
    {
        using var files = new TestFiles();
        Directory.CreateDirectory(files.New("elsewhere"));
        File.Copy(TestFiles.Data("small_robot_minimal.slp"), files.New("labels.slp"));
        File.Copy(TestFiles.Data("small_robot.mp4"), files.New("elsewhere/small_robot.mp4"));
        var missing = Labels.Load(files.New("labels.slp"));
        Assert.Null(missing.Videos[0].FoundPath);
        Assert.Contains(
            "small_robot.mp4",
            Assert.Throws<FileNotFoundException>(() => missing.Videos[0].Open()).Message
        );
        Assert.Equal(2, missing.Frames.Count);
        var found = Labels.Load(
            files.New("labels.slp"),
            new LabelsReadOptions { SearchFolders = [files.New("elsewhere")] }
        );
        Assert.Equal(files.New("elsewhere/small_robot.mp4"), found.Videos[0].FoundPath);
    }

    [Fact]
    public void FramesAreBuiltWhenAskedForAndThenStay()
    {
        var labels = Labels.Load(TestFiles.Data("centered_pair_predictions.slp"));
        var frames = Assert.IsType<SlpFrames>(labels.Frames);
        Assert.Equal(2274, frames.Tables.Instances.Length);
        Assert.Same(labels.Frames[1099], labels.Frames[1099]);
        Assert.Throws<IndexOutOfRangeException>(() => labels.Frames[1100]);
    }

    [Fact]
    public void AnotherFileUnderTheNameIsRefused()
    {
        using var files = new TestFiles();
        File.Copy(TestFiles.Golden("analysis.matlab.h5"), files.New("not.slp"));
        Assert.Contains(
            "metadata",
            Assert.Throws<PoseFormatException>(() => Labels.Load(files.New("not.slp"))).Message
        );
    }

    /// <summary>
    /// Regions and whatever else a newer program put into the file are there again, byte for byte.
    /// </summary>
    [Fact]
    public void WhatIsNotReadIsCopiedWhenTheLabelsPassThrough()
    {
        using var files = new TestFiles();
        using (var source = Hdf5Reader.Open(TestFiles.Golden("centered_pair.nwb")))
        using (var target = Hdf5Writer.Create(files.New("extra.slp")))
        {
            // A made file: the poses of the golden and, beside them, groups and datasets of every kind that another
            // program writes.
            using var poses = Hdf5Reader.Open(TestFiles.Golden("by-hand.slp"));
            var copy = new Hdf5Copy(poses, target);
            foreach (var name in poses.Members("/"))
                copy.Copy(name);
            var others = new Hdf5Copy(source, target);
            others.Copy("processing");
            others.Copy("session_description");
            Assert.Empty(copy.Remarks);
            // Soft links, of which NWB has two kinds here.
            Assert.All(others.Remarks, r => Assert.Contains("link", r));
            target.Complete();
        }
        var labels = Labels.Load(files.New("extra.slp"));
        LabelsComparison.AssertSame(Labels.Load(TestFiles.Golden("by-hand.slp")), labels);
        Assert.Contains("processing, session_description", Assert.Single(labels.Remarks));
        Assert.Empty(labels.Save(files.New("passed.slp")));
        using (var before = Hdf5Reader.Open(files.New("extra.slp")))
        using (var after = Hdf5Reader.Open(files.New("passed.slp")))
        {
            AssertSameObject(before, after, "processing");
            AssertSameObject(before, after, "session_description");
        }
        // Other frames than those of the file: what numbers them is not kept.
        Assert.Empty(new Labels(labels.Frames).Save(files.New("other.slp")));
        using (var other = Hdf5Reader.Open(files.New("other.slp")))
            Assert.DoesNotContain("processing", other.Members("/"));
        // The file is gone by the time of saving: said, not passed over.
        File.Delete(files.New("extra.slp"));
        Assert.Contains("session_description", Assert.Single(labels.Save(files.New("late.slp"))));
    }

    private static void AssertSameObject(Hdf5Reader a, Hdf5Reader b, string name)
    {
        // The C library does not keep the order of attributes.
        Assert.Equal(
            a.ReadRawAttributes(name).Select(x => (x.Name, Text(x.Value))).Order(),
            b.ReadRawAttributes(name).Select(x => (x.Name, Text(x.Value))).Order()
        );
        if (a.IsDataset(name))
        {
            Assert.Equal(Text(a.ReadRaw(name)), Text(b.ReadRaw(name)));
            return;
        }
        Assert.Equal(a.Members(name), b.Members(name));
        foreach (var member in a.Members(name))
            AssertSameObject(a, b, $"{name}/{member}");
    }

    private static string Text(Hdf5Raw raw) =>
        $"{raw.Type.Kind} {raw.Type.Size} {string.Join('x', raw.Sizes)} {Convert.ToHexString(raw.Bytes)} "
        + $"{string.Join(' ', raw.Items.Select(Convert.ToHexString))}";

    [Fact]
    public void NaNInJsonIsReadAsNothing()
    {
        var json = new PoseJson("file.slp");
        var read = json.Object("""{"a": NaN, "b": "NaN \" Infinity", "c": [-Infinity, 1]}""", "place");
        Assert.Null(read["a"]);
        Assert.Equal("NaN \" Infinity", (string)read["b"]!);
        Assert.Throws<PoseFormatException>(() => json.Object("{\"a\":" + new string('[', 5000), "place"));
    }

    [Fact]
    public void WhatCannotBeWrittenLeavesTheOldFile()
    {
        using var files = new TestFiles();
        var path = files.New("kept.slp");
        Made().Save(path);
        var before = File.ReadAllBytes(path);
        var frame = Made().Frames[0];
        Assert.NotEmpty(frame.Instances);
        var other = new LabeledFrame
        {
            Video = frame.Video,
            FrameIndex = frame.FrameIndex + 1,
            Instances = frame.Instances,
        };
        var fault = Assert.Throws<PoseFormatException>(() => new Labels([frame, other]).Save(path));
        Assert.Contains("one Instance object is in two frames", fault.Message);
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(files.Folder));
        Assert.Throws<DirectoryNotFoundException>(() => Made().Save(files.New("no/such/folder.slp")));
        Assert.Contains(".xyz", Assert.Throws<PoseFormatException>(() => Made().Save(files.New("a.xyz"))).Message);
    }

    [Theory]
    [InlineData("nothing.slp", "no file")]
    [InlineData("empty.slp", "the file is empty")]
    [InlineData("text.slp", "not HDF5")]
    public void FilesThatAreNotSlpSaySo(string name, string named)
    {
        using var files = new TestFiles();
        File.WriteAllBytes(files.New("empty.slp"), []);
        File.WriteAllText(files.New("text.slp"), new string('x', 5000));
        Assert.Contains(named, Assert.ThrowsAny<Exception>(() => Labels.Load(files.New(name))).Message);
    }

    private static Labels Made()
    {
        var (movie, pictures) = (
            Video.FromFile("nowhere/movie.mp4"),
            Video.FromImages(["a/img003.png", "a/img009.png"], [3, 9])
        );
        Track[] tracks = [new("same name"), new("same name"), new("unused")];
        var predicted = new Instance
        {
            Skeleton = Mouse,
            IsPredicted = true,
            Score = 0.25f,
            TrackingScore = 0.5f,
            Track = tracks[1],
            Points =
            [
                new Point(1.5, 2.5, true, false, 0.125f),
                Point.Missing with
                {
                    Score = 0.5f,
                },
                new Point(-3, 1e9, false, false, 0),
                new Point(0, 0, true, false, 1),
            ],
        };
        var user = new Instance
        {
            Skeleton = Mouse,
            Points = [new Point(1, 2), new Point(3, 4) { Complete = true }, Point.Missing, Point.Missing],
            FromPredicted = predicted,
            Track = tracks[0],
            TrackingScore = float.NaN,
        };
        return new Labels(
            [
                new LabeledFrame
                {
                    Video = movie,
                    FrameIndex = 7,
                    Instances = [user, predicted],
                },
                new LabeledFrame { Video = pictures, FrameIndex = 9 },
                new LabeledFrame
                {
                    Video = movie,
                    FrameIndex = 2,
                    IsNegative = true,
                },
            ],
            [pictures, movie],
            tracks: tracks,
            suggestions: [new SuggestedFrame(pictures, 3, 1), new SuggestedFrame(movie, 100)],
            provenance:
            [
                new("note", JsonValue.Create("weird 0-free ünïcode")),
                new("nothing", null),
                new("list", new JsonArray(1, 2.5)),
            ]
        );
    }

    /// <summary>
    /// by-hand.slp under another format number: format_id is a float64 that stands in the file once as 1.3.
    /// </summary>
    private static void Rewritten(string path, double formatId)
    {
        var bytes = File.ReadAllBytes(TestFiles.Golden("by-hand.slp"));
        Replace(bytes, BitConverter.GetBytes(1.3), BitConverter.GetBytes(formatId));
        File.WriteAllBytes(path, bytes);
    }

    private static void Replace(byte[] bytes, ReadOnlySpan<byte> old, ReadOnlySpan<byte> by)
    {
        var at = bytes.AsSpan().IndexOf(old);
        Assert.True(at >= 0);
        by.CopyTo(bytes.AsSpan(at));
    }
}
