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
