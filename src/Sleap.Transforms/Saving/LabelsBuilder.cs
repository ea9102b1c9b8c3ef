using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Makes labels from the rows of a view.</summary>
internal static class LabelsBuilder
{
    private static readonly Assembly Self = typeof(LabelsBuilder).Assembly;

    /// <summary>Name and version of this library, as provenance has it.</summary>
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
