using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Comparing predicted poses with labels.</summary>
public static class EvaluationCatalog
{
    /// <summary>Compares the PredictedKeypoints of a view with its Keypoints, row by row.</summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="view">Labels after a model: <c>model.Transform(test)</c>.</param>
    /// <param name="options">The radius and the column names; null for the defaults.</param>
    /// <exception cref="ArgumentException">A column is missing or of another type, or the two are of different skeletons.</exception>
    public static PoseMetrics Evaluate(this PoseCatalog pose, IDataView view, EvaluationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(view);
        EvaluationOptions chosen = (options ?? new EvaluationOptions()).Checked();
        PoseColumn truth = PoseColumn.BindLabels(view.Schema, chosen.Columns, "Evaluate");
        PoseColumn predicted = PoseColumn.BindPredicted(view.Schema, chosen.Columns, "Evaluate");
        if (!truth.Skeleton.Nodes.SequenceEqual(predicted.Skeleton.Nodes))
            throw new ArgumentException($"Evaluate: '{chosen.Columns.Keypoints}' has the nodes {Names(truth.Skeleton)}, '{chosen.Columns.PredictedKeypoints}' {Names(predicted.Skeleton)}; expected the same, in the same order.");

        var comparison = new PoseComparison(truth.Skeleton, chosen.Radius);
        using DataViewRowCursor cursor = view.GetRowCursor(truth.Columns.Concat(predicted.Columns));
        Func<IReadOnlyList<PoseInstance>> labels = truth.Open(cursor);
        Func<IReadOnlyList<PoseInstance>> predictions = predicted.Open(cursor);
        while (cursor.MoveNext())
            comparison.Add(labels(), predictions());
        return comparison.Result();
    }

    private static string Names(Skeleton skeleton) => string.Join(", ", skeleton.Nodes);
}
