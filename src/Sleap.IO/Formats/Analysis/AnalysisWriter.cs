using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// Writes SLEAP analysis HDF5 in the order that SLEAP writes (track, xy, node, frame), a file for each video. Instances
/// without a track, or whose track is taken in their frame, get columns of their own behind the tracks; the root
/// attribute "untracked" counts those.
/// </summary>
internal sealed class AnalysisWriter
{
    private readonly Labels _labels;
    private readonly Video _video;
    private readonly Skeleton _skeleton;
    private readonly List<LabeledFrame> _frames;
    private readonly List<Track> _tracks;
    private readonly List<(int Frame, int Column, Instance Instance)> _placed = [];
    private int _untracked;
    private int _moved;

    private AnalysisWriter(Labels labels, Video video, string path)
    {
        _labels = labels;
        _video = video;
        _frames = [.. labels.FramesInOrder.Where(f => f.Video == video)];
        var instances = _frames.SelectMany(f => f.Instances).ToList();
        _skeleton = LabelFormats.OnlySkeleton(labels, instances, $"the video {video.Path}", path, "node_names");
        _tracks = [.. labels.Tracks.Where(t => instances.Any(i => ReferenceEquals(i.Track, t)))];
    }

    public static IReadOnlyList<string> Write(Labels labels, string path) =>
        WriteEach(labels, path, (video, name) => new AnalysisWriter(labels, video, name).WriteFile(name));

    /// <summary>Writes a file for each video, of a format that holds one a file.</summary>
    /// <param name="labels">The labels.</param>
    /// <param name="path">The file; of several videos each has its number and name in it.</param>
    /// <param name="write">Writes a video into a file; returns what the format cannot hold.</param>
    public static IReadOnlyList<string> WriteEach(
        Labels labels,
        string path,
        Func<Video, string, IEnumerable<string>> write
    )
    {
        var used = labels.Frames.Select(frame => frame.Video).ToHashSet(ReferenceEqualityComparer.Instance);
        var videos = labels.Videos.Where(used.Contains).ToList();
        if (videos.Count == 0)
            videos = [.. labels.Videos.Take(1)];
        if (videos.Count == 0)
            throw new PoseFormatException(path, null, "the labels have no video, and the format holds one a file.");
        var remarks = new List<string>();
        for (var i = 0; i < videos.Count; i++)
        {
            var name = videos.Count == 1 ? path : Numbered(path, i, videos[i]);
            if (videos.Count > 1)
                remarks.Add($"The format holds one video a file: {videos[i].Path} is in {name}.");
            remarks.AddRange(write(videos[i], name));
        }
        return remarks;
    }

    /// <summary>labels.analysis.h5 becomes labels.000_movie.analysis.h5, as SLEAP names them.</summary>
    private static string Numbered(string path, int number, Video video)
    {
        var file = Path.GetFileName(path);
        var dot = file.IndexOf('.');
        var movie = string.Concat(
            Path.GetFileNameWithoutExtension(video.Path.Replace('\\', '/'))
                .Where(c => char.IsLetterOrDigit(c) || c is '-' or '_')
        );
        return Path.Combine(Path.GetDirectoryName(path) ?? "", $"{file[..dot]}.{number:D3}_{movie}{file[dot..]}");
    }

    private List<string> WriteFile(string path)
    {
        Place();
        var last = _frames.Select(f => (long)f.FrameIndex).DefaultIfEmpty(-1).Max();
        var count = Math.Max(_video.Shape?.Frames ?? 0, last + 1);
        var columns = _tracks.Count + _untracked;
        LabelFormats.CheckFrames(count, (long)columns * _skeleton.Nodes.Length * 2, path, "tracks");
        AtomicFile.Write(path, stream => WriteArrays(stream, path, (int)count, columns));
        return Lost();
    }

    /// <summary>Gives every instance a column: people's labels first, so that they keep their tracks.</summary>
    private void Place()
    {
        foreach (var group in _frames.GroupBy(f => f.FrameIndex))
        {
            var taken = new HashSet<int>();
            var extra = 0;
            foreach (var instance in group.SelectMany(f => f.Instances).OrderBy(i => i.IsPredicted))
            {
                var column = instance.Track is null ? -1 : _tracks.IndexOf(instance.Track);
                var isFree = column >= 0 && taken.Add(column);
                _moved += column >= 0 && !isFree ? 1 : 0;
                _placed.Add((group.Key, isFree ? column : _tracks.Count + extra++, instance));
            }
            _untracked = Math.Max(_untracked, extra);
        }
    }

    private void WriteArrays(Stream stream, string path, int count, int columns)
    {
        var nodes = _skeleton.Nodes.Length;
        var trackAxes = new AnalysisAxes(["track", "xy", "node", "frame"], [columns, 2, nodes, count]);
        var pointAxes = new AnalysisAxes(["track", "node", "frame"], [columns, nodes, count]);
        var instanceAxes = new AnalysisAxes(["track", "frame"], [columns, count]);
        var occupancyAxes = new AnalysisAxes(["frame", "track"], [count, columns]);
        var (points, pointScores) = (Missing(trackAxes), Missing(pointAxes));
        var (scores, tracking, occupancy) = (
            Missing(instanceAxes),
            Missing(instanceAxes),
            new byte[(long)count * columns]
        );
        foreach (var (frame, column, instance) in _placed)
        {
            occupancy[occupancyAxes.At(frame, column)] = 1;
            scores[instanceAxes.At(frame, column)] = instance.Score;
            tracking[instanceAxes.At(frame, column)] = instance.TrackingScore;
            for (var n = 0; n < nodes; n++)
            {
                var p = instance.Points[n];
                points[trackAxes.At(frame, column, n)] = p.IsMissing ? double.NaN : p.X;
                points[trackAxes.At(frame, column, n, 1)] = p.IsMissing ? double.NaN : p.Y;
                pointScores[pointAxes.At(frame, column, n)] = p.Score;
            }
        }
        using var file = new Hdf5Writer(stream, path);
        Array(file, "tracks", points, trackAxes);
        Array(file, "point_scores", pointScores, pointAxes);
        Array(file, "instance_scores", scores, instanceAxes);
        Array(file, "tracking_scores", tracking, instanceAxes);
        Array(file, "track_occupancy", occupancy, occupancyAxes);
        WriteNames(file);
        file.Complete();
    }

    private void WriteNames(Hdf5Writer file)
    {
        string[] names =
        [
            .. _tracks.Select(t => t.Name),
            .. Enumerable.Range(0, _untracked).Select(i => $"untracked_{i}"),
        ];
        file.FixedTexts("track_names", names, [names.Length]);
        file.FixedTexts("node_names", _skeleton.Nodes, [_skeleton.Nodes.Length]);
        file.FixedTexts(
            "edge_names",
            [.. _skeleton.Edges.SelectMany(e => new[] { _skeleton.Nodes[e.Source], _skeleton.Nodes[e.Destination] })],
            [_skeleton.Edges.Length, 2]
        );
        file.Numbers<long>(
            "edge_inds",
            [.. _skeleton.Edges.SelectMany(e => new long[] { e.Source, e.Destination })],
            [_skeleton.Edges.Length, 2]
        );
        file.FixedTexts("labels_path", [""], []);
        file.FixedTexts("video_path", [_video.FoundPath ?? _video.Path], []);
        file.Numbers<long>("video_ind", [_labels.Videos.ToList().IndexOf(_video)], []);
        file.FixedTexts("provenance", [PoseJson.Copy(_labels.Provenance).ToJsonString()], []);
        file.TextAttribute("/", "format", "analysis");
        file.TextAttribute("/", "preset", "matlab");
        file.TextAttribute("/", "skeleton_name", _skeleton.Name);
        file.TextAttribute(
            "/",
            "skeleton_symmetries",
            new JsonArray([
                .. _skeleton.Symmetries.Select(s => new JsonArray(_skeleton.Nodes[s.First], _skeleton.Nodes[s.Second])),
            ]).ToJsonString()
        );
        file.NumberAttribute<long>("/", "untracked", _untracked);
        if (_video.Shape is { } shape)
        {
            file.TextAttribute(
                "/",
                "video_backend_metadata",
                new JsonObject { ["shape"] = SlpVideoRow.Sizes(shape) }.ToJsonString()
            );
        }
    }

    private List<string> Lost()
    {
        return [.. FormatLosses.OfTracks(_frames, [.. _placed.Select(p => p.Instance)], _moved)];
    }

    private static double[] Missing(AnalysisAxes axes)
    {
        var values = new double[axes.Sizes.Aggregate(1L, (a, b) => a * b)];
        System.Array.Fill(values, double.NaN);
        return values;
    }

    private static void Array<T>(Hdf5Writer file, string name, T[] values, AnalysisAxes axes)
        where T : unmanaged
    {
        file.Numbers<T>(name, values, [.. axes.Sizes], isCompressed: true);
        file.TextAttribute(name, "dims", axes.Dims());
    }
}
