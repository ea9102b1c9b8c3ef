using Sleap.IO;

namespace Sleap.Studio;

/// <summary>A change of a state while it is made. Nothing of it shows before it is done.</summary>
/// <param name="before">The state to change.</param>
internal sealed class StateEdit(ProjectState before)
{
    private readonly Dictionary<FrameKey, LabeledFrame?> _frames = [];
    private readonly Dictionary<object, (LabeledFrame Frame, object Skeletons)> _now = new(
        ReferenceEqualityComparer.Instance
    );

    /// <summary>Videos, skeletons, tracks and suggestions as they are so far.</summary>
    public Structure Structure { get; set; } = before.Structure;

    /// <summary>The bouts so far; null where the file has events that are not understood.</summary>
    public IReadOnlyList<Bout>? Bouts => before.BoutsOf(Structure);

    /// <summary>User instances in the range of a bulk command that it left as they were.</summary>
    public int Spared { get; set; }

    /// <summary>The frames that changed so far.</summary>
    public IReadOnlyCollection<FrameKey> Changed => _frames.Keys;

    /// <summary>A labeled frame; null when there is none.</summary>
    /// <exception cref="EditException">There is no such video, or the frame number is negative.</exception>
    public LabeledFrame? Frame(FrameKey key)
    {
        Video(key.Video);
        if (key.Frame < 0)
            throw EditException.Invalid($"Frame {key.Frame} is negative.");
        var frame = _frames.TryGetValue(key, out var changed) ? changed : before.Stored(key);
        if (frame is null || Structure.Changed.IsEmpty)
            return frame;
        // Objects are identities here: a frame is brought to the skeletons of now once.
        if (!_now.TryGetValue(frame, out var now) || !ReferenceEquals(now.Skeletons, Structure.Changed))
            _now[frame] = now = (Structure.Now(frame), Structure.Changed);
        return now.Frame;
    }

    /// <summary>An instance by its place in its frame.</summary>
    /// <exception cref="EditException">There is no such instance.</exception>
    public Instance Instance(FrameKey key, int instance) =>
        Frame(key) is { } frame && instance >= 0 && instance < frame.Instances.Count
            ? frame.Instances[instance]
            : throw EditException.Invalid($"Frame {key.Frame} of video {key.Video} has no instance {instance}.");

    /// <summary>A user instance by its place in its frame.</summary>
    /// <exception cref="EditException">There is no such instance, or it is predicted.</exception>
    public Instance UserInstance(FrameKey key, int instance)
    {
        var found = Instance(key, instance);
        return found.IsPredicted
            ? throw EditException.Invalid($"Instance {instance} is a prediction; convert it before its points are set.")
            : found;
    }

    /// <summary>A video by its number.</summary>
    /// <exception cref="EditException">There is no such video.</exception>
    public Video Video(int video) =>
        video >= 0 && video < Structure.Videos.Length
            ? Structure.Videos[video]
            : throw EditException.Invalid($"There is no video {video}; there are {Structure.Videos.Length}.");

    /// <summary>A skeleton by its number.</summary>
    /// <exception cref="EditException">There is no such skeleton.</exception>
    public Skeleton Skeleton(int skeleton) =>
        skeleton >= 0 && skeleton < Structure.Skeletons.Length
            ? Structure.Skeletons[skeleton]
            : throw EditException.Invalid($"There is no skeleton {skeleton}; there are {Structure.Skeletons.Length}.");

    /// <summary>A track by its number.</summary>
    /// <exception cref="EditException">There is no such track.</exception>
    public TrackEntry Track(int track) =>
        Structure.Track(track) ?? throw EditException.Invalid($"There is no track {track}.");

    /// <summary>
    /// Sets the instances of a frame. A frame with none that is not marked as empty is no labeled frame.
    /// </summary>
    public void Set(FrameKey key, IReadOnlyList<Instance> instances, bool isNegative)
    {
        if (instances.Count > EditLimits.Instances)
        {
            throw EditException.Invalid(
                $"Frame {key.Frame} would have {instances.Count} instances; {EditLimits.Instances} are allowed."
            );
        }

        var video = Video(key.Video);
        if (video.Kind == VideoKind.Images && !HasImage(video, key.Frame))
            throw EditException.Invalid($"Video {key.Video} is a list of images, which has none of frame {key.Frame}.");
        _frames[key] =
            instances.Count == 0 && !isNegative
                ? null
                : new LabeledFrame
                {
                    Video = video,
                    FrameIndex = key.Frame,
                    Instances = instances,
                    IsNegative = isNegative,
                };
    }

    private static bool HasImage(Video video, int frame) =>
        video.FrameNumbers.IsEmpty ? frame < video.ImagePaths.Length : video.FrameNumbers.Contains(frame);

    /// <summary>Adds instances to a frame, which then is not marked as empty any more.</summary>
    public void Add(FrameKey key, params IEnumerable<Instance> instances) =>
        Set(key, [.. Frame(key)?.Instances ?? [], .. instances], isNegative: false);

    /// <summary>Changes instances of a frame or, by null, removes them; links to predictions follow.</summary>
    public void Change(FrameKey key, Func<Instance, Instance?> change)
    {
        if (Frame(key) is { } frame && InstanceEdits.Mapped(frame, change) is { } changed)
            Set(key, changed.Instances, changed.IsNegative);
    }

    /// <summary>Changes one instance of a frame or, by null, removes it.</summary>
    public void Change(FrameKey key, Instance instance, Instance? changed) =>
        Change(key, other => ReferenceEquals(other, instance) ? changed : other);

    /// <summary>Adds a track.</summary>
    /// <exception cref="EditException">The name cannot be one.</exception>
    public TrackEntry AddTrack(string name)
    {
        EditLimits.CheckName("a track", name);
        if (Structure.Tracks.Length >= EditLimits.Tracks)
            throw EditException.Invalid($"There are {EditLimits.Tracks} tracks, and no more are allowed.");
        var track = new Track(name);
        var entry = new TrackEntry(Structure.NextTrack, track, track);
        Structure = Structure with { Tracks = Structure.Tracks.Add(entry), NextTrack = Structure.NextTrack + 1 };
        return entry;
    }

    /// <summary>Keys of the labeled frames of a video from one frame to another, both included, in order.</summary>
    public IReadOnlyList<FrameKey> Keys(int video, int from, int to)
    {
        Video(video);
        if (from < 0 || to < from)
            throw EditException.Invalid($"The frames {from} to {to} are no range.");
        var (first, last) = (new FrameKey(video, from), new FrameKey(video, to));
        List<FrameKey> keys = [.. before.Keys(first, last).Where(key => !_frames.ContainsKey(key))];
        var own = _frames
            .Where(entry =>
                entry.Value is not null && entry.Key.CompareTo(first) >= 0 && entry.Key.CompareTo(last) <= 0
            )
            .Select(entry => entry.Key)
            .ToList();
        if (own.Count == 0)
            return keys;
        keys.AddRange(own);
        keys.Sort();
        return keys;
    }

    /// <summary>Keys of all labeled frames in order.</summary>
    public IEnumerable<FrameKey> Keys() =>
        Enumerable.Range(0, Structure.Videos.Length).SelectMany(video => Keys(video, 0, int.MaxValue));

    /// <summary>The state with the change.</summary>
    /// <param name="revision">The new state's revision.</param>
    public ProjectState Build(long revision) => before.With(_frames, Structure, revision);
}
