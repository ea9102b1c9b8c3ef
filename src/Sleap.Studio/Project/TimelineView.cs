namespace Sleap.Studio;

/// <summary>A part of a timeline as so many columns of pixels as the page shows it in.</summary>
/// <param name="From">First frame.</param>
/// <param name="To">Frame behind the last one.</param>
/// <param name="Columns">Number of columns; not more than frames.</param>
/// <param name="User">Runs of columns with frames that a person labeled: first, last, first, last …</param>
/// <param name="Predicted">Runs of columns with labeled frames.</param>
/// <param name="Suggested">Runs of columns with suggested frames.</param>
/// <param name="Counts">Most instances of a frame in each column; null without labels.</param>
/// <param name="Scores">Lowest score in each column.</param>
/// <param name="Speeds">Largest distance in pixels between two frames in each column.</param>
/// <param name="Lanes">Tracks in rows, none of which overlap: track, first column, last column …</param>
/// <param name="Hidden">How many tracks found no row.</param>
internal sealed record TimelineView(
    int From,
    int To,
    int Columns,
    IReadOnlyList<int> User,
    IReadOnlyList<int> Predicted,
    IReadOnlyList<int> Suggested,
    IReadOnlyList<float?> Counts,
    IReadOnlyList<float?> Scores,
    IReadOnlyList<float?> Speeds,
    IReadOnlyList<IReadOnlyList<int>> Lanes,
    int Hidden
)
{
    private const int MaxLanes = 48;

    /// <summary>Draws together the frames of a range.</summary>
    /// <param name="timeline">The timeline.</param>
    /// <param name="from">First frame.</param>
    /// <param name="to">Frame behind the last one, greater than <paramref name="from"/>.</param>
    /// <param name="columns">Most columns.</param>
    public static TimelineView Of(VideoTimeline timeline, int from, int to, int columns)
    {
        columns = Math.Min(columns, to - from);
        int ColumnOf(int frame) => (int)((long)(frame - from) * columns / (to - from));

        List<int> user = [];
        List<int> predicted = [];
        var (counts, scores, speeds) = (new float?[columns], new float?[columns], new float?[columns]);
        Dictionary<int, List<int>> spans = []; // of each track: first, last, first, last …
        for (var k = timeline.PlaceOf(from); k < timeline.Frames.Length && timeline.Frames[k] < to; k++)
        {
            var column = ColumnOf(timeline.Frames[k]);
            Extend(predicted, column);
            if (timeline.UserCounts[k] > 0 || timeline.Empty[k])
                Extend(user, column);
            var instances = timeline.InstancesOf(k);
            counts[column] = Math.Max(counts[column] ?? 0, instances.Length);
            scores[column] = Finite(float.MinNumber(scores[column] ?? float.NaN, timeline.Scores[k]));
            speeds[column] = Finite(float.MaxNumber(speeds[column] ?? float.NaN, timeline.Speeds[k]));
            foreach (ref readonly var instance in instances)
            {
                if (instance.Track < 0)
                    continue;
                if (!spans.TryGetValue(instance.Track, out var runs))
                    spans.Add(instance.Track, runs = []);
                Extend(runs, column);
            }
        }
        List<int> suggested = [];
        foreach (var frame in timeline.Suggested.Where(frame => frame >= from && frame < to))
            Extend(suggested, ColumnOf(frame));
        var lanes = Lay(spans, out var hidden);
        return new TimelineView(from, to, columns, user, predicted, suggested, counts, scores, speeds, lanes, hidden);
    }

    /// <summary>Adds a column to runs, the last of which it may continue.</summary>
    private static void Extend(List<int> runs, int column)
    {
        if (runs.Count > 0 && column <= runs[^1] + 1)
            runs[^1] = column;
        else
            runs.AddRange([column, column]);
    }

    /// <summary>Each track goes into the first row that is free from its first to its last column.</summary>
    private static List<IReadOnlyList<int>> Lay(Dictionary<int, List<int>> spans, out int hidden)
    {
        List<(int End, List<int> Items)> lanes = [];
        hidden = 0;
        foreach (var (track, runs) in spans.OrderBy(entry => (entry.Value[0], entry.Key)))
        {
            var place = lanes.FindIndex(lane => lane.End < runs[0]);
            if (place < 0 && lanes.Count == MaxLanes)
            {
                hidden++;
                continue;
            }
            if (place < 0)
            {
                place = lanes.Count;
                lanes.Add((-1, []));
            }
            var items = lanes[place].Items;
            for (var i = 0; i < runs.Count; i += 2)
                items.AddRange([track, runs[i], runs[i + 1]]);
            lanes[place] = (runs[^1], items);
        }
        return [.. lanes.Select(lane => (IReadOnlyList<int>)lane.Items)];
    }

    private static float? Finite(float value) => float.IsFinite(value) ? MathF.Round(value, 4) : null;
}
