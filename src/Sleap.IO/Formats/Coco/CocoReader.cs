using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// Reads COCO keypoints: each category is a skeleton, the images are one video in the order of the list. Visibility 0
/// is missing, 1 and 2 are points. An annotation with a score is a prediction. Files written by this project name video
/// and frame beside each image and read back as those.
/// </summary>
internal sealed class CocoReader
{
    private static readonly string[] ImageFolders = ["images", "imgs", "data/images", "../images"];

    private readonly PoseJson _json;
    private readonly LabelsReadOptions _options;
    private readonly JsonObject _root;
    private readonly VideoFinder _finder;
    private readonly OrderedDictionary<string, Track> _tracks = [];

    private CocoReader(string path, LabelsReadOptions options)
    {
        _json = new PoseJson(path);
        _options = options;
        _root = _json.Object(File.ReadAllText(path), "the whole file");
        _finder = new VideoFinder(path, options);
    }

    public static Labels Read(string path, LabelsReadOptions options) => new CocoReader(path, options).Read();

    private Labels Read()
    {
        var skeletons = new Dictionary<int, Skeleton>();
        var others = new HashSet<int>();
        foreach (var category in List("categories"))
        {
            if (category.Row["keypoints"] is null)
            {
                others.Add(_json.Whole(category.Row["id"], $"{category.Place} id"));
            }
            else if (
                !skeletons.TryAdd(
                    _json.Whole(category.Row["id"], $"{category.Place} id"),
                    ReadSkeleton(category.Row, category.Place)
                )
            )
            {
                throw _json.Fault(category.Place, "has the id of another category");
            }
        }
        if (skeletons.Count == 0)
            throw _json.Fault("categories", "has none with keypoints");
        var (frames, videos) = Images();
        var instances = frames.Keys.ToDictionary(id => id, _ => new List<Instance>());
        var (count, empty, unposed) = (0, 0, 0);
        foreach (var (row, place) in List("annotations"))
        {
            count++;
            var image = _json.Whole(row["image_id"], $"{place} image_id");
            var category = _json.Whole(row["category_id"], $"{place} category_id");
            if (!instances.TryGetValue(image, out var list))
                throw _json.Fault(place, $"names the image {image}, which is not there");
            if (skeletons.TryGetValue(category, out var skeleton))
            {
                if (row["keypoints"] is null or JsonArray { Count: 0 })
                    empty++;
                else
                    list.Add(ReadInstance(row, place, skeleton));
            }
            else if (others.Contains(category))
            {
                unposed++;
            }
            else
            {
                throw _json.Fault(place, $"names the category {category}, which is not there");
            }
        }
        var remarks = new List<string>();
        if (count == 0)
            remarks.Add($"annotations: there are none, so that none of the {frames.Count} images is labeled.");
        if (empty > 0)
            remarks.Add($"annotations: {empty} without keypoints are left out.");
        if (unposed > 0)
            remarks.Add($"annotations: {unposed} of categories without keypoints are left out.");
        return new Labels(
            frames
                .Where(f => instances[f.Key].Count > 0)
                .Select(f => new LabeledFrame
                {
                    Video = f.Value.Video,
                    FrameIndex = f.Value.Frame,
                    Instances = instances[f.Key],
                }),
            videos,
            skeletons.Values.Distinct(),
            _tracks.Values
        )
        {
            Remarks = remarks,
        };
    }

    private IEnumerable<(JsonObject Row, string Place)> List(string name) =>
        _json.Array(_root[name], name).Select((r, i) => (_json.Object(r, $"{name}[{i}]"), $"{name}[{i}]"));

    private Skeleton ReadSkeleton(JsonObject row, string place)
    {
        var nodes = _json
            .Array(row["keypoints"], $"{place} keypoints")
            .Select(n => _json.Text(n, $"{place} keypoints"))
            .ToList();
        var edges = row["skeleton"] is JsonArray pairs
            ? pairs
                .Select(p => _json.Array(p, $"{place} skeleton"))
                .Select(p =>
                    p.Count == 2
                        // Counted from 1.
                        ? new Edge(
                            _json.Whole(p[0], $"{place} skeleton") - 1,
                            _json.Whole(p[1], $"{place} skeleton") - 1
                        )
                        : throw _json.Fault($"{place} skeleton", "has an edge that is not of two")
                )
                .Distinct()
            : [];
        var name = row["name"] is JsonValue named ? named.ToString() : "";
        var skeleton = Skeleton.FromFile(_json.File, place, name, nodes, edges);
        return
            _options.Skeleton is { } asked && nodes.All(n => asked.IndexOf(n) >= 0) && asked.Nodes.Length == nodes.Count
            ? asked
            : skeleton;
    }

    /// <summary>Place of each image by its id.</summary>
    private (Dictionary<int, (Video Video, int Frame)> Frames, List<Video> Videos) Images()
    {
        var (frames, movies, names) = (
            new Dictionary<int, (Video, int)>(),
            new OrderedDictionary<string, List<(int Id, string Name, int Frame)>>(),
            new List<(int Id, string Name)>()
        );
        var ids = new HashSet<int>();
        foreach (var (row, place) in List("images"))
        {
            var id = _json.Whole(row["id"], $"{place} id");
            var name = _finder.Named(_json.Text(row["file_name"], $"{place} file_name"));
            if (!ids.Add(id))
                throw _json.Fault(place, $"has the id {id} of another image");
            if (row["video"] is null)
            {
                names.Add((id, name));
                continue;
            }
            var movie = _finder.Named(_json.Text(row["video"], $"{place} video"));
            if (!movies.TryGetValue(movie, out var images))
                movies.Add(movie, images = []);
            images.Add((id, name, _json.Whole(row["frame_index"], $"{place} frame_index")));
        }
        if (movies.Values.Any(m => m.Exists(i => i.Frame < 0)))
            throw _json.Fault("images", "has a frame number below 0");
        var videos = new List<Video>();
        foreach (var (movie, images) in movies)
        {
            var video = MovieOf(movie, images);
            videos.Add(video);
            foreach (var (id, _, frame) in images)
                frames[id] = (video, frame);
        }
        if (names.Count > 0)
        {
            var list =
                _options.Video ?? Video.FromImages([.. names.Select(n => FindImage(n.Name) ?? _finder.Local(n.Name))]);
            videos.Add(list);
            for (var i = 0; i < names.Count; i++)
                frames[names[i].Id] = (list, i);
        }
        return (frames, videos);
    }

    /// <summary>The movie that images were taken from; where it is not there and all images are, the images.</summary>
    private Video MovieOf(string movie, List<(int Id, string Name, int Frame)> images)
    {
        var kind = ImageFiles.IsTiff(movie) ? VideoKind.Tiff : VideoKind.Movie;
        var video = new Video(movie, kind) { FoundPath = _finder.Find(movie) };
        var isThere = video.FoundPath is not null && (kind == VideoKind.Tiff || ImageFiles.IsMovie(movie));
        var ordered = images.OrderBy(i => i.Frame).ToList();
        List<string> found = isThere ? [] : [.. ordered.Select(i => FindImage(i.Name)).OfType<string>()];
        return found.Count == images.Count && images.DistinctBy(i => i.Frame).Count() == images.Count
            ? Video.FromImages(found, [.. ordered.Select(i => i.Frame)])
            : video;
    }

    /// <summary>An image where videos are looked for, or in a folder of images beside the file.</summary>
    private string? FindImage(string name)
    {
        if (_finder.Find(name) is { } found)
            return found;
        var path = name.Replace('\\', '/');
        var folder = Path.GetDirectoryName(Path.GetFullPath(_json.File))!;
        return path.Contains('\0') || Path.IsPathRooted(path)
            ? null
            : ImageFolders.Select(f => Path.GetFullPath(Path.Combine(folder, f, path))).FirstOrDefault(File.Exists);
    }

    private Instance ReadInstance(JsonObject row, string place, Skeleton skeleton)
    {
        var numbers = _json.Array(row["keypoints"], $"{place} keypoints");
        if (numbers.Count != skeleton.Nodes.Length * 3)
        {
            throw _json.Fault(
                $"{place} keypoints",
                $"has {numbers.Count} numbers, and the category has {skeleton.Nodes.Length} keypoints of 3"
            );
        }

        var isPredicted = row["score"] is not null;
        var scores = row["keypoint_scores"] as JsonArray;
        if (scores is not null && scores.Count != skeleton.Nodes.Length)
        {
            throw _json.Fault(
                $"{place} keypoint_scores",
                $"has {scores.Count} numbers, and the category has {skeleton.Nodes.Length} keypoints"
            );
        }

        var points = ImmutableArray.CreateBuilder<Point>(skeleton.Nodes.Length);
        for (var n = 0; n < skeleton.Nodes.Length; n++)
        {
            var score = scores?[n] is { } given ? (float)_json.Number(given, $"{place} keypoint_scores") : float.NaN;
            points.Add(
                _json.Number(numbers[(n * 3) + 2], $"{place} keypoints") > 0
                    ? new Point(
                        _json.Number(numbers[n * 3], $"{place} keypoints"),
                        _json.Number(numbers[(n * 3) + 1], $"{place} keypoints"),
                        true,
                        false,
                        score
                    )
                    : Point.Missing with
                    {
                        Score = score,
                    }
            );
        }
        return new Instance
        {
            Skeleton = skeleton,
            Points = points.MoveToImmutable(),
            Track = ReadTrack(row),
            IsPredicted = isPredicted,
            Score = isPredicted ? (float)_json.Number(row["score"], $"{place} score") : 0,
            TrackingScore = float.NaN,
        };
    }

    private Track? ReadTrack(JsonObject row)
    {
        var attributes = row["attributes"] as JsonObject;
        var name =
            attributes?["track"]?.ToString()
            ?? (
                (
                    attributes?["object_id"]
                    ?? attributes?["track_id"]
                    ?? attributes?["instance_id"]
                    ?? row["track_id"]
                    ?? row["instance_id"]
                )
                    is { } id
                    ? $"track_{id}"
                    : null
            );
        if (name is null)
            return null;
        if (!_tracks.TryGetValue(name, out var track))
            _tracks.Add(name, track = Track.FromFile(_json.File, "annotations", name));
        return track;
    }
}
