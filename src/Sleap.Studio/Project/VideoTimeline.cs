namespace Sleap.Studio;

/// <summary>
/// What the labeled frames of a video hold, in columns by place: the k-th labeled frame is frame
/// <see cref="Frames"/>[k]. Instances of frame k are those from <see cref="Starts"/>[k] up to Starts[k + 1].
/// </summary>
internal sealed class VideoTimeline
{
    /// <summary>Numbers of the labeled frames, rising.</summary>
    public required int[] Frames { get; init; }

    public required int[] Starts { get; init; }

    public required InstanceRow[] Instances { get; init; }

    /// <summary>How many instances of each frame a person labeled.</summary>
    public required int[] UserCounts { get; init; }

    /// <summary>Lowest score of a predicted instance; NaN for frames without.</summary>
    public required float[] Scores { get; init; }

    /// <summary>
    /// Largest distance in pixels that an instance moved since the frame before; NaN where none is in both.
    /// </summary>
    public required float[] Speeds { get; init; }

    /// <summary>Whether a person marked the frame as empty.</summary>
    public required bool[] Empty { get; init; }

    /// <summary>Frames in which a person labeled something, or marked the frame as empty.</summary>
    public required int[] UserFrames { get; init; }

    /// <summary>Frames in which a track is seen for the first time.</summary>
    public required int[] NewTrackFrames { get; init; }

    /// <summary>Suggested frames, rising.</summary>
    public required int[] Suggested { get; init; }

    /// <summary>Reads the frames of a video once; of frames that are as before, the rows are taken over.</summary>
    /// <param name="view">The project.</param>
    /// <param name="video">Number of the video.</param>
    /// <param name="before">The timeline of another state; null for none.</param>
    public static VideoTimeline Of(ProjectView view, int video, (ProjectState State, VideoTimeline Timeline)? before)
    {
        FrameKey[] keys = [.. view.State.Keys(new FrameKey(video, 0), new FrameKey(video, int.MaxValue))];
        var old = before?.Timeline;
        var changed = before is { State: var state } ? view.State.Changed(state).ToHashSet() : [];
        var count = keys.Length;
        var (frames, starts, empty) = (new int[count], new int[count + 1], new bool[count]);
        var (users, scores, speeds) = (new int[count], new float[count], new float[count]);
        List<InstanceRow> all = [];
        List<InstanceRow> rows = [];
        List<int> firsts = [];
        HashSet<int> seen = [];
        var motion = new Motion();
        for (var k = 0; k < count; k++)
        {
            frames[k] = keys[k].Frame;
            var place = old is null || changed.Contains(keys[k]) ? -1 : Array.BinarySearch(old.Frames, frames[k]);
            if (place >= 0)
            {
                rows.Clear();
                rows.AddRange(old!.InstancesOf(place));
                empty[k] = old.Empty[place];
            }
            else
            {
                var (list, index) = view.State.PlaceOf(keys[k]);
                empty[k] = InstanceRow.Read(list, index, view.NumberOf, rows);
            }
            all.AddRange(rows);
            starts[k + 1] = all.Count;
            scores[k] = float.NaN;
            var isNew = false;
            foreach (var row in rows)
            {
                users[k] += row.IsPredicted ? 0 : 1;
                scores[k] = row.IsPredicted ? float.MinNumber(scores[k], row.Score) : scores[k];
                isNew |= row.Track >= 0 && seen.Add(row.Track);
            }
            if (isNew)
                firsts.Add(frames[k]);
            speeds[k] = motion.Of(frames[k], rows);
        }
        return new VideoTimeline
        {
            Frames = frames,
            Starts = starts,
            Instances = [.. all],
            UserCounts = users,
            Scores = scores,
            Speeds = speeds,
            Empty = empty,
            UserFrames = [.. frames.Where((_, k) => users[k] > 0 || empty[k])],
            NewTrackFrames = [.. firsts],
            Suggested =
            [
                .. view.Suggestions.Where(one => one.Video == video).Select(one => one.Frame).Distinct().Order(),
            ],
        };
    }

    public ReadOnlySpan<InstanceRow> InstancesOf(int place) =>
        Instances.AsSpan(Starts[place], Starts[place + 1] - Starts[place]);

    /// <summary>Place of the first labeled frame that is not before a frame.</summary>
    public int PlaceOf(int frame)
    {
        var place = Array.BinarySearch(Frames, frame);
        return place >= 0 ? place : ~place;
    }

    /// <summary>The next number after one, or the one before it; null if there is none.</summary>
    /// <param name="numbers">Numbers, rising.</param>
    /// <param name="from">The number to start at.</param>
    /// <param name="isBack">Whether to look for smaller ones.</param>
    public static int? Next(int[] numbers, int from, bool isBack)
    {
        var place = Array.BinarySearch(numbers, from);
        var next =
            isBack ? (place >= 0 ? place : ~place) - 1
            : place >= 0 ? place + 1
            : ~place;
        return next >= 0 && next < numbers.Length ? numbers[next] : null;
    }

    /// <summary>Positions of tracks in the frame before; an only instance without a track counts as one.</summary>
    private sealed class Motion
    {
        private readonly Dictionary<int, (int Frame, float X, float Y)> _last = [];

        public float Of(int frame, List<InstanceRow> rows)
        {
            var most = float.NaN;
            foreach (var row in rows)
            {
                if ((row.Track < 0 && rows.Count > 1) || float.IsNaN(row.X))
                    continue;
                if (_last.TryGetValue(row.Track, out var last) && last.Frame == frame - 1)
                    most = float.MaxNumber(most, float.Hypot(row.X - last.X, row.Y - last.Y));
                _last[row.Track] = (frame, row.X, row.Y);
            }
            return most;
        }
    }
}
