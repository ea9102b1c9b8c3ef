using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// Reads SLEAP analysis HDF5 in both orders of its axes: by the attribute "dims", or, in files of SLEAP itself, which
/// have none, in the matlab order unless the root's "transpose" is false or the numbers of nodes and tracks fit another
/// order. Every instance is a prediction; an instance without any point is none.
/// </summary>
internal static class AnalysisReader
{
    // Memory of an instance without its points, about.
    private const int InstanceBytes = 192;

    private static readonly string[] Matlab = ["track", "xy", "node", "frame"];
    private static readonly string[] Standard = ["frame", "node", "xy", "track"];

    public static bool Matches(Hdf5Reader file) => file.Contains("tracks") && file.Contains("node_names");

    public static Labels Read(Hdf5Reader file, LabelsReadOptions options)
    {
        var json = new PoseJson(file.Path);
        var sizes = file.Sizes("tracks");
        if (sizes.Length != 4)
            throw json.Fault("tracks", $"has {sizes.Length} axes, and 4 were expected");
        var isStandard =
            file.ReadTextAttribute("/", "preset") == "standard" || file.ReadNumberAttribute("/", "transpose") == 0;
        var names = file.Contains("track_names") ? file.ReadTexts("track_names") : [];
        var dims = file.ReadTextAttribute("tracks", "dims");
        var usual = isStandard ? Standard : Matlab;
        var order = dims is null
            ? AnalysisAxes.Fitting(sizes, usual, file.Sizes("node_names").FirstOrDefault(), names.Count, json)
            : AnalysisAxes.NamesOf(dims, usual, json, "tracks");
        if (!order.Order().SequenceEqual(Matlab.Order()))
        {
            throw json.Fault(
                "tracks@dims",
                $"names the axes {OneLine.Some(order)}, and {string.Join(", ", Matlab)} in any order were expected"
            );
        }

        var axes = new AnalysisAxes(order, sizes);
        var skeleton = options.Skeleton ?? ReadSkeleton(file, json);
        if (axes.Size("node") != skeleton.Nodes.Length || axes.Size("xy") != 2)
        {
            throw json.Fault(
                "tracks",
                $"has {axes.Size("node")} nodes of {axes.Size("xy")} coordinates, and the skeleton has "
                    + $"{skeleton.Nodes.Length} nodes"
            );
        }

        var untracked = (int)(file.ReadNumberAttribute("/", "untracked") ?? 0);
        var tracks = names
            .Take(Math.Max(0, names.Count - Math.Max(0, untracked)))
            .Take((int)axes.Size("track"))
            .Select(n => Track.FromFile(file.Path, "track_names", n))
            .ToList();
        var video = options.Video ?? ReadVideo(file, json, options);
        var scores = new Scores(file, json, axes);
        return new Labels(
            Frames(file, file.ReadNumbers<double>("tracks"), axes, skeleton, tracks, video, scores),
            [video],
            [skeleton],
            tracks,
            provenance: Provenance(file, json)
        );
    }

    private static List<LabeledFrame> Frames(
        Hdf5Reader file,
        double[] points,
        AnalysisAxes axes,
        Skeleton skeleton,
        List<Track> tracks,
        Video video,
        Scores scores
    )
    {
        var frames = new List<LabeledFrame>();
        // Without nodes or tracks there may be frames without end.
        for (var frame = 0; points.Length > 0 && frame < axes.Size("frame"); frame++)
        {
            var instances = new List<Instance>();
            for (var track = 0; track < axes.Size("track"); track++)
            {
                var found = Points(points, axes, skeleton, frame, track, scores);
                if (found.All(p => double.IsNaN(p.X) && double.IsNaN(p.Y)))
                    continue;
                instances.Add(
                    new Instance
                    {
                        Skeleton = skeleton,
                        Points = found,
                        Track = track < tracks.Count ? tracks[track] : null,
                        IsPredicted = true,
                        Score = scores.Instance(frame, track),
                        TrackingScore = scores.Tracking(frame, track),
                    }
                );
            }
            if (instances.Count > 0)
            {
                file.Spend(instances.Count, InstanceBytes + (skeleton.Nodes.Length * Unsafe.SizeOf<Point>()), "tracks");
                frames.Add(
                    new LabeledFrame
                    {
                        Video = video,
                        FrameIndex = frame,
                        Instances = instances,
                    }
                );
            }
        }
        return frames;
    }

    private static ImmutableArray<Point> Points(
        double[] points,
        AnalysisAxes axes,
        Skeleton skeleton,
        int frame,
        int track,
        Scores scores
    )
    {
        var found = ImmutableArray.CreateBuilder<Point>(skeleton.Nodes.Length);
        for (var node = 0; node < found.Capacity; node++)
        {
            var (x, y) = (points[axes.At(frame, track, node)], points[axes.At(frame, track, node, 1)]);
            found.Add(new Point(x, y, !double.IsNaN(x) && !double.IsNaN(y), false, scores.Point(frame, track, node)));
        }
        return found.MoveToImmutable();
    }

    private static Skeleton ReadSkeleton(Hdf5Reader file, PoseJson json)
    {
        var nodes = file.ReadTexts("node_names");
        var edges = file.Contains("edge_inds") ? file.ReadNumbers<int>("edge_inds") : [];
        var symmetries = new List<Symmetry>();
        var places = new Dictionary<string, int>();
        for (var i = 0; i < nodes.Count; i++)
            places.TryAdd(nodes[i], i);
        if (file.ReadTextAttribute("/", "skeleton_symmetries") is { Length: > 0 } text)
        {
            foreach (var pair in json.Array(json.Parse(text, "/@skeleton_symmetries"), "/@skeleton_symmetries"))
            {
                var ends = json.Array(pair, "/@skeleton_symmetries")
                    .Select(e =>
                        e is JsonValue v && v.TryGetValue<string>(out var name)
                            ? places.GetValueOrDefault(name, -1)
                            : json.Whole(e, "/@skeleton_symmetries")
                    )
                    .ToList();
                symmetries.Add(
                    ends.Count == 2
                        ? new Symmetry(ends[0], ends[1])
                        : throw json.Fault("/@skeleton_symmetries", "has a pair that is not of two")
                );
            }
        }
        return Skeleton.FromFile(
            file.Path,
            "node_names",
            file.ReadTextAttribute("/", "skeleton_name") ?? "",
            nodes,
            edges.Chunk(2).Where(e => e.Length == 2).Select(e => new Edge(e[0], e[1])),
            symmetries
        );
    }

    private static Video ReadVideo(Hdf5Reader file, PoseJson json, LabelsReadOptions options)
    {
        var name = file.Contains("video_path") ? file.ReadTexts("video_path").FirstOrDefault() ?? "" : "";
        var row = new JsonObject
        {
            ["filename"] = name.Length > 0 ? name : Path.GetFileNameWithoutExtension(file.Path),
        };
        if (
            file.ReadTextAttribute("/", "video_backend_metadata") is { Length: > 0 } text
            && json.Object(text, "/@video_backend_metadata")["shape"] is { } shape
        )
        {
            row["shape"] = shape.DeepClone();
        }

        return new SlpVideos(json, 1.3, options).Read(
            new JsonObject { ["backend"] = row, ["filename"] = row["filename"]!.DeepClone() },
            "video_path"
        );
    }

    private static JsonObject Provenance(Hdf5Reader file, PoseJson json) =>
        file.Contains("provenance") && file.ReadTexts("provenance").FirstOrDefault() is { Length: > 0 } text
            ? json.Object(text, "provenance")
            : [];

    /// <summary>The arrays of scores, each of which may be missing.</summary>
    private sealed class Scores
    {
        private readonly (double[] Values, AnalysisAxes Axes)? _points;
        private readonly (double[] Values, AnalysisAxes Axes)? _instances;
        private readonly (double[] Values, AnalysisAxes Axes)? _tracking;

        public Scores(Hdf5Reader file, PoseJson json, AnalysisAxes axes)
        {
            _points = Read(file, json, axes, "point_scores", "xy");
            _instances = Read(file, json, axes, "instance_scores", "xy", "node");
            _tracking = Read(file, json, axes, "tracking_scores", "xy", "node");
        }

        public float Point(int frame, int track, int node) =>
            _points is { } p ? (float)p.Values[p.Axes.At(frame, track, node)] : float.NaN;

        public float Instance(int frame, int track) =>
            _instances is { } i ? (float)i.Values[i.Axes.At(frame, track)] : float.NaN;

        public float Tracking(int frame, int track) =>
            _tracking is { } t ? (float)t.Values[t.Axes.At(frame, track)] : float.NaN;

        private static (double[], AnalysisAxes)? Read(
            Hdf5Reader file,
            PoseJson json,
            AnalysisAxes axes,
            string name,
            params string[] without
        )
        {
            if (!file.Contains(name))
                return null;
            var order = AnalysisAxes.NamesOf(
                file.ReadTextAttribute(name, "dims"),
                [.. axes.Names.Except(without)],
                json,
                name
            );
            var sizes = file.Sizes(name);
            if (
                !order.Order().SequenceEqual(axes.Names.Except(without).Order())
                || !order.Select(axes.Size).SequenceEqual(sizes)
            )
            {
                throw json.Fault(
                    name,
                    $"has the sizes {string.Join(" x ", sizes)} for {OneLine.Some(order)}, and "
                        + $"{string.Join(" x ", order.Where(axes.Names.Contains).Select(axes.Size))} were expected"
                );
            }

            return (file.ReadNumbers<double>(name), new AnalysisAxes(order, sizes));
        }
    }
}
