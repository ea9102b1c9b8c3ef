namespace Sleap.Studio;

/// <summary>How frames are chosen for labeling.</summary>
internal enum SuggestionMethod
{
    /// <summary>At equal distances.</summary>
    Stride,

    /// <summary>By chance.</summary>
    Random,

    /// <summary>Those with a prediction below a score, lowest first.</summary>
    LowScore,

    /// <summary>Those with fewer instances than a number, fewest first.</summary>
    FewInstances,

    /// <summary>Those in which an instance moved by more pixels than a number since the frame before, farthest
    /// first.</summary>
    Jump,
}

/// <summary>Frames are to be chosen for labeling.</summary>
/// <param name="Method">How.</param>
/// <param name="Count">Most frames of each video.</param>
/// <param name="Video">Number of the only video; null for all.</param>
/// <param name="From">First frame; for one video.</param>
/// <param name="To">Last frame, included.</param>
/// <param name="Limit">Score, number of instances, or pixels, where the method compares with one.</param>
/// <param name="Spacing">Least distance of frames that are chosen by what they hold, also from those that are suggested
/// already: neighbors show the same.</param>
/// <param name="Seed">Makes another choice by chance.</param>
/// <param name="IsPreview">Whether the frames are only counted.</param>
internal sealed record SuggestionRequest(
    SuggestionMethod Method,
    int Count,
    int? Video = null,
    int? From = null,
    int? To = null,
    double? Limit = null,
    int Spacing = 10,
    int Seed = 0,
    bool IsPreview = false
)
{
    private const int MaxCount = 100_000;

    /// <summary>Refuses what is no question.</summary>
    /// <exception cref="EditException">A number is out of its range.</exception>
    public void Check(ProjectView view)
    {
        if (Count is < 1 or > MaxCount || Spacing is < 0 or > MaxCount)
            throw EditException.Invalid($"1 to {MaxCount:N0} frames of a video, at most {MaxCount:N0} apart.");
        if (Video is { } video ? !view.HasVideo(video) : From is not null || To is not null)
            throw EditException.Invalid("A range of frames is of one video of the project.");
        if (From < 0 || To < (From ?? 0))
            throw EditException.Invalid($"The frames {From} to {To} are no range.");
        var compares = Method is not (SuggestionMethod.Stride or SuggestionMethod.Random);
        if (compares && Limit is not (>= 0 and <= double.MaxValue))
            throw EditException.Invalid("The method needs a number to compare with, 0 or more.");
    }
}

/// <summary>
/// Chooses frames of a video for labeling without a model. Left out are those that a person labeled, or marked as
/// empty, and those that are suggested already.
/// </summary>
internal static class FrameSuggestions
{
    /// <summary>The frames, in the order in which they are to be labeled.</summary>
    /// <param name="timeline">What the video holds.</param>
    /// <param name="facts">Its size.</param>
    /// <param name="request">What is asked for, checked.</param>
    public static IReadOnlyList<int> Of(VideoTimeline timeline, VideoFacts facts, SuggestionRequest request)
    {
        var (from, to) = (request.From ?? 0, Math.Min(request.To ?? int.MaxValue, facts.Frames - 1));
        var left = timeline.UserFrames.Concat(timeline.Suggested).ToHashSet();
        bool IsFree(int frame) => frame >= from && frame <= to && !left.Contains(frame);
        if (request.Method is SuggestionMethod.Stride or SuggestionMethod.Random)
        {
            var all = facts.Only ?? Enumerable.Range(from, Math.Max(0, to - from + 1));
            return Spread([.. all.Where(IsFree)], request);
        }

        var limit = request.Limit!.Value;
        var ranked = timeline
            .Frames.Select((frame, k) => (Frame: frame, Rank: RankOf(timeline, k, request.Method, limit)))
            .Where(entry => !double.IsNaN(entry.Rank) && IsFree(entry.Frame))
            .OrderBy(entry => entry.Rank)
            .ThenBy(entry => entry.Frame)
            .Select(entry => entry.Frame);
        return Apart(ranked, timeline.Suggested, request);
    }

    private static IReadOnlyList<int> Spread(int[] free, SuggestionRequest request)
    {
        var count = Math.Min(request.Count, free.Length);
        if (request.Method == SuggestionMethod.Stride)
            return [.. Enumerable.Range(0, count).Select(i => free[(int)((2L * i + 1) * free.Length / (2L * count))])];
        var random = new Random(request.Seed);
        for (var i = 0; i < count; i++)
        {
            var other = random.Next(i, free.Length);
            (free[i], free[other]) = (free[other], free[i]);
        }

        return [.. free.Take(count).Order()];
    }

    // What comes first is smallest; NaN is left out.
    private static double RankOf(VideoTimeline timeline, int k, SuggestionMethod method, double limit)
    {
        var (value, isIn) = method switch
        {
            SuggestionMethod.LowScore => (timeline.Scores[k], timeline.Scores[k] < limit),
            SuggestionMethod.FewInstances => (timeline.InstancesOf(k).Length, timeline.InstancesOf(k).Length < limit),
            _ => (-timeline.Speeds[k], timeline.Speeds[k] > limit),
        };
        return isIn ? value : double.NaN;
    }

    private static IReadOnlyList<int> Apart(IEnumerable<int> ranked, int[] suggested, SuggestionRequest request)
    {
        var (taken, reach) = (new SortedSet<int>(suggested), request.Spacing - 1);
        List<int> chosen = [];
        foreach (var frame in ranked)
        {
            var (first, last) = ((long)frame - reach, (long)frame + reach);
            if (reach >= 0 && taken.GetViewBetween((int)first, (int)Math.Min(last, int.MaxValue)).Count > 0)
                continue;
            taken.Add(frame);
            chosen.Add(frame);
            if (chosen.Count == request.Count)
                break;
        }

        return chosen;
    }
}
