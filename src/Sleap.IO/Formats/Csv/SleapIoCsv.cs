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

    private SleapIoCsv(string path, LabelsReadOptions options)
    {
        _path = path;
        _options = options;
        _finder = new VideoFinder(path, options.SearchFolders);
    }

    /// <summary>Whether a header row is one of sleap-io's tables.</summary>
    public static bool Matches(IReadOnlyList<string> header) => header.Contains("frame_idx");

    public static Labels Read(string path, LabelsReadOptions options) => new SleapIoCsv(path, options).Read();

    private Labels Read()
    {
        var rows = CsvFile.Read(_path).ToList();
        foreach (var (name, at) in rows[0].Cells.Select((c, i) => (c, i)))
        {
            if (!_place.TryAdd(name, at))
                throw new PoseFormatException(_path, "line 1", $"two columns are named '{name}'.");
        }
        var columns = rows[0].Cells;
        var isPoints = _place.ContainsKey("node") && _place.ContainsKey("x") && _place.ContainsKey("y");
        // In a table of frames the instance stands before the node: inst0.nose.x.
        var instances = isPoints ? [] : columns.Select(InstanceOf).OfType<string>().Distinct().ToList();
        string[] prefixes = instances.Count > 0 ? [.. instances.Select(a => a + ".")] : [""];
        var nodes = isPoints
            ? rows.Skip(1).Select(r => Cell(r.Cells, "node")).Distinct().ToList()
            : [.. prefixes.SelectMany(p => Nodes(columns, p)).Distinct()];
        if (nodes.Count == 0)
        {
            throw new PoseFormatException(
                _path,
                "line 1",
                $"the columns are {string.Join(", ", columns.Take(12))}, and columns 'node.x' and 'node.y', or node, x "
                    + "and y, were expected."
            );
        }

        foreach (var (line, cells) in rows.Skip(1))
        {
            if (cells.Length != columns.Length)
            {
                throw new PoseFormatException(
                    _path,
                    $"line {line}",
                    $"has {cells.Length} cells, and the header has {columns.Length}."
                );
            }

            if (isPoints)
                ReadPoint(line, cells);
            else
                ReadWide(line, cells, prefixes, nodes);
        }
        var skeleton = TableSkeleton.Choose(_options.Skeleton, nodes, _path);
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

    private IEnumerable<string> Nodes(string[] columns, string prefix) =>
        columns
            .Where(c =>
                c.StartsWith(prefix, StringComparison.Ordinal)
                && c.Length > prefix.Length + 2
                && c.EndsWith(".x", StringComparison.Ordinal)
                && _place.ContainsKey(c[..^2] + ".y")
            )
            .Select(c => c[prefix.Length..^2]);

    private void ReadPoint(int line, string[] cells)
    {
        var (drafts, node) = (Frame(line, cells), Cell(cells, "node"));
        if (node.Length == 0)
            throw CsvFile.Fault(_path, line, "node", "is empty");
        var track = TrackOf(Cell(cells, "track"));
        // Rows of one instance follow each other, also without a track.
        var draft = drafts.LastOrDefault(d => d.Track == track);
        if (draft is null || (track is null && draft.Points.ContainsKey(node)))
        {
            drafts.Add(
                draft = new Draft(
                    track,
                    (float)Number(cells, "instance_score", line),
                    (float)Number(cells, "track_score", line)
                )
            );
        }

        if (!draft.Points.TryAdd(node, PointAt(cells, "", line)))
            throw CsvFile.Fault(_path, line, "node", $"'{node}' is there twice for the track '{track?.Name}'");
    }

    private void ReadWide(int line, string[] cells, string[] prefixes, List<string> nodes)
    {
        var drafts = Frame(line, cells);
        foreach (var prefix in prefixes)
        {
            var score = (float)Number(
                cells,
                _place.ContainsKey("instance.score") && prefix.Length == 0 ? "instance.score" : $"{prefix}score",
                line
            );
            var draft = new Draft(
                TrackOf(Cell(cells, $"{prefix}track")),
                score,
                (float)Number(cells, $"{prefix}track_score", line)
            );
            foreach (var node in nodes.Where(n => _place.ContainsKey($"{prefix}{n}.x")))
                draft.Points.Add(node, PointAt(cells, $"{prefix}{node}.", line));
            // A frame with fewer instances than another has empty cells for the rest.
            if (prefix.Length == 0 || !draft.IsEmpty)
                drafts.Add(draft);
        }
    }

    private List<Draft> Frame(int line, string[] cells)
    {
        var video = Cell(cells, "video");
        if (!_videos.ContainsKey(video))
        {
            _videos.Add(video, _options.Video ?? (video.Length > 0 ? _finder.Video(video) : _finder.MovieOfTable()));
        }

        var frame = CsvFile.Whole(Cell(cells, "frame_idx"), _path, line, "frame_idx");
        if (!_frames.TryGetValue((video, frame), out var drafts))
            _frames.Add((video, frame), drafts = []);
        return drafts;
    }

    private Track? TrackOf(string name)
    {
        if (name.Length == 0)
            return null;
        if (!_tracks.TryGetValue(name, out var track))
            _tracks.Add(name, track = new Track(name));
        return track;
    }

    private Point PointAt(string[] cells, string prefix, int line)
    {
        var (x, y, score) = (
            Number(cells, $"{prefix}x", line),
            Number(cells, $"{prefix}y", line),
            (float)Number(cells, $"{prefix}score", line)
        );
        return double.IsNaN(x) || double.IsNaN(y)
            ? Point.Missing with
            {
                Score = score,
            }
            : new Point(x, y, true, false, score);
    }

    private string Cell(string[] cells, string column) =>
        _place.TryGetValue(column, out var at) && at < cells.Length ? cells[at] : "";

    private double Number(string[] cells, string column, int line) =>
        CsvFile.Number(Cell(cells, column), _path, line, column);

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
