namespace Sleap.Transforms;

/// <summary>The past instances that those of a new frame are compared with.</summary>
internal abstract class TrackWindow(int size)
{
    private int _next;

    /// <summary>How many instances of each track, or how many frames, are held.</summary>
    protected int Size { get; } = size;

    /// <summary>Number of tracks made so far; they are numbered from 0.</summary>
    public int Made => _next;

    /// <summary>The tracks that can continue, by number, each with its instances from old to new.</summary>
    public abstract List<(int Track, List<TrackedInstance> Instances)> Tracks();

    /// <summary>Adds a frame: its instances, and the track of each or −1.</summary>
    public abstract void Add(IReadOnlyList<TrackedInstance> instances, int[] tracks);

    public int NewTrack() => _next++;

    public static TrackWindow Create(TrackingOptions options) =>
        options.Candidates == TrackCandidates.FixedWindow && options.MaxTracks is null
            ? new FixedWindow(options.WindowSize)
            : new LocalQueues(options.WindowSize);

    private sealed class FixedWindow(int size) : TrackWindow(size)
    {
        private readonly Queue<(IReadOnlyList<TrackedInstance> Instances, int[] Tracks)> _frames = [];

        public override List<(int Track, List<TrackedInstance> Instances)> Tracks()
        {
            SortedDictionary<int, List<TrackedInstance>> found = [];
            foreach ((var instances, var tracks) in _frames)
            {
                for (var i = 0; i < tracks.Length; i++)
                {
                    if (tracks[i] < 0)
                        continue;
                    if (!found.TryGetValue(tracks[i], out var list))
                        found.Add(tracks[i], list = []);
                    list.Add(instances[i]);
                }
            }
            return [.. found.Select(pair => (pair.Key, pair.Value))];
        }

        public override void Add(IReadOnlyList<TrackedInstance> instances, int[] tracks)
        {
            _frames.Enqueue((instances, tracks));
            if (_frames.Count > Size)
                _frames.Dequeue();
        }
    }

    private sealed class LocalQueues(int size) : TrackWindow(size)
    {
        private readonly List<(int Track, List<TrackedInstance> Instances)> _queues = [];

        public override List<(int Track, List<TrackedInstance> Instances)> Tracks() => _queues;

        public override void Add(IReadOnlyList<TrackedInstance> instances, int[] tracks)
        {
            while (_queues.Count < Made)
                _queues.Add((_queues.Count, []));
            for (var i = 0; i < tracks.Length; i++)
            {
                if (tracks[i] < 0)
                    continue;
                var queue = _queues[tracks[i]].Instances;
                queue.Add(instances[i]);
                if (queue.Count > Size)
                    queue.RemoveAt(0);
            }
        }
    }
}

/// <summary>One instance of one frame, in double precision, as sleap-nn's tracker computes.</summary>
internal sealed class TrackedInstance
{
    public TrackedInstance(double[] points, double score)
    {
        Points = points;
        Score = score;
        for (var node = 0; node < points.Length; node += 2)
            Visible += double.IsNaN(points[node]) || double.IsNaN(points[node + 1]) ? 0 : 1;
    }

    /// <summary>x and y of each node, NaN = missing.</summary>
    public double[] Points { get; }

    /// <summary>Score of the instance; NaN = none.</summary>
    public double Score { get; }

    /// <summary>How many nodes have both coordinates.</summary>
    public int Visible { get; }

    /// <summary>Median of the coordinates.</summary>
    public (double X, double Y) Centroid => Transforms.Centroid.Median(Points);

    /// <summary>The box around the coordinates.</summary>
    public Box Box => Box.AroundCoordinates<double>(Points);

    /// <summary>An instance of a data view. A point that is not finite counts as missing.</summary>
    public static TrackedInstance From(ReadOnlySpan<float> points, double score)
    {
        var copy = new double[points.Length];
        for (var i = 0; i < copy.Length; i++)
            copy[i] = float.IsFinite(points[i]) ? points[i] : double.NaN;
        return new TrackedInstance(copy, score);
    }

    /// <summary>The numbers that are compared.</summary>
    public double[] Feature(TrackFeatures features)
    {
        switch (features)
        {
            case TrackFeatures.Centroids:
                var (x, y) = Centroid;
                return [x, y];
            case TrackFeatures.BoundingBoxes:
                var (left, top, right, bottom) = Box;
                return [left, top, right, bottom];
            default:
                return Points;
        }
    }

    /// <summary>The same pose elsewhere.</summary>
    public TrackedInstance Moved(double dx, double dy)
    {
        var points = new double[Points.Length];
        for (var i = 0; i < points.Length; i++)
            points[i] = Points[i] + (i % 2 == 0 ? dx : dy);
        return new TrackedInstance(points, Score);
    }
}
