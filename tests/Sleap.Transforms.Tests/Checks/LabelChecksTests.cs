using FsCheck.Xunit;
using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

public sealed class LabelChecksTests
{
    private static readonly Skeleton Mouse = new(
        "mouse",
        ["nose", "left", "right", "tail"],
        [new(0, 1), new(0, 2), new(0, 3)],
        [new(1, 2)]
    );
    private static readonly Video Movie = Labels
        .Load(Path.Combine(TestFolder.Repository, "tests", "data", "small_robot_minimal.slp"))
        .Videos[0];
    private static readonly Track One = new("one");

    [Fact]
    public void Good_labels_have_no_finding() => Assert.Empty(Rules(Frame(0, At(50)), Frame(1, At(52))));

    [Fact]
    public void A_missing_video_is_found()
    {
        var frame = new LabeledFrame { Video = Video.FromFile("missing.mp4"), FrameIndex = 0 };
        Assert.Equal([CheckRule.MissingVideo], Rules(frame));
    }

    [Theory]
    [InlineData(CheckRule.DuplicateFrame)]
    [InlineData(CheckRule.EmptyInstance)]
    [InlineData(CheckRule.NonFiniteCoordinate)]
    [InlineData(CheckRule.OutsideImage)]
    [InlineData(CheckRule.SwappedNodes)]
    [InlineData(CheckRule.DuplicateInstance)]
    [InlineData(CheckRule.TrackTwiceInFrame)]
    [InlineData(CheckRule.TrackUsedOnce)]
    [InlineData(CheckRule.FrameBeyondVideo)]
    [InlineData(CheckRule.PredictionsOnly)]
    public void Each_rule_finds_its_fault(CheckRule rule)
    {
        var good = At(50).Points;
        var second = rule switch
        {
            CheckRule.DuplicateFrame => Frame(0, At(90)),
            CheckRule.EmptyInstance => Frame(1, At(50), Of([.. good.Select(_ => Point.Missing)])),
            CheckRule.NonFiniteCoordinate => Frame(1, Of([new(double.PositiveInfinity, 1), .. good[1..]])),
            CheckRule.OutsideImage => Frame(1, At(1000)),
            CheckRule.SwappedNodes => Frame(1, Of([good[0], good[2], good[1], good[3]], One)),
            CheckRule.DuplicateInstance => Frame(1, At(50), At(50.1)),
            CheckRule.TrackTwiceInFrame => Frame(1, At(50, One), At(90, One)),
            CheckRule.TrackUsedOnce => Frame(1, At(50, new Track("two"))),
            CheckRule.FrameBeyondVideo => Frame(1_000_000, At(50)),
            _ => Frame(1, Of(good, isPredicted: true)),
        };
        Assert.Contains(rule, Rules(Frame(0, At(50, One)), second));
    }

    [Fact]
    public void A_node_far_from_where_it_usually_is_is_found()
    {
        LabeledFrame[] frames = [.. Enumerable.Range(0, 30).Select(i => Frame(i, At(50 + i)))];
        Assert.DoesNotContain(CheckRule.FarNode, Rules(frames));
        var far = Of([.. At(20).Points[..3], new(190, 190)]);
        Assert.Contains(CheckRule.FarNode, Rules([.. frames, Frame(40, far)]));
    }

    [Fact]
    public void Skeletons_and_tracks_without_instances_are_checked()
    {
        var skeleton = new Skeleton("s", ["a", "b", "c"], [new(0, 1)]);
        var instance = new Instance { Skeleton = skeleton, Points = [new(1, 2), new(3, 4), Point.Missing] };
        var labels = new Labels([Frame(0, instance)], tracks: [One]);
        var rules = new MLContext().Pose().Check(labels).Select(one => one.Rule).ToList();
        Assert.Contains(CheckRule.Edges, rules);
        Assert.Contains(CheckRule.UnlabeledNode, rules);
        Assert.Contains(CheckRule.UnusedTrack, rules);
    }

    /// <summary>Fixing twice does nothing more, and keeps every instance that is neither empty nor a copy.</summary>
    [Property(MaxTest = 100)]
    public void Fixing_is_idempotent_and_keeps_other_instances(int seed)
    {
        var random = new Random(seed);
        LabeledFrame[] frames = [.. Enumerable.Range(0, 12).Select(_ => Frame(random.Next(6), Any(), Any()))];
        var labels = new Labels(frames, tracks: [One, new Track("unused")]);
        var (fixedLabels, done) = LabelFixes.Apply(labels);
        Assert.NotEmpty(done);
        Assert.Empty(LabelFixes.Apply(fixedLabels).Done);
        Assert.Equal(Positions(frames), Positions(fixedLabels.Frames));

        Instance Any() =>
            random.Next(4) switch
            {
                0 => Of([.. Enumerable.Repeat(Point.Missing, 4)]),
                1 => Of([new(double.NaN, 1), .. At(random.Next(3)).Points[1..]]),
                _ => At(random.Next(3), random.Next(2) == 0 ? One : null),
            };
    }

    // Where instances with visible nodes are, each once.
    private static List<(int, double, bool, string?)> Positions(IEnumerable<LabeledFrame> frames) =>
        [
            .. frames
                .SelectMany(frame => frame.Instances.Select(one => (frame.FrameIndex, one)))
                .Where(pair => !InstanceRules.IsEmpty(pair.one))
                .Select(pair =>
                    (
                        pair.FrameIndex,
                        pair.one.Points[1].X,
                        InstanceRules.IsVisible(pair.one.Points[0]),
                        pair.one.Track?.Name
                    )
                )
                .Distinct()
                .Order(),
        ];

    private static List<CheckRule> Rules(params LabeledFrame[] frames) =>
        [.. new MLContext().Pose().Check(new Labels(frames)).Select(one => one.Rule)];

    private static LabeledFrame Frame(int number, params Instance[] instances) =>
        new()
        {
            Video = Movie,
            FrameIndex = number,
            Instances = instances,
        };

    private static Instance At(double x, Track? track = null) =>
        Of([new(x, 50), new(x - 10, 60), new(x + 10, 60), new(x, 80)], track);

    private static Instance Of(IEnumerable<Point> points, Track? track = null, bool isPredicted = false) =>
        new()
        {
            Skeleton = Mouse,
            Points = [.. points],
            Track = track,
            IsPredicted = isPredicted,
        };
}
