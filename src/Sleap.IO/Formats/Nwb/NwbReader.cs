using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Sleap.IO;

/// <summary>
/// Reads poses from NWB files with the extension ndx-pose, as SLEAP, sleap-io and DeepLabCut write them: in each
/// processing module, one PoseEstimation container for each animal, and in it one PoseEstimationSeries for each node (data,
/// confidence, times). Every instance is a prediction whose score is the mean of its points' scores; the container's
/// name is the track.
/// </summary>
internal sealed class NwbReader
{
    private const string Root = "processing";
    private const int MaxNodes = 10_000;

    // Memory of a position, and of an instance without its points, about.
    private const int PositionBytes = 128;
    private const int InstanceBytes = 320;

    private readonly Hdf5Reader _file;
    private readonly LabelsReadOptions _options;
    private readonly Dictionary<string, Skeleton> _skeletons = [];
    private readonly OrderedDictionary<string, Video> _videos = [];
    private readonly OrderedDictionary<string, Track> _tracks = [];
    private readonly Dictionary<(Video Video, int Frame), List<Instance>> _frames = [];

    private NwbReader(Hdf5Reader file, LabelsReadOptions options)
    {
        _file = file;
        _options = options;
    }

    public static Labels Read(string path, LabelsReadOptions options)
    {
        using var file = Hdf5Reader.Open(path);
        return new NwbReader(file, options).Read();
    }

    private Labels Read()
    {
        if (!_file.Contains(Root))
            throw new PoseFormatException(_file.Path, Root, "is not there, so this is not an NWB file with poses.");
        foreach (var module in _file.Members(Root))
        {
            foreach (
                var member in _file
                    .Members($"{Root}/{module}")
                    .Where(m => TypeOf($"{Root}/{module}/{m}") == "PoseEstimation")
            )
            {
                ReadContainer($"{Root}/{module}/{member}", member);
            }
        }
        if (_skeletons.Count == 0)
        {
            throw new PoseFormatException(
                _file.Path,
                Root,
                "holds no PoseEstimation of ndx-pose; its modules are " + $"{OneLine.Some(_file.Members(Root))}."
            );
        }

        var videos = _videos.Values.Distinct().ToList();
        var order = videos.Select((v, i) => (v, i)).ToDictionary(p => p.v, p => p.i);
        return new Labels(
            _frames
                .OrderBy(f => order[f.Key.Video])
                .ThenBy(f => f.Key.Frame)
                .Select(f => new LabeledFrame
                {
                    Video = f.Key.Video,
                    FrameIndex = f.Key.Frame,
                    Instances = f.Value,
                }),
            videos,
            _skeletons.Values.Distinct(),
            _tracks.Values
        );
    }

    private string TypeOf(string name) => _file.ReadTextAttribute(name, "neurodata_type") ?? "";

    private void ReadContainer(string group, string name)
    {
        var series = _file.Members(group).Where(m => TypeOf($"{group}/{m}") == "PoseEstimationSeries").ToList();
        var skeleton = SkeletonOf(group, series);
        var video = VideoOf(group, series);
        var track = TrackOf(name);
        var nodes = Nodes(skeleton);
        var places = series.Select(s => (Node: NodeOf(s, nodes, group), Series: ReadSeries($"{group}/{s}"))).ToList();
        foreach (var frame in places.SelectMany(p => p.Series.Keys).Distinct().Order())
        {
            var points = Enumerable.Repeat(Point.Missing, skeleton.Nodes.Length).ToArray();
            foreach (var (node, found) in places)
                points[node] = found.GetValueOrDefault(frame, Point.Missing);
            // The animal is not in this frame.
            if (points.All(p => p.IsMissing))
                continue;
            _file.Spend(1, InstanceBytes + (points.Length * Unsafe.SizeOf<Point>()), group);
            if (!_frames.TryGetValue((video, frame), out var list))
                _frames.Add((video, frame), list = []);
            list.Add(
                new Instance
                {
                    Skeleton = skeleton,
                    Points = ImmutableArray.Create(points),
                    Track = track,
                    IsPredicted = true,
                    TrackingScore = float.NaN,
                    Score = Instance.MeanPointScore(points) ?? 0,
                }
            );
        }
    }

    /// <summary>sleap-io names containers "track=NAME" and "untracked"; others name them freely.</summary>
    private Track? TrackOf(string name)
    {
        if (name.StartsWith("untracked", StringComparison.Ordinal))
            return null;
        var own = name.StartsWith("track=", StringComparison.Ordinal) ? name["track=".Length..] : name;
        if (!_tracks.TryGetValue(own, out var track))
            _tracks.Add(own, track = Track.FromFile(_file.Path, name, own));
        return track;
    }

    /// <summary>Positions by frame number: of the stated rate, or by the times' own.</summary>
    private Dictionary<int, Point> ReadSeries(string name)
    {
        var sizes = _file.Sizes($"{name}/data");
        if (sizes.Length != 2 || sizes[1] is not (2 or 3))
        {
            throw new PoseFormatException(
                _file.Path,
                $"{name}/data",
                $"has the sizes {string.Join(" x ", sizes)}, and times x 2 were expected."
            );
        }

        var xy = _file.ReadNumbers<double>($"{name}/data");
        var scores = _file.Contains($"{name}/confidence") ? _file.ReadNumbers<double>($"{name}/confidence") : [];
        var numbers = FrameNumbers(name, (int)sizes[0]);
        _file.Spend(numbers.Length, PositionBytes, $"{name}/data");
        var points = new Dictionary<int, Point>();
        for (var i = 0; i < numbers.Length; i++)
        {
            var (x, y) = (xy[i * (int)sizes[1]], xy[(i * (int)sizes[1]) + 1]);
            var score = i < scores.Length ? (float)scores[i] : float.NaN;
            var point =
                double.IsFinite(x) && double.IsFinite(y)
                    ? new Point(x, y, true, false, score)
                    : Point.Missing with
                    {
                        Score = score,
                    };
            if (!points.TryAdd(numbers[i], point))
            {
                throw new PoseFormatException(
                    _file.Path,
                    $"{name}/timestamps",
                    $"has two times of frame {numbers[i]}."
                );
            }
        }
        return points;
    }

    private int[] FrameNumbers(string name, int count)
    {
        if (_file.Contains($"{name}/starting_time"))
        {
            var start =
                _file.ReadNumbers<double>($"{name}/starting_time").FirstOrDefault()
                * (_file.ReadNumberAttribute($"{name}/starting_time", "rate") ?? 1);
            var first =
                double.IsFinite(start) && start is >= 0 and < int.MaxValue / 2
                    ? (int)Math.Round(start)
                    : throw new PoseFormatException(_file.Path, $"{name}/starting_time", $"is the frame {start}.");
            return [.. Enumerable.Range(first, count)];
        }
        var times = _file.Contains($"{name}/timestamps") ? _file.ReadNumbers<double>($"{name}/timestamps") : [];
        if (times.Length != count)
        {
            throw new PoseFormatException(
                _file.Path,
                $"{name}/timestamps",
                $"has {times.Length} times for {count} positions."
            );
        }

        var steps = times.Zip(times.Skip(1)).Select(t => t.Second - t.First).Order().ToList();
        if (steps.Any(s => !(s > 0)))
            throw new PoseFormatException(_file.Path, $"{name}/timestamps", "do not rise.");
        // The shortest step is one frame; frames without any animal leave longer ones.
        var numbers = times.Select(t => steps.Count == 0 ? 0 : Math.Round(t / steps[0])).ToList();
        return numbers.All(n => n is >= 0 and < int.MaxValue) && numbers.Distinct().Count() == count
            ? [.. numbers.Select(n => (int)n)]
            : [.. Enumerable.Range(0, count)];
    }

    /// <summary>Nodes by the names that a series of theirs may have.</summary>
    private static Dictionary<string, int> Nodes(Skeleton skeleton)
    {
        var nodes = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var n = 0; n < skeleton.Nodes.Length; n++)
            nodes.Add(skeleton.Nodes[n], n);
        for (var n = 0; n < skeleton.Nodes.Length; n++)
        {
            nodes.TryAdd(NwbNames.Safe(skeleton.Nodes[n]), n);
            nodes.TryAdd(NwbNames.Prefixed(skeleton.Nodes[n]), n);
        }
        return nodes;
    }

    private int NodeOf(string series, Dictionary<string, int> nodes, string group) =>
        nodes.TryGetValue(series, out var node)
            ? node
            : throw new PoseFormatException(
                _file.Path,
                $"{group}/{series}",
                $"is no node of the skeleton ({OneLine.Some(nodes.Keys)})."
            );

    /// <summary>
    /// The skeleton that the container links to (ndx-pose 0.2), holds itself (0.1), or whose nodes its series are.
    /// </summary>
    private Skeleton SkeletonOf(string group, List<string> series)
    {
        if (_options.Skeleton is { } asked)
            return _skeletons[group] = asked;
        var linked = _file
            .Links(group)
            .Values.Concat(_file.Members(group).Select(m => $"{group}/{m}"))
            .FirstOrDefault(p => _file.Contains(p) && TypeOf(p) == "Skeleton");
        var at = linked ?? group;
        if (_skeletons.TryGetValue(at, out var known))
            return known;
        var nodes = _file.Contains($"{at}/nodes") ? _file.ReadTexts($"{at}/nodes") : series;
        if (nodes.Count > MaxNodes)
            throw new PoseFormatException(_file.Path, $"{at}/nodes", $"names {nodes.Count} nodes.");
        var edges = _file.Contains($"{at}/edges") ? _file.ReadNumbers<int>($"{at}/edges") : [];
        var name =
            linked is null || at.EndsWith($"/{NwbNames.NoSkeletonName}", StringComparison.Ordinal)
                ? ""
                : at[(at.LastIndexOf('/') + 1)..];
        return _skeletons[at] = Skeleton.FromFile(
            _file.Path,
            $"{at}/nodes",
            name,
            nodes,
            edges.Chunk(2).Where(e => e.Length == 2).Select(e => new Edge(e[0], e[1]))
        );
    }

    private Video VideoOf(string group, List<string> series)
    {
        if (_options.Video is { } asked)
            return _videos.TryAdd("", asked) ? asked : _videos[""];
        var name = _file.Contains($"{group}/original_videos")
            ? _file.ReadTexts($"{group}/original_videos").FirstOrDefault() ?? ""
            : "";
        name = name.Length > 0 ? name : Path.GetFileNameWithoutExtension(_file.Path);
        if (_videos.TryGetValue(name, out var known))
            return known;
        var finder = new VideoFinder(_file.Path, _options);
        return _videos[name] = finder.Video(name, RateOf(group, series));
    }

    /// <summary>Frames per second, or null: a rate of 1 is what writers put that do not know it.</summary>
    private double? RateOf(string group, List<string> series) =>
        series
            .Select(s => $"{group}/{s}/starting_time")
            .Where(_file.Contains)
            .Select(place => _file.ReadNumberAttribute(place, "rate"))
            .FirstOrDefault(rate => rate is > 0 and not 1 && double.IsFinite(rate.Value));
}
