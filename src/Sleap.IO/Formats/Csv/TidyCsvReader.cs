using System.Collections.Immutable;

namespace Sleap.IO;

/// <summary>
/// Reads the tidy table: one row a node of an instance, see <see cref="TidyCsvWriter.Columns"/>. Earlier versions and
/// other tables of this project have "frame" for frame_idx, "video" for video_path, and no track_score and
/// instance_score. Empty cells are missing. An instance with a score anywhere is a prediction, and its score is the
/// mean of its points' if it has none itself.
/// </summary>
internal static class TidyCsvReader
{
    private static readonly string[] Required = ["frame_idx", "node", "x", "y"];

    /// <summary>
    /// Whether a header row is this format's: all required columns are there. Without a column of instances, frame_idx
    /// is that of sleap-io's own tables.
    /// </summary>
    public static bool Matches(IReadOnlyList<string> header) =>
        Required.Skip(1).All(c => header.Contains(c))
        && (header.Contains("frame") || (header.Contains("frame_idx") && header.Contains("instance")));

    public static Labels Read(string path, LabelsReadOptions options)
    {
        var finder = new VideoFinder(path, options);
        var (place, frameColumn, videoColumn) = (new Dictionary<string, int>(), "", "");
        var (nodes, videos, tracks) = (
            new OrderedDictionary<string, int>(),
            new OrderedDictionary<string, Video>(),
            new OrderedDictionary<string, Track>()
        );
        var frames = new OrderedDictionary<(string Video, int Frame), OrderedDictionary<string, Draft>>();
        var (rows, drafts) = (0L, 0L);
        foreach (var row in CsvTable.Read(path))
        {
            if (place.Count == 0)
            {
                place = Header(row.Cells, path);
                frameColumn = place.ContainsKey("frame_idx") ? "frame_idx" : "frame";
                videoColumn = place.ContainsKey("video_path") ? "video_path" : "video";
                continue;
            }
            rows++;
            int At(string column) => place.GetValueOrDefault(column, int.MaxValue);
            string Cell(string column) => row[At(column)];
            float Score(string column) => (float)row.Number(At(column), column);
            if (row.Count < place.Count)
                throw row.Fault($"has {row.Count} cells, and the header has {place.Count}");
            var (video, frame, node, track) = (
                Cell(videoColumn),
                row.Whole(At(frameColumn), frameColumn),
                Cell("node"),
                Cell("track")
            );
            if (node.Length == 0)
                throw row.Fault("node", "is empty");
            nodes.TryAdd(node, nodes.Count);
            if (!videos.ContainsKey(video))
                videos.Add(video, options.Video ?? finder.Video(video));
            if (track.Length > 0 && !tracks.ContainsKey(track))
                tracks.Add(track, Track.FromFile(path, $"line {row.Line}, column track", track));
            if (!frames.TryGetValue((video, frame), out var instances))
                frames.Add((video, frame), instances = []);
            var key = place.ContainsKey("instance") ? Cell("instance") : track;
            if (!instances.TryGetValue(key, out var draft))
            {
                draft = new Draft(track, Score("instance_score"), Score("track_score"));
                instances.Add(key, draft);
                drafts++;
            }

            var point = new Point(row.Number(At("x"), "x"), row.Number(At("y"), "y"), true, false, Score("score"));
            if (!draft.Points.TryAdd(node, point))
            {
                throw row.Fault(
                    "node",
                    $"'{OneLine.Short(node)}' is there twice for instance '{OneLine.Short(key)}' of frame {frame}"
                );
            }
        }
        if (place.Count == 0)
            throw new PoseFormatException(path, null, "the file is empty.");
        var skeleton = TableSkeleton.Choose(options.Skeleton, nodes.Keys, path);
        TableSkeleton.CheckPoints(drafts, skeleton, rows, path);
        return new Labels(
            frames.Select(f => new LabeledFrame
            {
                Video = videos[f.Key.Video],
                FrameIndex = f.Key.Frame,
                Instances = [.. f.Value.Values.Select(d => d.Build(skeleton, tracks))],
            }),
            videos.Values.Distinct(),
            [skeleton],
            tracks.Values
        );
    }

    private static Dictionary<string, int> Header(IReadOnlyList<string> cells, string path)
    {
        if (!Matches(cells))
        {
            throw new PoseFormatException(
                path,
                "line 1",
                $"the columns are {OneLine.Some(cells)}, and at least {string.Join(", ", Required)} were " + "expected."
            );
        }

        var place = new Dictionary<string, int>();
        for (var i = 0; i < cells.Count; i++)
        {
            if (!place.TryAdd(cells[i], i))
                throw new PoseFormatException(path, "line 1", $"two columns are named '{OneLine.Short(cells[i])}'.");
        }
        return place;
    }

    private sealed class Draft(string track, float score, float trackingScore)
    {
        public Dictionary<string, Point> Points { get; } = [];

        public Instance Build(Skeleton skeleton, OrderedDictionary<string, Track> tracks)
        {
            // A missing point keeps its score: predictions have one for what they did not find, too.
            var points = skeleton
                .Nodes.Select(n =>
                    !Points.TryGetValue(n, out var p) ? Point.Missing
                    : p.IsMissing ? Point.Missing with { Score = p.Score }
                    : p
                )
                .ToImmutableArray();
            var known = float.IsNaN(score) ? Instance.MeanPointScore(points) : score;
            return new Instance
            {
                Skeleton = skeleton,
                Points = points,
                Track = track.Length == 0 ? null : tracks[track],
                IsPredicted = known is not null,
                TrackingScore = trackingScore,
                Score = known ?? 0,
            };
        }
    }
}
