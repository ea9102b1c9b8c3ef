using System.Collections.Immutable;
using System.Globalization;

namespace Sleap.IO;

/// <summary>
/// The tidy table: one row a node of an instance, with the columns video, frame, instance, track, node, x, y, score.
/// Empty cells are missing. An instance with a score anywhere is a prediction, and its score is the mean of its
/// points'.
/// </summary>
internal static class TidyCsv
{
    private static readonly string[] Columns = ["video", "frame", "instance", "track", "node", "x", "y", "score"];
    private static readonly string[] Required = ["frame", "node", "x", "y"];

    /// <summary>Whether a header row is this format's: all required columns are there.</summary>
    public static bool Owns(IReadOnlyList<string> header) => Required.All(c => header.Contains(c));

    public static Labels Read(string path, LabelsReadOptions options)
    {
        var place = new Dictionary<string, int>();
        var (nodes, videos, tracks) = (
            new OrderedDictionary<string, int>(),
            new OrderedDictionary<string, Video>(),
            new OrderedDictionary<string, Track>()
        );
        var frames = new OrderedDictionary<(string Video, int Frame), OrderedDictionary<string, Draft>>();
        foreach (var (line, cells) in CsvFile.Read(path))
        {
            if (place.Count == 0)
            {
                place = Header(cells, path);
                continue;
            }
            string Cell(string column) => place.TryGetValue(column, out var at) && at < cells.Length ? cells[at] : "";
            if (cells.Length < place.Count)
            {
                throw new PoseFormatException(
                    path,
                    $"line {line}",
                    $"has {cells.Length} cells, and the header has {place.Count}."
                );
            }

            var (video, frame, node, track) = (
                Cell("video"),
                CsvFile.Whole(Cell("frame"), path, line, "frame"),
                Cell("node"),
                Cell("track")
            );
            if (node.Length == 0)
                throw CsvFile.Fault(path, line, "node", "is empty");
            nodes.TryAdd(node, nodes.Count);
            if (!videos.ContainsKey(video))
                videos.Add(video, options.Video ?? Found(video, path, options));
            if (track.Length > 0 && !tracks.ContainsKey(track))
                tracks.Add(track, new Track(track));
            if (!frames.TryGetValue((video, frame), out var instances))
                frames.Add((video, frame), instances = []);
            var key = place.ContainsKey("instance") ? Cell("instance") : track;
            if (!instances.TryGetValue(key, out var draft))
                instances.Add(key, draft = new Draft(track));
            var point = new Point(
                CsvFile.Number(Cell("x"), path, line, "x"),
                CsvFile.Number(Cell("y"), path, line, "y"),
                true,
                false,
                (float)CsvFile.Number(Cell("score"), path, line, "score")
            );
            if (!draft.Points.TryAdd(node, point))
            {
                throw CsvFile.Fault(
                    path,
                    line,
                    "node",
                    $"'{node}' is there twice for instance '{key}' of frame {frame}"
                );
            }
        }
        if (place.Count == 0)
            throw new PoseFormatException(path, null, "the file is empty.");
        var skeleton = CsvSkeleton.Choose(options.Skeleton, nodes.Keys, path);
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

    /// <summary>Writes the table; gives back what it cannot hold.</summary>
    public static IReadOnlyList<string> Write(Labels labels, string path)
    {
        AtomicFile.Write(
            path,
            temporary =>
            {
                using var writer = new StreamWriter(temporary) { NewLine = "\n" };
                WriteHeader(writer);
                foreach (var frame in labels.Frames)
                {
                    for (var i = 0; i < frame.Instances.Count; i++)
                        WriteInstance(writer, frame, i);
                }
            }
        );
        return [.. Lost(labels)];
    }

    /// <summary>The first row.</summary>
    public static void WriteHeader(TextWriter writer) => writer.WriteLine(string.Join(',', Columns));

    /// <summary>The rows of one instance.</summary>
    public static void WriteInstance(TextWriter writer, LabeledFrame frame, int number)
    {
        var instance = frame.Instances[number];
        var before =
            $"{CsvFile.Cell(frame.Video.Path)},{frame.FrameIndex.ToString(CultureInfo.InvariantCulture)},{number},{CsvFile.Cell(instance.Track?.Name ?? "")},";
        for (var n = 0; n < instance.Points.Length; n++)
        {
            var p = instance.Points[n].IsMissing
                ? instance.Points[n] with
                {
                    X = double.NaN,
                    Y = double.NaN,
                }
                : instance.Points[n];
            writer.Write(before);
            writer.WriteLine(
                $"{CsvFile.Cell(instance.Skeleton.Nodes[n])},{CsvFile.Cell(p.X)},{CsvFile.Cell(p.Y)},{CsvFile.Cell(p.Score)}"
            );
        }
    }

    private static IEnumerable<string> Lost(Labels labels)
    {
        var losses = new TidyCsvLosses();
        losses.Add(labels.Skeletons, labels.Tracks);
        foreach (var frame in labels.Frames)
            losses.Add(frame);
        return labels.Suggestions.Count > 0
            ? [.. losses.Sentences(), $"The table has no place for {labels.Suggestions.Count} suggestions."]
            : losses.Sentences();
    }

    private static Dictionary<string, int> Header(string[] cells, string path)
    {
        if (!Owns(cells))
        {
            throw new PoseFormatException(
                path,
                "line 1",
                $"the columns are {string.Join(", ", cells.Take(12))}, and "
                    + $"at least {string.Join(", ", Required)} were expected."
            );
        }

        var place = new Dictionary<string, int>();
        for (var i = 0; i < cells.Length; i++)
        {
            if (!place.TryAdd(cells[i], i))
                throw new PoseFormatException(path, "line 1", $"two columns are named '{cells[i]}'.");
        }
        return place;
    }

    /// <summary>The video that a table names: a movie, or a picture.</summary>
    public static Video Found(string name, string path, LabelsReadOptions options)
    {
        var finder = new VideoFinder(Path.GetDirectoryName(Path.GetFullPath(path))!, options.SearchFolders);
        return ImageFiles.IsImage(name) && !ImageFiles.IsTiff(name)
            ? new Video(name, VideoKind.Images)
            {
                ImagePaths = [name],
                FoundImages = [finder.Find(name) ?? name],
                FoundPath = finder.Find(name),
            }
            : new Video(name, ImageFiles.IsTiff(name) ? VideoKind.Tiff : VideoKind.Movie)
            {
                FoundPath = finder.Find(name),
            };
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
            var scores = points.Where(p => !float.IsNaN(p.Score)).Select(p => p.Score).ToList();
            return new Instance
            {
                Skeleton = skeleton,
                Points = points,
                Track = track.Length == 0 ? null : tracks[track],
                IsPredicted = scores.Count > 0,
                Score = scores.Count > 0 ? scores.Average() : 0,
            };
        }
    }
}
