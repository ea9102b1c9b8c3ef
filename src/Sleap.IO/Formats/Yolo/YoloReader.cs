using System.Collections.Immutable;
using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Sleap.IO;

/// <summary>
/// Reads an Ultralytics pose folder: data.yaml, images under SPLIT/images and a text file for each under SPLIT/labels,
/// or images/SPLIT and labels/SPLIT; see <see cref="YoloImages"/>. The images of a split are one video. Coordinates are
/// divided by the image's size in the file, so that the images must be there.
/// </summary>
internal sealed class YoloReader
{
    public const string ConfigName = "data.yaml";

    private readonly string _config;
    private readonly VideoFinder _finder;
    private readonly string _folder;
    private readonly YamlMappingNode _root;
    private readonly Skeleton _skeleton;
    private readonly int _perPoint;
    private readonly HashSet<double> _classes = [];
    private readonly Dictionary<double, string> _names;

    private YoloReader(string folder, LabelsReadOptions options)
    {
        _config = Path.Combine(folder, ConfigName);
        _root = YamlFile.Read(_config);
        _finder = new VideoFinder(_config, options);
        _folder =
            YamlFile.Text(_root, "path") is { } path && path != "." && Directory.Exists(PathOf(path))
                ? PathOf(path)
                : folder;
        string PathOf(string name) => Path.Combine(folder, _finder.Local(_finder.Named(name)));
        var shape = Wholes(
            YamlFile.List(_root, "kpt_shape")
                ?? throw new PoseFormatException(
                    _config,
                    "kpt_shape",
                    "is missing, and [keypoints, 2 or 3] was expected."
                ),
            "kpt_shape"
        );
        if (shape is not [> 0 and <= 10_000, 2 or 3])
        {
            throw new PoseFormatException(
                _config,
                "kpt_shape",
                $"is [{OneLine.Some(shape.Select(s => $"{s}"))}], and [keypoints, 2 or 3] was expected."
            );
        }

        _perPoint = shape[1];
        _names = ClassNames();
        _skeleton = options.Skeleton is { } asked && asked.Nodes.Length == shape[0] ? asked : ReadSkeleton(shape[0]);
    }

    public static Labels Read(string folder, LabelsReadOptions options) => new YoloReader(folder, options).Read();

    private Labels Read()
    {
        var (frames, videos) = (new List<LabeledFrame>(), new List<Video>());
        var files = new YoloImages(_folder, _config, _finder);
        foreach (var split in new[] { "train", "val", "test" })
        {
            var images = Named(split).SelectMany(name => files.Of(name, split)).ToList();
            if (images.Count > 0)
                ReadImages(images, frames, videos);
        }
        return videos.Count > 0
            ? new Labels(frames, videos, [_skeleton])
            {
                Remarks = [.. files.Remarks(), .. Remarks(frames.Count, videos.Sum(v => v.ImagePaths.Length))],
            }
            : throw new PoseFormatException(
                _config,
                null,
                "none of the folders or lists that it names as train, val and test has an image that is there."
            );
    }

    /// <summary>What a split names: a folder or a list of images, or several.</summary>
    private IEnumerable<string> Named(string split) =>
        YamlFile.List(_root, split) is { } several ? several.Select(n => n.ToString())
        : YamlFile.Text(_root, split) is { Length: > 0 } one ? [one]
        : [];

    private IEnumerable<string> Remarks(int labeled, int images)
    {
        if (labeled == 0)
        {
            yield return $"{ConfigName}: none of the {images} images has a file of labels; they were looked for in a "
                + "folder 'labels' in place of 'images', or beside the images.";
        }
        else if (labeled < images)
        {
            yield return $"{ConfigName}: {images - labeled} of the {images} images have no file of labels, and are not "
                + "labeled frames.";
        }

        if (_classes.Count > 1)
        {
            yield return $"{ConfigName}: the classes of instances ({string.Join(", ", _classes.Order().Take(6))}) are "
                + "not kept; all instances have the same skeleton.";
        }
    }

    private void ReadImages(List<(string Image, string? Labels)> files, List<LabeledFrame> frames, List<Video> videos)
    {
        var video = Video.FromImages([.. files.Select(f => f.Image)]);
        videos.Add(video);
        for (var i = 0; i < files.Count; i++)
        {
            if (files[i].Labels is not { } path)
                continue;
            var (width, height) = ImageHeader.Size(files[i].Image);
            frames.Add(
                new LabeledFrame
                {
                    Video = video,
                    FrameIndex = i,
                    Instances =
                    [
                        .. File.ReadLines(path)
                            .Select((l, n) => (l, n))
                            .Where(l => l.l.Trim().Length > 0)
                            .Select(l => ReadInstance(l.l, path, l.n + 1, width, height)),
                    ],
                }
            );
        }
    }

    private Instance ReadInstance(string line, string path, int number, int width, int height)
    {
        var cells = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var expected = 5 + (_skeleton.Nodes.Length * _perPoint);
        // Predictions of Ultralytics have the score as one number more.
        if (cells.Length != expected && cells.Length != expected + 1)
        {
            throw new PoseFormatException(
                path,
                $"line {number}",
                $"has {cells.Length} numbers, and {expected} were expected."
            );
        }

        var numbers = cells
            .Select(c =>
                double.TryParse(c, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                && double.IsFinite(value)
                    ? value
                    : throw new PoseFormatException(
                        path,
                        $"line {number}",
                        $"holds '{OneLine.Short(c)}', and a number was expected."
                    )
            )
            .ToArray();
        var points = ImmutableArray.CreateBuilder<Point>(_skeleton.Nodes.Length);
        for (var n = 0; n < _skeleton.Nodes.Length; n++)
        {
            var at = 5 + (n * _perPoint);
            var isThere = _perPoint == 3 ? numbers[at + 2] > 0 : numbers[at] != 0 || numbers[at + 1] != 0;
            points.Add(isThere ? new Point(numbers[at] * width, numbers[at + 1] * height) : Point.Missing);
        }
        CheckClass(numbers[0], path, number);
        _classes.Add(numbers[0]);
        var isPredicted = cells.Length > expected;
        return new Instance
        {
            Skeleton = _skeleton,
            Points = points.MoveToImmutable(),
            IsPredicted = isPredicted,
            Score = isPredicted ? (float)numbers[^1] : 0,
            TrackingScore = float.NaN,
        };
    }

    private Skeleton ReadSkeleton(int count)
    {
        var names = (YamlFile.List(_root, "node_names") ?? KeypointNames())?.Select(YamlFile.Scalar).ToList();
        if (names is not null && names.Count != count)
        {
            throw new PoseFormatException(
                _config,
                "node_names",
                $"has {names.Count} names, and kpt_shape has {count} keypoints."
            );
        }

        var flips = YamlFile.List(_root, "flip_idx") is { } flip ? Wholes(flip, "flip_idx") : [];
        var edges = YamlFile
            .List(_root, "skeleton")
            ?.OfType<YamlSequenceNode>()
            .Select(e => Wholes(e, "skeleton"))
            .Select(e =>
                e is [var a, var b]
                    ? new Edge(a, b)
                    : throw new PoseFormatException(_config, "skeleton", "has an edge that is not of two.")
            )
            .Distinct();
        return Skeleton.FromFile(
            _config,
            "node_names",
            _names.Values.FirstOrDefault(""),
            names ?? Enumerable.Range(0, count).Select(i => $"node_{i}"),
            edges,
            flips.Select((f, i) => new Symmetry(i, f)).Where(s => s.First < s.Second)
        );
    }

    /// <summary>Ultralytics itself names keypoints by class: kpt_names: {0: [...]}.</summary>
    private YamlSequenceNode? KeypointNames() =>
        _root.Children.TryGetValue("kpt_names", out var node)
            ? node as YamlSequenceNode
                ?? (node as YamlMappingNode)?.Children.Values.FirstOrDefault() as YamlSequenceNode
            : null;

    /// <summary>The names of the classes by their numbers; none where the file does not say them.</summary>
    private Dictionary<double, string> ClassNames()
    {
        var names = new Dictionary<double, string>();
        if (YamlFile.List(_root, "names") is { } list)
        {
            foreach (var name in list)
                names.Add(names.Count, YamlFile.Scalar(name));
        }
        else if (_root.Children.TryGetValue("names", out var node) && node is YamlMappingNode map)
        {
            foreach (var (key, name) in map.Children)
                names.TryAdd(Wholes([key], "names")[0], YamlFile.Scalar(name));
        }
        return names;
    }

    private void CheckClass(double number, string path, int line)
    {
        if (_names.Count > 0 ? !_names.ContainsKey(number) : number < 0 || number != Math.Floor(number))
        {
            throw new PoseFormatException(
                path,
                $"line {line}",
                _names.Count > 0
                    ? $"has the class {number}, and {ConfigName} names {string.Join(", ", _names.Keys.Take(12))}."
                    : $"has the class {number}, and a whole number was expected."
            );
        }
    }

    private int[] Wholes(IEnumerable<YamlNode> list, string key) =>
        [
            .. list.Select(n =>
                int.TryParse(YamlFile.Scalar(n), CultureInfo.InvariantCulture, out var whole)
                    ? whole
                    : throw new PoseFormatException(
                        _config,
                        key,
                        $"holds '{YamlFile.Show(n)}', and a whole number was expected."
                    )
            ),
        ];
}
