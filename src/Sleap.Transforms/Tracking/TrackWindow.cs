namespace Sleap.Transforms;

/// <summary>The animals of the past that a new frame is compared with.</summary>
internal abstract class TrackWindow(int size)
{
    private int _next;

    /// <summary>How many animals of a track, or frames, are held.</summary>
    protected int Size { get; } = size;

    /// <summary>How many tracks were ever made; they are numbered from 0.</summary>
    public int Made => _next;

    /// <summary>The tracks that can go on, by rising number, each with its animals from old to new.</summary>
    public abstract List<(int Track, List<TrackedPose> Poses)> Tracks();

    /// <summary>Adds a frame: its animals, and the track of each or −1.</summary>
    public abstract void Add(IReadOnlyList<TrackedPose> poses, int[] tracks);

    public int NewTrack() => _next++;

    public static TrackWindow Create(TrackingOptions options) =>
        options.Candidates == TrackCandidates.FixedWindow && options.MaxTracks is null
            ? new FixedWindow(options.WindowSize)
            : new LocalQueues(options.WindowSize);

    private sealed class FixedWindow(int size) : TrackWindow(size)
    {
        private readonly Queue<(IReadOnlyList<TrackedPose> Poses, int[] Tracks)> _frames = [];

        public override List<(int Track, List<TrackedPose> Poses)> Tracks()
        {
            SortedDictionary<int, List<TrackedPose>> found = [];
            foreach ((var poses, var tracks) in _frames)
            {
                for (var i = 0; i < tracks.Length; i++)
                {
                    if (tracks[i] < 0)
                        continue;
                    if (!found.TryGetValue(tracks[i], out var list))
                        found.Add(tracks[i], list = []);
                    list.Add(poses[i]);
                }
            }
            return [.. found.Select(pair => (pair.Key, pair.Value))];
        }

        public override void Add(IReadOnlyList<TrackedPose> poses, int[] tracks)
        {
            _frames.Enqueue((poses, tracks));
            if (_frames.Count > Size)
                _frames.Dequeue();
        }
    }

    private sealed class LocalQueues(int size) : TrackWindow(size)
    {
        private readonly List<(int Track, List<TrackedPose> Poses)> _queues = [];

        public override List<(int Track, List<TrackedPose> Poses)> Tracks() => _queues;

        public override void Add(IReadOnlyList<TrackedPose> poses, int[] tracks)
        {
            while (_queues.Count < Made)
                _queues.Add((_queues.Count, []));
            for (var i = 0; i < tracks.Length; i++)
            {
                if (tracks[i] < 0)
                    continue;
                var queue = _queues[tracks[i]].Poses;
                queue.Add(poses[i]);
                if (queue.Count > Size)
                    queue.RemoveAt(0);
            }
        }
    }
}
