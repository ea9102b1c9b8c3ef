using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Checking labels.</summary>
public static class CheckCatalog
{
    /// <summary>
    /// Looks for faults of labels: duplicates, coordinates that cannot be right, tracks, skeletons and videos.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="labels">The labels. Videos whose size the labels do not state are opened, if they are found; one
    /// that cannot be opened is a finding and no exception.</param>
    /// <returns>The findings: warnings first, then by rule, video, frame and instance.</returns>
    public static IReadOnlyList<LabelFinding> Check(this PoseCatalog pose, Labels labels)
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(labels);
        return LabelChecks.Find(labels);
    }

    /// <summary>
    /// Compares labels with predictions of the same frames, and returns the labels that the model doubts: nodes that
    /// are displaced or exchanged, instances that are forgotten, there twice or not seen.
    /// </summary>
    /// <remarks>
    /// Distances are measured by those that a node usually has between labels and predictions, and weighed by the
    /// model's scores. A model trained on these very labels doubts them less, and mostly still finds single faults,
    /// because it cannot learn what contradicts the other labels (compare confident learning, Northcutt et al., 2021).
    /// </remarks>
    /// <param name="pose">The catalog.</param>
    /// <param name="labels">The labels; instances that are themselves predictions are not judged.</param>
    /// <param name="predictions">
    /// What a model predicts in these frames: <c>pose.Predict(model, pose.FromLabels(labels)).Labels</c>. Nodes are
    /// matched by name. Frames that were not predicted are left out.
    /// </param>
    /// <returns>
    /// The findings with a <see cref="LabelFinding.Doubt"/> above 0.5, the most doubtful first.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// The label sets have no video or no node in common, or several skeletons.
    /// </exception>
    /// <exception cref="InvalidDataException">No frame is labeled.</exception>
    public static IReadOnlyList<LabelFinding> Check(this PoseCatalog pose, Labels labels, Labels predictions)
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(predictions);
        var doubts = LabelDoubts.Find(labels, predictions);
        PoseLog.Warn(pose.Context, "Checking", doubts.Remarks);
        return doubts.Findings;
    }
}
