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

/// <summary>One animal of one frame, as the tracker keeps it.</summary>
internal sealed class TrackedPose
{
    public TrackedPose(double[] points, double score)
    {
        Points = points;
        Score = score;
        for (var node = 0; node < points.Length; node += 2)
            Visible += double.IsNaN(points[node]) || double.IsNaN(points[node + 1]) ? 0 : 1;
    }

    /// <summary>x and y of each node, NaN = missing.</summary>
    public double[] Points { get; }

    /// <summary>Confidence of the animal; NaN when there is none.</summary>
    public double Score { get; }

    /// <summary>How many nodes have both coordinates.</summary>
    public int Visible { get; }

    /// <summary>A point that is not finite counts as missing.</summary>
    public static TrackedPose From(ReadOnlySpan<float> points, double score)
    {
        var copy = new double[points.Length];
        for (var i = 0; i < copy.Length; i++)
            copy[i] = float.IsFinite(points[i]) ? points[i] : double.NaN;
        return new TrackedPose(copy, score);
    }

    public double[] Feature(TrackFeatures features) =>
        features switch
        {
            TrackFeatures.Centroids => Centroid(),
            TrackFeatures.BoundingBoxes => Box(),
            _ => Points,
        };

    /// <summary>Median of the visible values of each coordinate.</summary>
    public double[] Centroid() => [Median(Coordinate(0)), Median(Coordinate(1))];

    /// <summary>Smallest x and y, largest x and y of the visible values; NaN when there are none.</summary>
    public double[] Box()
    {
        double[] x = Coordinate(0),
            y = Coordinate(1);
        return x.Length == 0 || y.Length == 0
            ? [double.NaN, double.NaN, double.NaN, double.NaN]
            : [x[0], y[0], x[^1], y[^1]];
    }

    public TrackedPose Moved(double dx, double dy)
    {
        var points = new double[Points.Length];
        for (var i = 0; i < points.Length; i++)
            points[i] = Points[i] + (i % 2 == 0 ? dx : dy);
        return new TrackedPose(points, Score);
    }

    private double[] Coordinate(int axis)
    {
        var values = new List<double>(Points.Length / 2);
        for (var i = axis; i < Points.Length; i += 2)
        {
            if (!double.IsNaN(Points[i]))
                values.Add(Points[i]);
        }

        values.Sort();
        return [.. values];
    }

    private static double Median(double[] sorted) =>
        sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}
