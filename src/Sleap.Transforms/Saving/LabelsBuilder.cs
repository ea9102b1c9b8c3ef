using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Makes labels from the rows of a view.</summary>
internal static class LabelsBuilder
{
    private static readonly Assembly Self = typeof(LabelsBuilder).Assembly;

    public static Labels Build(IDataView view, PoseColumnOptions names, VideoNames videoNames)
    {
        FrameColumns frames = FrameColumns.Bind(view.Schema, names, "ToLabels");
        PoseColumn poses = PoseColumn.BindBest(view.Schema, names, "ToLabels");
        Dictionary<string, Track> tracks = [];
        foreach (string name in poses.TrackNames)
            tracks.TryAdd(name, new Track(name));
        Dictionary<string, Video> videos = new(StringComparer.Ordinal);
        List<LabeledFrame> result = [];
        int empty = 0;

        using DataViewRowCursor cursor = view.GetRowCursor(frames.Columns.Concat(poses.Columns));
        Func<(string Video, int FrameIndex)> frame = frames.Open(cursor);
        Func<IReadOnlyList<PoseInstance>> animals = poses.Open(cursor);
        while (cursor.MoveNext())
        {
            (string name, int index) = frame();
            if (!videos.TryGetValue(name, out Video? video))
                videos.Add(name, video = videoNames.Find(name));
            Instance[] instances = [.. animals().Select(animal => InstanceOf(animal, poses, tracks))];
            empty += instances.Length == 0 ? 1 : 0;
            result.Add(new LabeledFrame { Video = video, FrameIndex = index, Instances = instances });
        }
        FrameReport? report = (view as IFrameReporting)?.Report();
        // A predicted track's key has names for as many tracks as there could be; labels have those that there are, in the order of the key.
        HashSet<Track> used = [.. result.SelectMany(labeled => labeled.Instances).Select(instance => instance.Track).OfType<Track>()];
        IEnumerable<Track> kept = poses.IsPredicted ? tracks.Values.Where(used.Contains) : tracks.Values;
        return new Labels(result, videos.Values, [poses.Skeleton], kept, provenance: Provenance(result.Count, empty, report));
    }

    private static Instance InstanceOf(PoseInstance animal, PoseColumn poses, Dictionary<string, Track> tracks)
    {
        ImmutableArray<Point>.Builder points = ImmutableArray.CreateBuilder<Point>(poses.Skeleton.Nodes.Length);
        for (int node = 0; node < poses.Skeleton.Nodes.Length; node++)
        {
            float score = animal.Scores?[node] ?? (poses.IsPredicted ? animal.Score : float.NaN);
            points.Add(animal.IsVisible(node)
                ? new Point(animal.Points[2 * node], animal.Points[(2 * node) + 1], true, false, score)
                : Point.Missing);
        }
        return new Instance
        {
            Skeleton = poses.Skeleton,
            Points = points.MoveToImmutable(),
            IsPredicted = poses.IsPredicted,
            Score = float.IsFinite(animal.Score) ? animal.Score : 0,
            Track = animal.Track is { } track ? tracks[track] : null,
        };
    }

    private static Dictionary<string, JsonNode?> Provenance(int processed, int empty, FrameReport? report) => new()
    {
        ["created_by"] = $"{Self.GetName().Name} {Self.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0]}",
        ["frames"] = new JsonObject
        {
            ["requested"] = report?.Requested ?? processed,
            ["processed"] = processed,
            ["failed"] = report?.Failed ?? 0,
            ["empty"] = empty,
        },
    };
}
