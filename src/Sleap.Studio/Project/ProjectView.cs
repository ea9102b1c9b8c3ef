using Sleap.IO;

namespace Sleap.Studio;

/// <summary>
/// One state of a project, and what is looked up in it: all by number, nothing by a scan. What is made for it once is
/// handed on to the next state, except where that is different.
/// </summary>
internal sealed class ProjectView
{
    private readonly Numbers _numbers;
    private readonly (ProjectState State, VideoTimeline Timeline)?[] _timelines;
    private readonly Lock _gate = new();

    /// <param name="state">The state.</param>
    /// <param name="earlier">The view of another state of the project; null for none.</param>
    public ProjectView(ProjectState state, ProjectView? earlier = null)
    {
        State = state;
        var isSame = earlier is not null && ReferenceEquals(earlier.State.Structure, state.Structure);
        _numbers = isSame ? earlier!._numbers : new Numbers(state.Structure);
        _timelines = new (ProjectState, VideoTimeline)?[Videos.Count];
        if (earlier?.State.IsRelated(state) is true)
        {
            lock (earlier._gate)
                Array.Copy(earlier._timelines, _timelines, Math.Min(earlier._timelines.Length, Videos.Count));
        }
    }

    public ProjectState State { get; }

    public Structure Structure => State.Structure;

    public IReadOnlyList<Video> Videos => Structure.Videos;

    /// <summary>The suggested frames in the order of the list.</summary>
    public IReadOnlyList<FrameKey> Suggestions => _numbers.Suggestions;

    /// <summary>Names of tracks by number; null where there is none.</summary>
    public IReadOnlyList<string?> TrackNames => _numbers.TrackNames;

    public bool HasVideo(int video) => video >= 0 && video < Videos.Count;

    /// <summary>Number of the track that instances refer to; -1 for none.</summary>
    public int NumberOf(Track? track) => track is null ? -1 : _numbers.Tracks.GetValueOrDefault(track, -1);

    /// <summary>Place of a frame in <see cref="Suggestions"/>; null if it is not suggested.</summary>
    public int? SuggestionAt(FrameKey frame) => _numbers.Places.TryGetValue(frame, out var place) ? place : null;

    /// <summary>Suggested frames that a person labeled, or marked as empty, in the order of the list.</summary>
    public IEnumerable<FrameKey> DoneSuggestions => Suggestions.Where(IsDone);

    /// <summary>Whether a person labeled a frame, or marked it as empty.</summary>
    public bool IsDone(FrameKey key) =>
        State.Frame(key) is { } frame && (frame.IsNegative || frame.Instances.Any(instance => !instance.IsPredicted));

    /// <summary>A labeled frame; null if the frame has no labels.</summary>
    public LabeledFrame? Find(int video, int frame) => State.Frame(new FrameKey(video, frame));

    /// <summary>What the frames of a video hold, made when it is first asked for.</summary>
    public VideoTimeline TimelineOf(int video)
    {
        lock (_gate)
        {
            var made = _timelines[video];
            if (!ReferenceEquals(made?.State, State))
                _timelines[video] = made = (State, VideoTimeline.Of(this, video, made));
            return made!.Value.Timeline;
        }
    }

    /// <summary>
    /// The first labeled frame of a video, null without labels, and one more than the last that is labeled or
    /// suggested.
    /// </summary>
    public (int? First, int End) RangeOf(int video)
    {
        int? first = null;
        var last = Suggestions.Where(key => key.Video == video).Select(key => key.Frame).DefaultIfEmpty(-1).Max();
        foreach (var (_, frame) in State.Keys(new FrameKey(video, 0), new FrameKey(video, int.MaxValue)))
        {
            first ??= frame;
            last = Math.Max(last, frame);
        }
        return (first, last == int.MaxValue ? last : last + 1);
    }

    /// <summary>Numbers of what frames refer to.</summary>
    private sealed class Numbers
    {
        public Numbers(Structure structure)
        {
            TrackNames = new string?[structure.NextTrack];
            foreach (var entry in structure.Tracks)
            {
                Tracks[entry.Key] = entry.Id;
                TrackNames[entry.Id] = entry.Name;
            }

            var videos = new Dictionary<Video, int>(ReferenceEqualityComparer.Instance);
            foreach (var video in structure.Videos)
                videos.TryAdd(video, videos.Count);
            Suggestions = [.. structure.Suggestions.Select(one => new FrameKey(videos[one.Video], one.FrameIndex))];
            foreach (var (place, key) in Suggestions.Index())
                Places.TryAdd(key, place);
        }

        public Dictionary<Track, int> Tracks { get; } = new(ReferenceEqualityComparer.Instance);

        public string?[] TrackNames { get; }

        public FrameKey[] Suggestions { get; }

        public Dictionary<FrameKey, int> Places { get; } = [];
    }
}
