using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Comparing predicted poses with labels.</summary>
public static class EvaluationCatalog
{
    /// <summary>
    /// Compares the PredictedKeypoints of a view with its Keypoints, row by row. Nodes are matched by name, whatever
    /// their order; those of one side only are left out, which the log and the metrics say. Rows whose frame could not
    /// be read are left out.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="view">Labels after a model: <c>model.Transform(test)</c>.</param>
    /// <param name="options">Rules, thresholds and column names; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong, a column is missing or of another type, or the two
    /// have no node in common.</exception>
    public static PoseMetrics Evaluate(this PoseCatalog pose, IDataView view, EvaluationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(view);
        var chosen = (options ?? new EvaluationOptions()).Checked();
        var truth = PoseColumn.BindLabels(view.Schema, chosen.Columns, "Evaluate");
        var predicted = PoseColumn.BindPredicted(view.Schema, chosen.Columns, "Evaluate");
        var nodes = new NodePairing(
            truth.Skeleton,
            predicted.Skeleton,
            $"'{chosen.Columns.Keypoints}'",
            $"'{chosen.Columns.PredictedKeypoints}'"
        );
        PoseLog.Warn(pose.Context, "Evaluating", nodes.Remarks);

        var comparison = new PoseComparison(nodes.Skeleton, nodes.Check(chosen));
        var frames = FrameColumns.Bind(view.Schema, chosen.Columns, "Evaluate");
        using var cursor = view.GetRowCursor([.. frames.Columns, .. truth.Columns, .. predicted.Columns]);
        var frame = frames.Open(cursor);
        var labels = truth.Open(cursor);
        var predictions = predicted.Open(cursor);
        while (cursor.MoveNext())
        {
            (var video, var index) = frame();
            var found = predictions();
            if (view is IFrameReporting reporting && reporting.IsUnreadable(video, index))
                continue; // the model did not see it
            comparison.Add(
                video,
                index,
                labels().SelectNodes(nodes.TruthNodes).WhereVisible(),
                found.SelectNodes(nodes.PredictedNodes).WhereVisible()
            );
        }
        return nodes.Mark(comparison.Result());
    }

    /// <summary>
    /// Compares predicted labels with true ones in each frame that a person labeled
    /// (<see cref="EvaluationOptions.TrueInstances"/>). Frames are matched by video and number, videos by content and
    /// path. Of the predicted labels, predicted instances count; in a frame without any, those that a person set.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="truth">The true labels.</param>
    /// <param name="predicted">The predicted labels; their nodes are matched by name, and those of one side only are
    /// left out, which the log and the metrics say.</param>
    /// <param name="options">Rules and thresholds; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong, the label sets have no video in common, a video could
    /// be one of several, or there are several skeletons, or no node in common.</exception>
    /// <exception cref="InvalidDataException">The true labels have no instance to compare with.</exception>
    public static PoseMetrics Evaluate(
        this PoseCatalog pose,
        Labels truth,
        Labels predicted,
        EvaluationOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        var comparison = new LabelsComparison(truth, predicted, options);
        PoseLog.Warn(pose.Context, "Evaluating", comparison.Remarks);
        return comparison.Compare();
    }

    /// <summary>
    /// Compares only the positions of instances; the predictions may have any nodes. For centroid models, whose
    /// instances have one node. A predicted instance is where the mean of its visible nodes is; a true one where
    /// <see cref="EvaluationOptions.CentroidNode"/> is, else the mean of its visible nodes.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="truth">The true labels.</param>
    /// <param name="predicted">The predicted labels, of any skeleton.</param>
    /// <param name="options">The radius and the node; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong or name a node that the true labels do not have, or
    /// the label sets have no video in common, or several skeletons.</exception>
    /// <exception cref="InvalidDataException">The true labels have no instance to compare with.</exception>
    public static CentroidMetrics EvaluateCentroids(
        this PoseCatalog pose,
        Labels truth,
        Labels predicted,
        EvaluationOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        return new LabelsComparison(truth, predicted, options, matchNodes: false).CompareCentroids();
    }
}
