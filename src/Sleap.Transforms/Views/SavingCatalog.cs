using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// Poses out of a data view: as labels and as files. The predicted keypoints are taken if the view has them, else its
/// labels. Every row is taken, and only the columns needed are computed.
/// </summary>
public static class SavingCatalog
{
    /// <summary>
    /// The poses of a view as labels: a frame a row, an instance for each animal with a visible node, tracks and
    /// scores.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="view">Rows with keypoints; without Video and FrameIndex, rows are counted as the frames of one
    /// unnamed video.</param>
    /// <param name="columns">The names of the columns; null for the defaults.</param>
    /// <returns>Labels whose provenance says what made them and how many frames were requested, processed, failed and
    /// empty.</returns>
    /// <exception cref="ArgumentException">The view has no keypoints, a column has another type, or the poses are in
    /// pixels of images that were resized before the model read them.</exception>
    public static Labels ToLabels(this PoseCatalog pose, IDataView view, PoseColumnOptions? columns = null)
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(view);
        return LabelsBuilder.Build(view, (columns ?? new PoseColumnOptions()).Checked(), VideoNames.Of(pose.Context));
    }

    /// <summary>Saves the poses of a view in the format of the path's ending, see <see cref="Labels.Save"/>.</summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="view">Rows with keypoints.</param>
    /// <param name="path">Where to, for instance "session.predictions.slp".</param>
    /// <param name="columns">The names of the columns; null for the defaults.</param>
    /// <returns>What was saved. What the format could not hold is a warning in <see cref="MLContext.Log"/>.</returns>
    /// <exception cref="ArgumentException">The view has no keypoints, a column has another type, or the poses are in
    /// pixels of images that were resized before the model read them.</exception>
    /// <exception cref="PoseFormatException">The ending is of no known format.</exception>
    public static Labels SaveLabels(
        this PoseCatalog pose,
        IDataView view,
        string path,
        PoseColumnOptions? columns = null
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var labels = pose.ToLabels(view, columns);
        PoseLog.Warn(pose.Context, "Saving labels", [.. labels.Save(path).Select(loss => $"{path}: {loss}")]);
        return labels;
    }
}

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
