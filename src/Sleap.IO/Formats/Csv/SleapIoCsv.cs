using System.Collections.Immutable;

namespace Sleap.IO;

/// <summary>
/// Reads the four tables that sleap-io writes: "sleap" and "instances" (a row an instance), "frames" (a row a frame,
/// columns inst0.nose.x …) and "points" (a row a point). They know nodes, tracks and scores; nodes keep the order of
/// the file, and a score anywhere makes an instance a prediction.
/// </summary>
internal sealed class SleapIoCsv
{
    private readonly string _path;
    private readonly LabelsReadOptions _options;
    private readonly VideoFinder _finder;
    private readonly Dictionary<string, int> _place = [];
    private readonly OrderedDictionary<string, Track> _tracks = [];
    private readonly OrderedDictionary<string, Video> _videos = [];
    private readonly OrderedDictionary<(string Video, int Frame), List<Draft>> _frames = [];

    // The last instance of a frame and track.
    private readonly Dictionary<(List<Draft> Frame, string Track), Draft> _last = [];

    private SleapIoCsv(string path, LabelsReadOptions options)
    {
        _path = path;
        _options = options;
        _finder = new VideoFinder(path, options);
    }

    /// <summary>Whether a header row is one of sleap-io's tables.</summary>
    public static bool Matches(IReadOnlyList<string> header) => header.Contains("frame_idx");

    public static Labels Read(string path, LabelsReadOptions options) => new SleapIoCsv(path, options).Read();

    private Labels Read()
    {
        var rows = CsvTable.Read(_path).ToList();
        foreach (var (name, at) in rows[0].Cells.Select((c, i) => (c, i)))
        {
            if (!_place.TryAdd(name, at))
                throw new PoseFormatException(_path, "line 1", $"two columns are named '{OneLine.Short(name)}'.");
        }
        var columns = rows[0].Cells;
        var isPoints = _place.ContainsKey("node") && _place.ContainsKey("x") && _place.ContainsKey("y");
        // In a table of frames the instance stands before the node: inst0.nose.x.
        var instances = isPoints ? [] : columns.Select(InstanceOf).OfType<string>().Distinct().ToList();
        var prefixed = columns
            .GroupBy(c => instances.Count == 0 ? "" : $"{InstanceOf(c)}.")
            .ToDictionary(g => g.Key, g => Nodes(g, g.Key).ToList());
        (string Prefix, List<string> Nodes)[] parts =
        [
            .. instances.Select(a => a + ".").DefaultIfEmpty("").Select(p => (p, prefixed[p])),
        ];
        var nodes = isPoints
            ? rows.Skip(1).Select(r => r[At("node")]).Distinct().ToList()
            : [.. parts.SelectMany(p => p.Nodes).Distinct()];
        if (nodes.Count == 0)
        {
            throw new PoseFormatException(
                _path,
                "line 1",
                $"the columns are {OneLine.Some(columns)}, and columns 'node.x' and 'node.y', or node, x "
                    + "and y, were expected."
            );
        }

        foreach (var row in rows.Skip(1))
        {
            if (row.Count != columns.Count)
                throw row.Fault($"has {row.Count} cells, and the header has {columns.Count}");
            if (isPoints)
                ReadPoint(row);
            else
                ReadWide(row, parts);
        }
        var skeleton = TableSkeleton.Choose(_options.Skeleton, nodes, _path);
        TableSkeleton.CheckPoints(_frames.Values.Sum(f => (long)f.Count), skeleton, rows.Count, _path);
        return new Labels(
            _frames.Select(f => new LabeledFrame
            {
                Video = _videos[f.Key.Video],
                FrameIndex = f.Key.Frame,
                Instances = [.. f.Value.Select(d => d.Build(skeleton))],
            }),
            _videos.Values.Distinct(),
            [skeleton],
            _tracks.Values
        );
    }

    private static string? InstanceOf(string column)
    {
        var dot = column.IndexOf('.');
        return
            dot > 4
            && column.StartsWith("inst", StringComparison.Ordinal)
            && column.AsSpan(4, dot - 4).IndexOfAnyExceptInRange('0', '9') < 0
            ? column[..dot]
            : null;
    }

    private IEnumerable<string> Nodes(IEnumerable<string> columns, string prefix) =>
        columns
            .Where(c =>
                c.StartsWith(prefix, StringComparison.Ordinal)
                && c.Length > prefix.Length + 2
                && c.EndsWith(".x", StringComparison.Ordinal)
                && _place.ContainsKey(c[..^2] + ".y")
            )
            .Select(c => c[prefix.Length..^2]);

    private void ReadPoint(CsvRow row)
    {
        var (drafts, node) = (Frame(row), row[At("node")]);
        if (node.Length == 0)
            throw row.Fault("node", "is empty");
        var track = TrackOf(row[At("track")]);
        // Rows of one instance follow each other, also without a track.
        var key = (drafts, row[At("track")]);
        if (!_last.TryGetValue(key, out var draft) || (track is null && draft.Points.ContainsKey(node)))
        {
            _last[key] = draft = new Draft(
                track,
                (float)Number(row, "instance_score"),
                (float)Number(row, "track_score")
            );
            drafts.Add(draft);
        }

        if (!draft.Points.TryAdd(node, PointAt(row, "")))
        {
            throw row.Fault(
                "node",
                $"'{OneLine.Short(node)}' is there twice for the track '{OneLine.Short(key.Item2)}'"
            );
        }
    }

    private void ReadWide(CsvRow row, (string Prefix, List<string> Nodes)[] parts)
    {
        var drafts = Frame(row);
        foreach (var (prefix, nodes) in parts)
        {
            var score = (float)Number(
                row,
                _place.ContainsKey("instance.score") && prefix.Length == 0 ? "instance.score" : $"{prefix}score"
            );
            var draft = new Draft(
                TrackOf(row[At($"{prefix}track")]),
                score,
                (float)Number(row, $"{prefix}track_score")
            );
            foreach (var node in nodes)
                draft.Points.Add(node, PointAt(row, $"{prefix}{node}."));
            // A frame with fewer instances than another has empty cells for the rest.
            if (prefix.Length == 0 || !draft.IsEmpty)
                drafts.Add(draft);
        }
    }

    private List<Draft> Frame(CsvRow row)
    {
        var video = row[At(_place.ContainsKey("video_path") ? "video_path" : "video")];
        if (!_videos.ContainsKey(video))
        {
            _videos.Add(video, _options.Video ?? (video.Length > 0 ? _finder.Video(video) : _finder.MovieOfTable()));
        }

        var frame = row.Whole(At("frame_idx"), "frame_idx");
        if (!_frames.TryGetValue((video, frame), out var drafts))
            _frames.Add((video, frame), drafts = []);
        return drafts;
    }

    private Track? TrackOf(string name)
    {
        if (name.Length == 0)
            return null;
        if (!_tracks.TryGetValue(name, out var track))
            _tracks.Add(name, track = Track.FromFile(_path, "column track", name));
        return track;
    }

    private Point PointAt(CsvRow row, string prefix)
    {
        var (x, y, score) = (
            Number(row, $"{prefix}x"),
            Number(row, $"{prefix}y"),
            (float)Number(row, $"{prefix}score")
        );
        return double.IsNaN(x) || double.IsNaN(y)
            ? Point.Missing with
            {
                Score = score,
            }
            : new Point(x, y, true, false, score);
    }

    private int At(string column) => _place.GetValueOrDefault(column, int.MaxValue);

    private double Number(CsvRow row, string column) => row.Number(At(column), column);

    private sealed class Draft(Track? track, float score, float trackingScore)
    {
        public Track? Track => track;

        public Dictionary<string, Point> Points { get; } = [];

        public bool IsEmpty =>
            track is null && float.IsNaN(score) && Points.Values.All(p => p.IsMissing && float.IsNaN(p.Score));

        public Instance Build(Skeleton skeleton)
        {
            var points = skeleton.Nodes.Select(n => Points.GetValueOrDefault(n, Point.Missing)).ToImmutableArray();
            var known = float.IsNaN(score) ? Instance.MeanPointScore(points) : score;
            return new Instance
            {
                Skeleton = skeleton,
                Points = points,
                Track = track,
                IsPredicted = known is not null,
                TrackingScore = trackingScore,
                Score = known ?? 0,
            };
        }
    }
}
