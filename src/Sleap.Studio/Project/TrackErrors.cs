namespace Sleap.Studio;

/// <summary>What may be wrong with tracks at a frame.</summary>
internal enum TrackErrorKind
{
    /// <summary>A track is seen for the first time, not at the first labeled frame.</summary>
    NewTrack,

    /// <summary>A track of the frame before is not there.</summary>
    Break,

    /// <summary>Two tracks are nearest to each other: nearer than their sizes.</summary>
    Crossing,

    /// <summary>A track moved far since the frame before.</summary>
    Jump,
}

/// <summary>What a person ticks as done.</summary>
/// <param name="Kind">What may be wrong.</param>
/// <param name="Video">Number of the video.</param>
/// <param name="Frame">Frame number.</param>
/// <param name="Track">Number of the track.</param>
internal readonly record struct TrackErrorKey(TrackErrorKind Kind, int Video, int Frame, int Track);

/// <summary>A place where a track may be wrong.</summary>
/// <param name="Kind">What may be wrong.</param>
/// <param name="Frame">Frame number.</param>
/// <param name="Track">Number of the track.</param>
/// <param name="Other">Number of the other track of a crossing; -1 else.</param>
/// <param name="Value">How bad it is: of a jump the way and of a crossing the nearness, in sizes of the instance; of a
/// break the frames until the track is seen again, 0 if it is not; 0 of a new track.</param>
internal sealed record TrackError(TrackErrorKind Kind, int Frame, int Track, int Other, float Value);

/// <summary>
/// Lists places of a video where tracks may be wrong. The size of an instance is the root mean square distance of its
/// points from their mean, so that nothing depends on the size of the picture.
/// </summary>
internal sealed class TrackErrors
{
    /// <summary>The way of a jump, in sizes, if no other one is asked for.</summary>
    public const float JumpSizes = 2;

    private const int MaxErrors = 100_000;
    private const int MaxTogether = 200; // instances of a frame that are compared with each other
    private const int Apart = 5; // frames after which two that meet again meet anew

    private readonly VideoTimeline _timeline;
    private readonly float _jump;
    private readonly List<TrackError> _errors = [];
    private readonly Dictionary<int, (int Frame, InstanceRow Row)> _last = [];
    private readonly Dictionary<int, int> _breaks = []; // by track: place of its open break
    private readonly Dictionary<(int, int), Meeting> _meetings = [];

    private TrackErrors(VideoTimeline timeline, float jump) => (_timeline, _jump) = (timeline, jump);

    /// <summary>The list, by frame.</summary>
    /// <param name="timeline">What the video holds.</param>
    /// <param name="jump">The way of a jump, in sizes.</param>
    public static IReadOnlyList<TrackError> Of(VideoTimeline timeline, float jump)
    {
        var errors = new TrackErrors(timeline, jump);
        for (var k = 0; k < timeline.Frames.Length && errors._errors.Count < MaxErrors; k++)
            errors.Look(k);
        foreach (var (pair, meeting) in errors._meetings)
            errors.Close(pair, meeting);
        return
        [
            .. errors._errors.OrderBy(error => error.Frame).ThenBy(error => error.Kind).ThenBy(error => error.Track),
        ];
    }

    private void Look(int k)
    {
        var frame = _timeline.Frames[k];
        var instances = _timeline.InstancesOf(k);
        HashSet<int> here = [];
        foreach (ref readonly var row in instances)
        {
            if (row.Track < 0 || !here.Add(row.Track))
                continue;
            if (!_last.TryGetValue(row.Track, out var last))
            {
                if (k > 0)
                    Add(TrackErrorKind.NewTrack, frame, row.Track, 0);
            }
            else if (last.Frame == frame - 1)
            {
                CheckJump(frame, last.Row, row);
            }
            else if (_breaks.Remove(row.Track, out var place))
            {
                _errors[place] = _errors[place] with { Value = frame - _errors[place].Frame };
            }

            _last[row.Track] = (frame, row);
        }

        if (k > 0 && _timeline.Frames[k - 1] == frame - 1)
            CheckBreaks(k, here);
        if (instances.Length <= MaxTogether)
            CheckMeetings(frame, instances);
    }

    private void CheckJump(int frame, in InstanceRow before, in InstanceRow now)
    {
        var size = float.MaxNumber(before.Size, now.Size);
        var sizes = float.Hypot(now.X - before.X, now.Y - before.Y) / size;
        if (size > 0 && sizes > _jump)
            Add(TrackErrorKind.Jump, frame, now.Track, sizes);
    }

    private void CheckBreaks(int k, HashSet<int> here)
    {
        foreach (ref readonly var row in _timeline.InstancesOf(k - 1))
        {
            if (row.Track < 0 || !here.Add(row.Track))
                continue;
            _breaks[row.Track] = _errors.Count;
            Add(TrackErrorKind.Break, _timeline.Frames[k], row.Track, 0);
        }
    }

    private void CheckMeetings(int frame, ReadOnlySpan<InstanceRow> instances)
    {
        for (var i = 0; i < instances.Length; i++)
        {
            for (var j = i + 1; j < instances.Length; j++)
            {
                ref readonly var one = ref instances[i];
                ref readonly var other = ref instances[j];
                if (one.Track < 0 || other.Track < 0 || one.Track == other.Track)
                    continue;
                var nearness = float.Hypot(one.X - other.X, one.Y - other.Y) / (one.Size + other.Size);
                if (nearness < 1)
                    Meet((Math.Min(one.Track, other.Track), Math.Max(one.Track, other.Track)), frame, nearness);
            }
        }
    }

    private void Meet((int, int) pair, int frame, float nearness)
    {
        if (_meetings.TryGetValue(pair, out var meeting) && frame - meeting.Last > Apart)
        {
            Close(pair, meeting);
            meeting = null;
        }

        if (meeting is null)
            _meetings[pair] = new Meeting(frame, frame, nearness);
        else if (nearness < meeting.Nearness)
            _meetings[pair] = new Meeting(frame, frame, nearness);
        else
            _meetings[pair] = meeting with { Last = frame };
    }

    private void Close((int One, int Other) pair, Meeting meeting) =>
        _errors.Add(new TrackError(TrackErrorKind.Crossing, meeting.Nearest, pair.One, pair.Other, meeting.Nearness));

    private void Add(TrackErrorKind kind, int frame, int track, float value) =>
        _errors.Add(new TrackError(kind, frame, track, -1, value));

    /// <summary>Two tracks that are near to each other.</summary>
    /// <param name="Nearest">The frame in which they are nearest.</param>
    /// <param name="Last">The last frame in which they are near.</param>
    /// <param name="Nearness">Their distance then, in the sum of their sizes.</param>
    private sealed record Meeting(int Nearest, int Last, float Nearness);
}
