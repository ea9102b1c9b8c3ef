namespace Sleap.Studio;

/// <summary>Which frames a table lists.</summary>
internal enum FrameFilter
{
    /// <summary>All with labels.</summary>
    Labeled,

    /// <summary>Those that a person labeled.</summary>
    User,

    /// <summary>Those with predictions that nobody corrected.</summary>
    Predicted,

    /// <summary>Suggested ones, in the order of the list.</summary>
    Suggested,

    /// <summary>Suggested ones that nobody has labeled, in the order of the list.</summary>
    ToDo,

    /// <summary>Those in which a track is seen for the first time.</summary>
    NewTrack,

    /// <summary>Those with a prediction below a score.</summary>
    LowScore,

    /// <summary>Those that a person marked as empty, and those whose labels hold no instance.</summary>
    Empty,
}

/// <summary>The order of a table.</summary>
internal enum FrameSort
{
    /// <summary>By video and number.</summary>
    Frame,

    /// <summary>Lowest score first.</summary>
    Score,

    /// <summary>Fastest first.</summary>
    Speed,

    /// <summary>Most instances first.</summary>
    Instances,
}

/// <summary>What a table lists.</summary>
/// <param name="Filter">Which frames.</param>
/// <param name="Sort">In what order.</param>
/// <param name="Video">Only those of this video; null for all.</param>
/// <param name="Below">For <see cref="FrameFilter.LowScore"/>: the score.</param>
internal sealed record FrameQuery(FrameFilter Filter, FrameSort Sort, int? Video, float Below);

/// <summary>A row of a table of frames.</summary>
/// <param name="Video">Number of the video.</param>
/// <param name="Frame">Number of the frame.</param>
/// <param name="User">Instances that a person labeled.</param>
/// <param name="Predicted">Predicted instances.</param>
/// <param name="Score">Lowest score of a predicted one; null without.</param>
/// <param name="IsEmpty">Whether a person marked the frame as empty.</param>
/// <param name="IsSuggested">Whether the frame is suggested.</param>
internal sealed record FrameTableRow(
    int Video,
    int Frame,
    int User,
    int Predicted,
    float? Score,
    bool IsEmpty,
    bool IsSuggested
);

/// <summary>Lists frames, window by window. The last list is kept, because a page scrolls through one.</summary>
internal sealed class FrameTable
{
    private readonly Lock _gate = new();
    private (FrameQuery Query, long Revision, FrameKey[] Places)? _last;

    /// <summary>All frames of a query.</summary>
    public FrameKey[] Find(ProjectView view, FrameQuery query)
    {
        lock (_gate)
        {
            if (_last is { } last && last.Query == query && last.Revision == view.State.Revision)
                return last.Places;
            var places = Sorted(view, query);
            _last = (query, view.State.Revision, places);
            return places;
        }
    }

    /// <summary>A row for a frame.</summary>
    public static FrameTableRow RowOf(ProjectView view, FrameKey place)
    {
        var timeline = view.TimelineOf(place.Video);
        var k = Array.BinarySearch(timeline.Frames, place.Frame);
        var isSuggested = Array.BinarySearch(timeline.Suggested, place.Frame) >= 0;
        if (k < 0)
            return new FrameTableRow(place.Video, place.Frame, 0, 0, null, false, isSuggested);
        var score = timeline.Scores[k];
        return new FrameTableRow(
            place.Video,
            place.Frame,
            timeline.UserCounts[k],
            timeline.InstancesOf(k).Length - timeline.UserCounts[k],
            float.IsFinite(score) ? MathF.Round(score, 4) : null,
            timeline.Empty[k],
            isSuggested
        );
    }

    private static FrameKey[] Sorted(ProjectView view, FrameQuery query)
    {
        var videos = query.Video is { } one ? [one] : Enumerable.Range(0, view.Videos.Count);
        if (query is { Filter: FrameFilter.Suggested or FrameFilter.ToDo, Sort: FrameSort.Frame })
        {
            var isToDo = query.Filter == FrameFilter.ToDo;
            var list = isToDo ? view.Suggestions.Where(place => !view.IsDone(place)) : view.Suggestions;
            return [.. list.Where(place => query.Video is null || place.Video == query.Video)];
        }

        List<(float Key, FrameKey Place)> found = [];
        foreach (var video in videos)
        {
            var timeline = view.TimelineOf(video);
            foreach (var frame in Frames(timeline, query))
                found.Add((KeyOf(timeline, frame, query.Sort), new FrameKey(video, frame)));
        }
        return
        [
            .. query.Sort == FrameSort.Frame
                ? found.Select(entry => entry.Place)
                : found.OrderBy(entry => entry.Key).Select(entry => entry.Place),
        ];
    }

    private static IEnumerable<int> Frames(VideoTimeline timeline, FrameQuery query) =>
        query.Filter switch
        {
            FrameFilter.Labeled => timeline.Frames,
            FrameFilter.User => timeline.UserFrames,
            FrameFilter.Suggested => timeline.Suggested,
            FrameFilter.ToDo => timeline.Suggested.Except(timeline.UserFrames),
            FrameFilter.NewTrack => timeline.NewTrackFrames,
            FrameFilter.Predicted => timeline.Frames.Where(
                (_, k) => timeline.UserCounts[k] == 0 && timeline.InstancesOf(k).Length > 0
            ),
            FrameFilter.LowScore => timeline.Frames.Where((_, k) => timeline.Scores[k] < query.Below),
            FrameFilter.Empty => timeline.Frames.Where(
                (_, k) => timeline.Empty[k] || timeline.InstancesOf(k).Length == 0
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(query), query.Filter, "is no filter of frames."),
        };

    // Frames without a value come last.
    private static float KeyOf(VideoTimeline timeline, int frame, FrameSort sort)
    {
        var k = Array.BinarySearch(timeline.Frames, frame);
        var key =
            k < 0 ? float.NaN
            : sort == FrameSort.Score ? timeline.Scores[k]
            : sort == FrameSort.Speed ? -timeline.Speeds[k]
            : -timeline.InstancesOf(k).Length;
        return float.IsNaN(key) ? float.PositiveInfinity : key;
    }
}
