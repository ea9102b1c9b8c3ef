using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Reads the rows of a view as labeled frames, one after the other; none is held in memory.</summary>
internal sealed class PoseRows
{
    private readonly IDataView _view;
    private readonly string _component;
    private readonly VideoNames _videoNames;
    private readonly FrameColumns _frames;
    private readonly Dictionary<string, Track> _tracks = [];
    private readonly Dictionary<string, Identity> _identities = [];
    private readonly Dictionary<string, Video> _videos = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">The view has no keypoints, or a column has another type.</exception>
    public PoseRows(IDataView view, PoseColumnOptions names, VideoNames videoNames, string component)
    {
        _view = view;
        _component = component;
        _videoNames = videoNames;
        _frames = FrameColumns.Bind(view.Schema, names, component);
        Poses = PoseColumn.BindBest(view.Schema, names, component);
        foreach (var name in Poses.TrackNames)
            _tracks.TryAdd(name, new Track(name));
        foreach (var name in Poses.IdentityNames)
            _identities.TryAdd(name, new Identity(name));
    }

    public PoseColumn Poses { get; }

    /// <summary>A track for each name of the key, in the order of the key.</summary>
    public IReadOnlyCollection<Track> Tracks => _tracks.Values;

    /// <summary>The videos that rows have named so far.</summary>
    public IReadOnlyCollection<Video> Videos => _videos.Values;

    /// <summary>
    /// Reads the rows once. A frame that could not be read is left out: nothing is known of its instances.
    /// </summary>
    /// <exception cref="ArgumentException">The poses are in pixels of images of another size than their
    /// video's.</exception>
    public IEnumerable<LabeledFrame> Read()
    {
        using var cursor = _view.GetRowCursor(_frames.Columns.Concat(Poses.Columns));
        var frame = _frames.Open(cursor);
        var found = Poses.Open(cursor);
        while (cursor.MoveNext())
        {
            (var name, var index) = frame();
            Instance[] instances = [.. found().WhereVisible().Select(InstanceOf)];
            // Known only now: the frame was read to find its instances.
            if (_view is IFrameReporting frames && frames.IsUnreadable(name, index) && instances.Length == 0)
                continue;
            if (!_videos.TryGetValue(name, out var video))
                _videos.Add(name, video = Checked(_videoNames.Find(name), name));
            yield return new LabeledFrame
            {
                Video = video,
                FrameIndex = index,
                Instances = [.. instances],
            };
        }
    }

    /// <summary>
    /// Checks that poses are in pixels of the video. Poses in pixels of a resized image would all be at wrong places
    /// when the labels are opened with the video.
    /// </summary>
    private Video Checked(Video video, string name)
    {
        if (Poses.ImageSize is not { } size || ShapeOf(video) is not { } shape || (shape.Height, shape.Width) == size)
            return video;
        throw new ArgumentException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{_component}: the model read images of {size.Width} x {size.Height} pixels (width x height), "
                    + $"and the frames of the video '{name}' have {shape.Width} x {shape.Height}: "
            )
                + "its poses are in pixels of the images, and would be at wrong places in the video. Give the model "
                + "the full frames, without ResizeImages before it: it takes frames of any size and resizes them "
                + "itself."
        );
    }

    private static VideoShape? ShapeOf(Video video)
    {
        if (video.Shape is { } known)
            return known;
        try
        {
            using var source = video.Open();
            return video.Shape;
        }
        catch (Exception problem) when (FrameFailures.IsVideoError(problem))
        {
            // Images without a video, or a video that has been moved: there is no size to compare with.
            return null;
        }
    }

    private Instance InstanceOf(InstanceView instance)
    {
        var peakScores = instance.PeakScores;
        var points = ImmutableArray.CreateBuilder<Point>(Poses.Skeleton.Nodes.Length);
        for (var node = 0; node < Poses.Skeleton.Nodes.Length; node++)
        {
            var score =
                peakScores.Length > 0 ? peakScores[node]
                : Poses.IsPredicted ? instance.Score
                : float.NaN;
            points.Add(
                instance.IsVisible(node)
                    ? new Point(instance.X(node), instance.Y(node), true, false, score)
                    : Point.Missing
            );
        }
        return new Instance
        {
            Skeleton = Poses.Skeleton,
            Points = points.MoveToImmutable(),
            IsPredicted = Poses.IsPredicted,
            Score = float.IsFinite(instance.Score) ? instance.Score : 0,
            Track = instance.Track is { } track ? _tracks[track] : null,
            Identity = instance.Identity is { } identity ? _identities[identity.Name] : null,
            IdentityScore = instance.Identity?.Score ?? float.NaN,
        };
    }
}

/// <summary>Makes labels of the rows of a view.</summary>
internal static class LabelsBuilder
{
    private static readonly Assembly Self = typeof(LabelsBuilder).Assembly;

    /// <summary>Name and version of this library, for the provenance of labels.</summary>
    public static string CreatedBy { get; } =
        $"{Self.GetName().Name} "
        + $"{Self.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0]}";

    public static Labels Build(IDataView view, PoseColumnOptions names, VideoNames videoNames)
    {
        var rows = new PoseRows(view, names, videoNames, "ToLabels");
        List<LabeledFrame> result = [.. rows.Read()];
        var report = (view as IFrameReporting)?.Report();
        return Gather(
            result,
            rows,
            Provenance(result.Count, result.Count(frame => frame.Instances.Count == 0), report)
        );
    }

    /// <summary>Labels of the rows that were read.</summary>
    public static Labels Gather(
        IReadOnlyCollection<LabeledFrame> frames,
        PoseRows rows,
        IEnumerable<KeyValuePair<string, JsonNode?>> provenance
    )
    {
        // A predicted track's key has names for as many tracks as there could be; labels have those that there are, in
        // the order of the key.
        HashSet<Track> used =
        [
            .. frames.SelectMany(labeled => labeled.Instances).Select(instance => instance.Track).OfType<Track>(),
        ];
        var kept = rows.Poses.IsPredicted ? rows.Tracks.Where(used.Contains) : rows.Tracks;
        return new Labels(frames, rows.Videos, [rows.Poses.Skeleton], kept, provenance: provenance);
    }

    private static Dictionary<string, JsonNode?> Provenance(int processed, int empty, FrameReport? report) =>
        new()
        {
            ["created_by"] = CreatedBy,
            ["frames"] = new JsonObject
            {
                ["requested"] = report?.Requested ?? processed,
                ["processed"] = processed,
                ["failed"] = report?.Failed ?? 0,
                ["empty"] = empty,
            },
        };
}
