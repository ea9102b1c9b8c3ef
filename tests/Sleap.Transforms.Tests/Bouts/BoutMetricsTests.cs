using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms.Tests;

public sealed class BoutMetricsTests
{
    private readonly PoseCatalog _pose = new MLContext(1).Pose();

    /// <summary>By hand: overlaps 8/12, 2/10 and 0; frames 0–9 and 20–24 true, 2–11 and 23–29 predicted.</summary>
    [Fact]
    public void BoutsAndFramesByHand()
    {
        Bout[] truth = [new("a", "groom", 0, 9), new("a", "groom", 20, 24), new("a", "rear", 0, 3)];
        Bout[] predicted = [new("a", "groom", 2, 11), new("a", "groom", 23, 29), new("b", "rear", 0, 3)];
        var metrics = _pose.EvaluateBouts(truth, predicted);
        Assert.Equal(["groom", "rear"], metrics.Select(one => one.Behavior));
        Assert.Equal(new BoutMetrics("groom", 2, 2, 1, 15, 17, 10), metrics[0]);
        Assert.Equal((0.5, 0.5, 0.5), (metrics[0].Precision, metrics[0].Recall, metrics[0].F1));
        Assert.Equal(
            (10 / 17.0, 10 / 15.0, 20 / 32.0),
            (metrics[0].FramePrecision, metrics[0].FrameRecall, metrics[0].FrameF1)
        );
        // Another animal is no match.
        Assert.Equal(new BoutMetrics("rear", 1, 1, 0, 4, 4, 0), metrics[1]);
        Assert.Equal(1, _pose.EvaluateBouts(truth, predicted, 8 / 12.0)[0].MatchedBouts);
        Assert.Equal(0, _pose.EvaluateBouts(truth, predicted, 0.67)[0].MatchedBouts);
        Assert.Equal(2, _pose.EvaluateBouts(truth, predicted, 0.2)[0].MatchedBouts);
        Assert.Equal(1, _pose.EvaluateBouts(truth, predicted, 0.21)[0].MatchedBouts);
    }

    /// <summary>A bout that is found in two pieces is one match and one bout too many; videos by their file names.</summary>
    [Fact]
    public void EachBoutIsMatchedOnce()
    {
        Bout[] truth = [new("a", "groom", 0, 99) { Video = @"C:\videos\one.mp4" }];
        Bout[] predicted =
        [
            new("a", "groom", 0, 49) { Video = "/data/one.mp4" },
            new("a", "groom", 50, 99) { Video = "/data/one.mp4" },
            new("a", "groom", 50, 99) { Video = "/data/two.mp4" },
        ];
        Assert.Equal(
            new BoutMetrics("groom", 1, 3, 1, 100, 150, 100),
            Assert.Single(_pose.EvaluateBouts(truth, predicted, 0.5))
        );
        var none = Assert.Single(_pose.EvaluateBouts(truth, []));
        Assert.Equal((double.NaN, 0, 0), (none.Precision, none.Recall, none.F1));
        Assert.Empty(_pose.EvaluateBouts([], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => _pose.EvaluateBouts([], [], 0));
    }

    /// <summary>The same numbers as from frames and pairs that are counted one by one, in any order.</summary>
    [Property(MaxTest = 200)]
    public Property AsCountedOneByOne() =>
        Prop.ForAll(
            Gen.Choose(0, 1_000_000).ToArbitrary(),
            Gen.Elements(0.1, 0.25, 0.5, 0.75, 1).ToArbitrary(),
            (seed, least) =>
            {
                var random = new Random(seed);
                var truth = Some(random);
                var predicted = Some(random);
                HashSet<int> t = [.. Frames(truth)];
                HashSet<int> p = [.. Frames(predicted)];
                var metrics = _pose
                    .EvaluateBouts(truth, predicted, least)
                    .SingleOrDefault(new BoutMetrics("x", 0, 0, 0, 0, 0, 0));
                Assert.Equal(
                    (t.Count, p.Count, t.Intersect(p).Count()),
                    (metrics.TrueFrames, metrics.PredictedFrames, metrics.MatchedFrames)
                );
                Assert.Equal((truth.Length, predicted.Length), (metrics.TrueBouts, metrics.PredictedBouts));
                var pairs = (
                    from a in truth.Index()
                    from b in predicted.Index()
                    let both = Frames([a.Item]).Intersect(Frames([b.Item])).Count()
                    let overlap = both / (double)Frames([a.Item, b.Item]).Distinct().Count()
                    where overlap >= least
                    select (a: a.Index, b: b.Index, overlap)
                ).ToList();
                Assert.True(
                    metrics.MatchedBouts
                        <= Math.Min(pairs.DistinctBy(pair => pair.a).Count(), pairs.DistinctBy(pair => pair.b).Count())
                );
                Assert.Equal(pairs.Count == 0, metrics.MatchedBouts == 0);
                // Bouts of one list that do not overlap have at most one partner above one half.
                if (least > 0.5 && IsApart(truth) && IsApart(predicted))
                    Assert.Equal(pairs.Count, metrics.MatchedBouts);
                random.Shuffle(truth);
                random.Shuffle(predicted);
                Assert.Equal(metrics, _pose.EvaluateBouts(truth, predicted, least).SingleOrDefault(metrics));
                if (truth.Length > 0)
                {
                    var same = _pose.EvaluateBouts(truth, truth, least)[0];
                    Assert.Equal((1, 1), (same.F1, same.FrameF1));
                }
            }
        );

    private static Bout[] Some(Random random) =>
        [
            .. Enumerable
                .Range(0, random.Next(8))
                .Select(_ => random.Next(60))
                .Select(first => new Bout("a", "x", first, first + random.Next(12))),
        ];

    private static IEnumerable<int> Frames(IEnumerable<Bout> bouts) =>
        bouts.SelectMany(bout => Enumerable.Range(bout.FirstFrame, bout.FrameCount));

    private static bool IsApart(Bout[] bouts) => Frames(bouts).Count() == Frames(bouts).Distinct().Count();
}
