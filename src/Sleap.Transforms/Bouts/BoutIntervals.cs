using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Arithmetic of intervals of frames, both ends included.</summary>
internal static class BoutIntervals
{
    /// <summary>
    /// The intervals in order, with those joined that overlap, touch, or are at most a number of frames apart.
    /// </summary>
    public static List<(int First, int Last)> Union(IEnumerable<(int First, int Last)> intervals, int gap = 0)
    {
        List<(int First, int Last)> joined = [];
        foreach (var (first, last) in intervals.Order())
        {
            if (joined.Count > 0 && first - 1L - joined[^1].Last <= gap)
                joined[^1] = (joined[^1].First, Math.Max(joined[^1].Last, last));
            else
                joined.Add((first, last));
        }
        return joined;
    }

    /// <summary>Number of frames that are in both of two lists; each is a <see cref="Union"/>.</summary>
    public static long Common(IReadOnlyList<(int First, int Last)> a, IReadOnlyList<(int First, int Last)> b)
    {
        var common = 0L;
        for (int i = 0, j = 0; i < a.Count && j < b.Count; )
        {
            common += Common(a[i], b[j]);
            if (a[i].Last < b[j].Last)
                i++;
            else
                j++;
        }
        return common;
    }

    /// <summary>Number of frames that are in both of two intervals.</summary>
    public static long Common((int First, int Last) a, (int First, int Last) b) =>
        Math.Max(0, Math.Min(a.Last, b.Last) - (long)Math.Max(a.First, b.First) + 1);

    /// <summary>Number of frames of a list.</summary>
    public static long Length(IEnumerable<(int First, int Last)> intervals) =>
        intervals.Sum(interval => interval.Last - (long)interval.First + 1);

    /// <summary>
    /// Bouts with short gaps closed, and after that without short ones. Bouts that differ in anything but their frames
    /// are left apart.
    /// </summary>
    /// <param name="bouts">The bouts, in any order.</param>
    /// <param name="closeGaps">Gaps of at most this many frames are closed.</param>
    /// <param name="minLength">Bouts of fewer frames are left out.</param>
    public static IReadOnlyList<Bout> Clean(IEnumerable<Bout> bouts, int closeGaps, int minLength) =>
        Bout.InOrder(
            bouts
                .GroupBy(bout => (bout.Video, bout.Subject, bout.Target, bout.Behavior, bout.IsPredicted))
                .SelectMany(same =>
                    Union(same.Select(bout => (bout.FirstFrame, bout.LastFrame)), closeGaps)
                        .Select(interval => new Bout(same.Key.Subject, same.Key.Behavior, interval.First, interval.Last)
                        {
                            Video = same.Key.Video,
                            Target = same.Key.Target,
                            IsPredicted = same.Key.IsPredicted,
                        })
                )
                .Where(bout => bout.FrameCount >= minLength)
        );
}
