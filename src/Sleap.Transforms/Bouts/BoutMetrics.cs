using System.Collections.Immutable;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// How well predicted bouts of a behavior fit the true ones; see <see cref="BoutCatalog.EvaluateBouts"/> for what
/// matches. Ratios are 0 to 1, and NaN where nothing is to be divided.
/// </summary>
/// <param name="Behavior">The behavior.</param>
/// <param name="TrueBouts">Number of true bouts.</param>
/// <param name="PredictedBouts">Number of predicted bouts.</param>
/// <param name="MatchedBouts">Number of pairs of a true and a predicted bout.</param>
/// <param name="TrueFrames">Frames of true bouts.</param>
/// <param name="PredictedFrames">Frames of predicted bouts.</param>
/// <param name="MatchedFrames">Frames of both.</param>
public sealed record BoutMetrics(
    string Behavior,
    int TrueBouts,
    int PredictedBouts,
    int MatchedBouts,
    long TrueFrames,
    long PredictedFrames,
    long MatchedFrames
)
{
    /// <summary>Share of the predicted bouts that match a true one.</summary>
    public double Precision => (double)MatchedBouts / PredictedBouts;

    /// <summary>Share of the true bouts that match a predicted one.</summary>
    public double Recall => (double)MatchedBouts / TrueBouts;

    /// <summary>Harmonic mean of precision and recall: 2 · matched / (true + predicted).</summary>
    public double F1 => 2.0 * MatchedBouts / (TrueBouts + PredictedBouts);

    /// <summary>Share of the predicted frames that are true.</summary>
    public double FramePrecision => (double)MatchedFrames / PredictedFrames;

    /// <summary>Share of the true frames that are predicted.</summary>
    public double FrameRecall => (double)MatchedFrames / TrueFrames;

    /// <summary>Harmonic mean of both: 2 · matched / (true + predicted).</summary>
    public double FrameF1 => 2.0 * MatchedFrames / (TrueFrames + PredictedFrames);

    internal static ImmutableArray<BoutMetrics> Of(
        IReadOnlyList<Bout> truth,
        IReadOnlyList<Bout> predicted,
        double minOverlap
    )
    {
        string[] videos = [.. truth.Select(bout => bout.Video).Distinct()];
        var all = truth
            .Select(bout => (Bout: bout, bout.Video, IsTrue: true))
            .Concat(
                predicted.Select(bout =>
                    (Bout: bout, Video: BoutVideos.Find(videos, bout.Video) ?? bout.Video, IsTrue: false)
                )
            );
        return
        [
            .. all.GroupBy(one => one.Bout.Behavior)
                .OrderBy(behavior => behavior.Key, StringComparer.Ordinal)
                .Select(behavior =>
                    behavior
                        .GroupBy(one => (one.Video, one.Bout.Subject))
                        .Select(same =>
                            Compared(
                                behavior.Key,
                                [.. same.Where(one => one.IsTrue).Select(one => IntervalOf(one.Bout)).Order()],
                                [.. same.Where(one => !one.IsTrue).Select(one => IntervalOf(one.Bout)).Order()],
                                minOverlap
                            )
                        )
                        .Aggregate(Sum)
                ),
        ];
    }

    private static (int First, int Last) IntervalOf(Bout bout) => (bout.FirstFrame, bout.LastFrame);

    private static BoutMetrics Sum(BoutMetrics a, BoutMetrics b) =>
        new(
            a.Behavior,
            a.TrueBouts + b.TrueBouts,
            a.PredictedBouts + b.PredictedBouts,
            a.MatchedBouts + b.MatchedBouts,
            a.TrueFrames + b.TrueFrames,
            a.PredictedFrames + b.PredictedFrames,
            a.MatchedFrames + b.MatchedFrames
        );

    private static BoutMetrics Compared(
        string behavior,
        (int First, int Last)[] truth,
        (int First, int Last)[] predicted,
        double minOverlap
    )
    {
        var (frames, found) = (BoutIntervals.Union(truth), BoutIntervals.Union(predicted));
        return new BoutMetrics(
            behavior,
            truth.Length,
            predicted.Length,
            Matches(truth, predicted, minOverlap),
            BoutIntervals.Length(frames),
            BoutIntervals.Length(found),
            BoutIntervals.Common(frames, found)
        );
    }

    /// <summary>Number of pairs, made by falling overlap; both lists are in order.</summary>
    private static int Matches((int First, int Last)[] truth, (int First, int Last)[] predicted, double minOverlap)
    {
        List<(double Overlap, int True, int Predicted)> pairs = [];
        // The largest end so far: bouts whose largest end lies before a bout cannot overlap it.
        var ends = new int[predicted.Length];
        for (var p = 0; p < predicted.Length; p++)
            ends[p] = Math.Max(predicted[p].Last, p > 0 ? ends[p - 1] : -1);
        for (var t = 0; t < truth.Length; t++)
        {
            var start = Array.BinarySearch(ends, truth[t].First);
            start = start < 0 ? ~start : start;
            while (start > 0 && ends[start - 1] >= truth[t].First)
                start--;
            for (var p = start; p < predicted.Length && predicted[p].First <= truth[t].Last; p++)
            {
                double common = BoutIntervals.Common(truth[t], predicted[p]);
                var overlap =
                    common / (BoutIntervals.Length([truth[t]]) + BoutIntervals.Length([predicted[p]]) - common);
                if (overlap >= minOverlap)
                    pairs.Add((overlap, t, p));
            }
        }

        var (usedTrue, usedPredicted) = (new bool[truth.Length], new bool[predicted.Length]);
        var matches = 0;
        foreach (var (_, t, p) in pairs.OrderByDescending(pair => pair.Overlap))
        {
            if (usedTrue[t] || usedPredicted[p])
                continue;
            (usedTrue[t], usedPredicted[p]) = (true, true);
            matches++;
        }
        return matches;
    }
}
