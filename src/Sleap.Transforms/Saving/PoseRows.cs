using System.Collections.Immutable;
using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>The rows of a view as labeled frames, one after the other: none is held.</summary>
internal sealed class PoseRows
{
    private readonly IDataView _view;
    private readonly VideoNames _videoNames;
    private readonly FrameColumns _frames;
    private readonly Dictionary<string, Track> _tracks = [];
    private readonly Dictionary<string, Video> _videos = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">The view has no keypoints, or a column has another type.</exception>
    public PoseRows(IDataView view, PoseColumnOptions names, VideoNames videoNames, string component)
    {
        _view = view;
        _videoNames = videoNames;
        _frames = FrameColumns.Bind(view.Schema, names, component);
        Poses = PoseColumn.BindBest(view.Schema, names, component);
        foreach (string name in Poses.TrackNames)
            _tracks.TryAdd(name, new Track(name));
    }

    public PoseColumn Poses { get; }

    /// <summary>A track for each name of the key, in its order.</summary>
    public IReadOnlyCollection<Track> Tracks => _tracks.Values;

    /// <summary>The videos that rows have named so far.</summary>
    public IReadOnlyCollection<Video> Videos => _videos.Values;

    /// <summary>Goes over the rows once. A frame that could not be read gives none: nothing is known of its animals.</summary>
    public IEnumerable<LabeledFrame> Read()
    {
        using DataViewRowCursor cursor = _view.GetRowCursor(_frames.Columns.Concat(Poses.Columns));
        Func<(string Video, int FrameIndex)> frame = _frames.Open(cursor);
        Func<IReadOnlyList<PoseInstance>> animals = Poses.Open(cursor);
        while (cursor.MoveNext())
        {
            (string name, int index) = frame();
            Instance[] instances = [.. animals().Select(InstanceOf)];
            // Known only now: the animals are what the frame was read for.
            if (_view is IFrameReporting frames && frames.IsUnreadable(name, index) && instances.Length == 0)
                continue;
            if (!_videos.TryGetValue(name, out Video? video))
                _videos.Add(name, video = _videoNames.Find(name));
            yield return new LabeledFrame { Video = video, FrameIndex = index, Instances = [.. instances] };
        }
    }

    private Instance InstanceOf(PoseInstance animal)
    {
        ImmutableArray<Point>.Builder points = ImmutableArray.CreateBuilder<Point>(Poses.Skeleton.Nodes.Length);
        for (int node = 0; node < Poses.Skeleton.Nodes.Length; node++)
        {
            float score = animal.Scores?[node] ?? (Poses.IsPredicted ? animal.Score : float.NaN);
            points.Add(animal.IsVisible(node)
                ? new Point(animal.Points[2 * node], animal.Points[(2 * node) + 1], true, false, score)
                : Point.Missing);
        }
        return new Instance
        {
            Skeleton = Poses.Skeleton,
            Points = points.MoveToImmutable(),
            IsPredicted = Poses.IsPredicted,
            Score = float.IsFinite(animal.Score) ? animal.Score : 0,
            Track = animal.Track is { } track ? _tracks[track] : null,
        };
    }
}
