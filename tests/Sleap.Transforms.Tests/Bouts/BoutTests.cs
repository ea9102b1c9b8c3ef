using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Microsoft.Data.Analysis;
using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

/// <summary>Bouts of columns: flags, regions and texts, for each animal and video.</summary>
public sealed class BoutTests
{
    private const string Video = "herd.mp4";

    private readonly MLContext _ml = new(1);

    private PoseCatalog Pose => _ml.Pose();

    [Fact]
    public void RegionsAreBehaviorsOfEachAnimal()
    {
        // a is in the nest in frames 0, 1 and 4; b in the arm from frame 2 on.
        var herd = Herd.View(
            _ml,
            6,
            2,
            (frame, animal) =>
                (animal, frame) is (0, 0 or 1 or 4) ? [5, 5, 5, 5, 5, 5]
                : (animal, frame) is (1, >= 2) ? [50, 50, 50, 50, 50, 50]
                : [90, 90, 90, 90, 90, 90]
        );
        IDataView Inside(params Region[] regions) =>
            Pose.InRegions("Keypoints", new() { Regions = [.. regions] }).Fit(herd).Transform(herd);
        var (nest, arm) = (Region.Circle("nest", 5, 5, 3), Region.Circle("arm", 50, 50, 3));
        Assert.Equal(
            [Found("a", "nest", 0, 1), Found("b", "arm", 2, 5), Found("a", "nest", 4, 4)],
            Pose.Bouts(Inside(nest, arm), "InRegion")
        );
        Assert.Equal(["nest", "nest"], Pose.Bouts(Inside(nest), "InRegion").Select(bout => bout.Behavior));
        Assert.Equal(
            [Found("a", "nest", 0, 4), Found("b", "arm", 2, 5)],
            Pose.Bouts(Inside(nest, arm), "InRegion", new() { CloseGaps = 2, MinLength = 2 })
        );
        var fault = Assert.Throws<ArgumentException>(() =>
            Pose.Bouts(Inside(nest, arm), "InRegion", new() { Behavior = "in" })
        );
        Assert.Contains("nest, arm", fault.Message);
    }

    [Fact]
    public void TextsKeysAndFlagsAreRead()
    {
        string[] behaviors = ["rest", "rest", "", "groom", "other", "groom"];
        var view = Labeled([.. behaviors.Select(behavior => (behavior, behavior == "groom"))]);
        var options = new BoutOptions { NoBehavior = ["other"] };
        Bout[] expected = [Found("a", "rest", 0, 1), Found("a", "groom", 3, 3), Found("a", "groom", 5, 5)];
        Assert.Equal(expected, Pose.Bouts(view, "Text", options));
        var keys = _ml.Transforms.Conversion.MapValueToKey("Key", "Text").Fit(view).Transform(view);
        Assert.Equal(expected, Pose.Bouts(keys, "Key", options));
        Assert.Equal([Found("a", "Flag", 3, 3), Found("a", "Flag", 5, 5)], Pose.Bouts(view, "Flag"));
        Assert.Equal(
            [Found("a", "grooming", 3, 5)],
            Pose.Bouts(view, "Flag", new() { Behavior = "grooming", CloseGaps = 1 })
        );
        var fault = Assert.Throws<ArgumentException>(() => Pose.Bouts(view, "Number"));
        Assert.Contains("the column 'Number' is 0.5 in frame 0 of 'herd.mp4'", fault.Message);
        Assert.Contains("'None'", Assert.Throws<ArgumentException>(() => Pose.Bouts(view, "None")).Message);
        Assert.Throws<ArgumentException>(() => Pose.Bouts(view, "Text", new() { CloseGaps = -1 }));
    }

    /// <summary>Two animals without a track could be any two: they are left out, and a warning says so.</summary>
    [Fact]
    public void InstancesThatAreNotFollowedAreLeftOut()
    {
        List<string> warnings = [];
        _ml.Log += (_, log) => warnings.Add(log.Message);
        double[] inside = [5, 5, 5, 5, 5, 5];
        var herd = Herd.View(_ml, 4, 2, (frame, animal) => animal == 0 || frame > 1 ? inside : null, tracked: false);
        var view = Pose.InRegions("Keypoints", new() { Regions = [Region.Circle("nest", 5, 5, 3)] })
            .Fit(herd)
            .Transform(herd);
        Assert.Equal([Found(null, "nest", 0, 1)], Pose.Bouts(view, "InRegion"));
        Assert.Contains(warnings, warning => warning.Contains("4 instances have no track"));
    }

    [Property(MaxTest = 100)]
    public Property BoutsExpandToTheColumn() =>
        Prop.ForAll(
            Gen.Choose(0, 1_000_000).ToArbitrary(),
            seed =>
            {
                var random = new Random(seed);
                string[] names = ["", "rest", "groom"];
                string[] behaviors = [.. Enumerable.Range(0, 1 + random.Next(30)).Select(_ => names[random.Next(3)])];
                var view = Labeled([.. behaviors.Select(behavior => (behavior, false))]);
                foreach (var least in new[] { 0, 1 })
                {
                    Assert.Equal(
                        behaviors,
                        Expanded(Pose.Bouts(view, "Text", new() { MinLength = least }), behaviors.Length)
                    );
                }

                // In any order of rows.
                Assert.Equal(Pose.Bouts(view, "Text"), Pose.Bouts(_ml.Data.ShuffleRows(view, seed), "Text"));
                // A label for each row is the column again.
                var labeled = Pose.LabelBouts(
                    view,
                    Pose.Bouts(view, "Text").Append(Found("a", "none", 999, 999)),
                    "Label",
                    "-"
                );
                Assert.Equal(
                    behaviors.Select(behavior => behavior.Length == 0 ? "-" : behavior),
                    labeled.GetColumn<string>("Label")
                );
            }
        );

    [Property(MaxTest = 200)]
    public Property ClosingGapsTwiceChangesNothing() =>
        Prop.ForAll(
            Gen.Choose(0, 1_000_000).ToArbitrary(),
            Gen.Choose(0, 6).ToArbitrary(),
            Gen.Choose(0, 6).ToArbitrary(),
            (seed, gap, least) =>
            {
                var random = new Random(seed);
                Bout[] bouts = [.. Enumerable.Range(0, random.Next(20)).Select(_ => Random(random))];
                var once = BoutIntervals.Clean(bouts, gap, least);
                Assert.Equal(once, BoutIntervals.Clean(once, gap, least));
                Assert.All(once, bout => Assert.True(bout.FrameCount >= least));
                // The order of bouts does not matter.
                random.Shuffle(bouts);
                Assert.Equal(once, BoutIntervals.Clean(bouts, gap, least));
                // Without a shortest length no frame is lost, and no gap is left that is short enough.
                var closed = BoutIntervals.Clean(bouts, gap, 0);
                Assert.All(
                    bouts,
                    bout =>
                        Assert.Contains(
                            closed,
                            other =>
                                other.Subject == bout.Subject
                                && other.Behavior == bout.Behavior
                                && other.FirstFrame <= bout.FirstFrame
                                && other.LastFrame >= bout.LastFrame
                        )
                );
                foreach (var same in closed.GroupBy(bout => (bout.Subject, bout.Behavior)))
                {
                    Assert.All(
                        same.Zip(same.Skip(1)),
                        pair => Assert.True(pair.Second.FirstFrame - pair.First.LastFrame > gap + 1)
                    );
                }
            }
        );

    /// <summary>Renamed tracks rename subjects and nothing else.</summary>
    [Fact]
    public void RenamedTracksRenameSubjects()
    {
        var labels = Labels.Load(
            Path.Combine(TestFolder.Repository, "tests", "data", "flies13_20190128.predictions.slp")
        );
        var renamed = labels.Tracks.ToDictionary(track => track, track => new Track($"fly {track.Name}"));
        IReadOnlyList<Bout> Contacts(Labels of)
        {
            var view = Pose.FromPredictions(of);
            return Pose.Bouts(
                Pose.Social("PredictedKeypoints", new() { ContactDistance = 10 }).Fit(view).Transform(view),
                "Contact",
                new() { CloseGaps = 5, MinLength = 10 }
            );
        }
        var before = Contacts(labels);
        var after = Contacts(
            new Labels(
                labels.Frames.Select(frame => new LabeledFrame
                {
                    Video = frame.Video,
                    FrameIndex = frame.FrameIndex,
                    Instances =
                    [
                        .. frame.Instances.Select(instance => new Instance
                        {
                            Skeleton = instance.Skeleton,
                            Points = instance.Points,
                            IsPredicted = instance.IsPredicted,
                            Score = instance.Score,
                            Track = instance.Track is { } track ? renamed[track] : null,
                        }),
                    ],
                }),
                labels.Videos
            )
        );
        Assert.True(before.Count > 5);
        Assert.Equal(before.Select(bout => bout with { Subject = $"fly {bout.Subject}" }), after);
        // Through a .slp and back.
        using var folder = new TestFolder();
        labels.WithBouts(before).Save(folder["bouts.slp"]);
        Assert.Equal(before, Labels.Load(folder["bouts.slp"]).Bouts);
    }

    [Fact]
    public void ATableHasARowForEachBout()
    {
        Bout[] bouts = [new("a", "groom", 3, 24) { Video = Video, Target = "b" }, new(null, "light", 0, 0)];
        var table = Pose.ToDataFrame(bouts, 25);
        Assert.Equal(
            ["video", "subject", "target", "behavior", "from", "to", "predicted", "start_s", "stop_s"],
            table.Columns.Select(column => column.Name)
        );
        Assert.Equal(["", null, null, "light", 0, 0, false, 0.0, 0.04], table.Rows[0]);
        Assert.Equal([Video, "a", "b", "groom", 3, 24, false, 0.12, 1.0], table.Rows[1]);
        using var folder = new TestFolder();
        Bout.Save(bouts, folder["bouts.csv"], 25);
        Assert.Equal(
            table.Columns.Select(column => column.Name),
            DataFrame.LoadCsv(folder["bouts.csv"]).Columns.Select(column => column.Name)
        );
        Assert.Throws<ArgumentOutOfRangeException>(() => Pose.ToDataFrame(bouts, 0));
    }

    [Fact]
    public void LabelsNeedBoutsOfTheViewThatExcludeEachOther()
    {
        var view = Labeled([("", false), ("", false), ("", false)]);
        string Fault(params Bout[] bouts) =>
            Assert.Throws<ArgumentException>(() => Pose.LabelBouts(view, bouts)).Message;
        Assert.Contains("the bouts have other.mp4 and a", Fault(new Bout("a", "groom", 0, 1) { Video = "other.mp4" }));
        Assert.Contains("the tracks a", Fault(new Bout("z", "groom", 0, 1)));
        Assert.Contains(
            "'a' in 'herd.mp4' is in 'groom' and 'rest' in frame 1",
            Fault(new Bout("a", "groom", 0, 1), new Bout(null, "rest", 1, 2))
        );
        // A path of the other machine, and a bout of all animals.
        var labeled = Pose.LabelBouts(view, [new Bout(null, "rest", 1, 1) { Video = @"C:\day 1\herd.mp4" }]);
        Assert.Equal(["other", "rest", "other"], labeled.GetColumn<string>("Behavior"));
        var herd = Herd.View(_ml, 2, 2, (_, _) => [1, 1, 1, 1, 1, 1]);
        Assert.Contains(
            "use ToInstances first",
            Assert.Throws<ArgumentException>(() => Pose.LabelBouts(herd, [new Bout("a", "rest", 0, 1)])).Message
        );
        var rows = Pose.ToInstances("Keypoints").Fit(herd).Transform(herd);
        var own = Pose.LabelBouts(rows, [new Bout("b", "rest", 0, 0)]);
        Assert.Equal(
            [("a", 0, "other"), ("b", 0, "rest"), ("b", 1, "other"), ("a", 1, "other")],
            own.GetColumn<uint>("Track")
                .Select(key => key == 1 ? "a" : "b")
                .Zip(own.GetColumn<int>("FrameIndex"), own.GetColumn<string>("Behavior"))
        );
    }

    private static Bout Found(string? subject, string behavior, int first, int last) =>
        new(subject, behavior, first, last) { Video = Video, IsPredicted = true };

    private static Bout Random(Random random)
    {
        var first = random.Next(60);
        return new Bout(
            random.Next(2) == 0 ? null : "a",
            random.Next(2) == 0 ? "x" : "y",
            first,
            first + random.Next(6)
        );
    }

    private static string[] Expanded(IEnumerable<Bout> bouts, int frames)
    {
        var behaviors = new string[frames];
        Array.Fill(behaviors, "");
        foreach (var bout in bouts)
            Array.Fill(behaviors, bout.Behavior, bout.FirstFrame, bout.FrameCount);
        return behaviors;
    }

    /// <summary>One animal 'a' with a text, a flag and a number in each frame; every second frame without a node.</summary>
    private IDataView Labeled((string Text, bool Flag)[] frames)
    {
        var herd = Herd.View(
            _ml,
            frames.Length,
            1,
            (frame, _) => frame % 2 == 0 ? [1, 1, 1, 1, 1, 1] : [1, 1, double.NaN, double.NaN, double.NaN, double.NaN]
        );
        return _ml
            .Transforms.CustomMapping<Frame, Said>(
                (row, said) =>
                    (said.Text, said.Flag, said.Number) = (
                        frames[row.FrameIndex].Text,
                        frames[row.FrameIndex].Flag,
                        0.5f
                    ),
                contractName: null
            )
            .Fit(herd)
            .Transform(herd);
    }

    private sealed class Frame
    {
        public int FrameIndex { get; set; }
    }

    private sealed class Said
    {
        public string Text { get; set; } = "";

        public bool Flag { get; set; }

        public float Number { get; set; }
    }
}
