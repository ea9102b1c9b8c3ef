using System.Collections.Immutable;

namespace Sleap.IO;

/// <summary>
/// Reads the tidy table: one row a node of an instance, with the columns video, frame, instance, track, node, x, y, score.
/// Empty cells are missing. An instance with a score anywhere is a prediction, and its score is the mean of its
/// points'.
/// </summary>
internal static class TidyCsvReader
{
    private static readonly string[] Required = ["frame", "node", "x", "y"];

    /// <summary>Whether a header row is this format's: all required columns are there.</summary>
    public static bool Matches(IReadOnlyList<string> header) => Required.All(c => header.Contains(c));

    public static Labels Read(string path, LabelsReadOptions options)
    {
        var finder = new VideoFinder(path, options.SearchFolders);
        var place = new Dictionary<string, int>();
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
                continue;
            }
            rows++;
            int At(string column) => place.GetValueOrDefault(column, int.MaxValue);
            string Cell(string column) => row[At(column)];
            if (row.Count < place.Count)
                throw row.Fault($"has {row.Count} cells, and the header has {place.Count}");
            var (video, frame, node, track) = (
                Cell("video"),
                row.Whole(At("frame"), "frame"),
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
                instances.Add(key, draft = new Draft(track));
                drafts++;
            }

            var point = new Point(
                row.Number(At("x"), "x"),
                row.Number(At("y"), "y"),
                true,
                false,
                (float)row.Number(At("score"), "score")
            );
            if (!draft.Points.TryAdd(node, point))
            {
                throw row.Fault(
                    "node",
                    $"'{CsvNumbers.Short(node)}' is there twice for instance '{CsvNumbers.Short(key)}' of frame {frame}"
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
                throw new PoseFormatException(path, "line 1", $"two columns are named '{CsvNumbers.Short(cells[i])}'.");
        }
        return place;
    }

    private sealed class Draft(string track)
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
            var score = Instance.MeanPointScore(points);
            return new Instance
            {
                Skeleton = skeleton,
                Points = points,
                Track = track.Length == 0 ? null : tracks[track],
                IsPredicted = score is not null,
                Score = score ?? 0,
            };
        }
    }
}
