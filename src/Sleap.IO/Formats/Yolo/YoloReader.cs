using System.Collections.Immutable;
using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Sleap.IO;

/// <summary>
/// Reads an Ultralytics pose folder: data.yaml, images under SPLIT/images and a text file for each under SPLIT/labels,
/// or images/SPLIT and labels/SPLIT. The images of a split are one video in the order of their names. Coordinates are
/// divided by the image's size in the file, so that the images must be there.
/// </summary>
internal sealed class YoloReader
{
    public const string ConfigName = "data.yaml";

    private readonly string _config;
    private readonly string _folder;
    private readonly YamlMappingNode _root;
    private readonly Skeleton _skeleton;
    private readonly int _perPoint;
    private readonly List<string> _remarks = [];
    private readonly HashSet<string> _classes = [];

    private YoloReader(string folder, LabelsReadOptions options)
    {
        _config = Path.Combine(folder, ConfigName);
        _root = YamlFile.Read(_config);
        _folder =
            YamlFile.Text(_root, "path") is { } path && path != "." && Directory.Exists(Path.Combine(folder, path))
                ? Path.Combine(folder, path)
                : folder;
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
        _skeleton = options.Skeleton is { } asked && asked.Nodes.Length == shape[0] ? asked : ReadSkeleton(shape[0]);
    }

    public static Labels Read(string folder, LabelsReadOptions options) => new YoloReader(folder, options).Read();

    private Labels Read()
    {
        var (frames, videos) = (new List<LabeledFrame>(), new List<Video>());
        var seen = new HashSet<string>();
        foreach (var split in new[] { "train", "val", "test" })
        {
            // One folder often serves for two splits.
            if (
                YamlFile.Text(_root, split) is { } images
                && Directory.Exists(Path.Combine(_folder, images))
                && seen.Add(Path.GetFullPath(Path.Combine(_folder, images)))
            )
            {
                ReadSplit(Path.Combine(_folder, images), frames, videos);
            }
        }
        return videos.Count > 0
            ? new Labels(frames, videos, [_skeleton]) { Remarks = Remarks(frames, videos) }
            : throw new PoseFormatException(
                _config,
                null,
                "none of the folders it names as train, val and test holds an image."
            );
    }

    private List<string> Remarks(List<LabeledFrame> frames, List<Video> videos)
    {
        if (frames.Count == 0)
        {
            _remarks.Add(
                $"{ConfigName}: none of the {videos.Sum(v => v.ImagePaths.Length)} images has a file of labels; they "
                    + "were looked for in a folder 'labels' in place of 'images', or beside the images."
            );
        }
        if (_classes.Count > 1)
        {
            _remarks.Add(
                $"{ConfigName}: the classes of instances ({OneLine.Some(_classes.Order())}) are not kept; "
                    + "all instances have the same skeleton."
            );
        }
        return _remarks;
    }

    /// <summary>
    /// The folder of labels for one of images, as Ultralytics has it: the last 'images' of the path becomes 'labels';
    /// otherwise a folder 'labels' beside it, or the folder itself.
    /// </summary>
    private static string LabelsFolder(string images)
    {
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(images));
        var parts = folder.Split(Path.DirectorySeparatorChar);
        var at = Array.LastIndexOf(parts, "images");
        string?[] candidates =
        [
            at < 0 ? null : string.Join(Path.DirectorySeparatorChar, [.. parts[..at], "labels", .. parts[(at + 1)..]]),
            Path.Combine(Path.GetDirectoryName(folder) ?? folder, "labels"),
        ];
        return candidates.FirstOrDefault(Directory.Exists) ?? folder;
    }

    private void ReadSplit(string images, List<LabeledFrame> frames, List<Video> videos)
    {
        var files = ImageFiles.InFolder(images);
        if (files.Count == 0)
            return;
        var video = Video.FromImages(files);
        videos.Add(video);
        var labels = LabelsFolder(images);
        for (var i = 0; i < files.Count; i++)
        {
            var path = Path.Combine(labels, Path.GetFileNameWithoutExtension(files[i]) + ".txt");
            if (!File.Exists(path))
                continue;
            var (width, height) = ImageHeader.Size(files[i]);
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
        _classes.Add(cells[0]);
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
            ClassName(),
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

    private string ClassName() =>
        _root.Children.TryGetValue("names", out var names)
        && ((names as YamlMappingNode)?.Children.Values ?? names as IEnumerable<YamlNode>)?.FirstOrDefault() is { } name
            ? YamlFile.Scalar(name)
            : "";

    private int[] Wholes(YamlSequenceNode list, string key) =>
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
