using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

public static partial class ModelCatalog
{
    /// <summary>
    /// Predicts a video into a file. Frames are decoded and resampled ahead of the network, and go to a .slp or .csv as
    /// they come, so that neither they nor the poses of a long video are ever all in memory. A frame that cannot be
    /// read is left out and told in the report.
    /// </summary>
    /// <param name="pose">From <c>mlContext.Pose()</c>.</param>
    /// <param name="model">A trained model, or a chain of one with what comes after it (tracking, smoothing).</param>
    /// <param name="video">A video file, one picture, or a folder of pictures.</param>
    /// <param name="output"> Where to write, see <see cref="Labels.Save"/>: .slp or .csv as frames come, other formats
    /// at the end. Null (default): the poses are in <see cref="PredictionReport.Labels"/>.
    /// </param>
    /// <param name="options">How to run; null for the defaults.</param>
    /// <returns>What became of each frame. It is in the provenance of the file, too, with all settings of the model and
    /// the versions of everything.</returns>
    /// <exception cref="FileNotFoundException">There is no such video.</exception>
    /// <exception cref="PoseFormatException">It is not a video that can be read, or the ending of
    /// <paramref name="output"/> is of no known format.</exception>
    /// <exception cref="PredictionStoppedException">The run could not go on, as on a full disk. What was done is in the
    /// file.</exception>
    /// <exception cref="IOException"><paramref name="output"/> cannot be written, which is found out before anything is
    /// predicted.</exception>
    /// <exception cref="ArgumentException">The model gives no keypoints, or an option cannot be used.</exception>
    public static PredictionReport Predict(
        this PoseCatalog pose,
        ITransformer model,
        string video,
        string? output = null,
        PredictionRunOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(model);
        var chosen = (options ?? new()).Checked(isVideo: true);
        return new PredictionRun(
            pose,
            model,
            pose.LoadVideo(video, chosen.Frames, chosen.Columns),
            output,
            chosen
        ).Run();
    }

    /// <summary>
    /// Predicts the frames of a view into a file: those of labels, of several videos, or of any source with an image
    /// column.
    /// </summary>
    /// <param name="pose">From <c>mlContext.Pose()</c>.</param>
    /// <param name="model">A trained model, or a chain of one with what comes after it (tracking, smoothing).</param>
    /// <param name="frames">The frames; each is read once.</param>
    /// <param name="output">Where to write, see the other form. Null (default): the poses are in
    /// <see cref="PredictionReport.Labels"/>.</param>
    /// <param name="options">How to run; null for the defaults.</param>
    /// <inheritdoc cref="Predict(PoseCatalog, ITransformer, string, string?, PredictionRunOptions?)"/>
    public static PredictionReport Predict(
        this PoseCatalog pose,
        ITransformer model,
        IDataView frames,
        string? output = null,
        PredictionRunOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(frames);
        return new PredictionRun(pose, model, frames, output, (options ?? new()).Checked(isVideo: false)).Run();
    }

    /// <summary>A predictor of single frames as they come, with the shortest delay.</summary>
    /// <param name="pose">From <c>mlContext.Pose()</c>.</param>
    /// <param name="model">A trained model, which is shared and must live as long.</param>
    /// <param name="options">Size of the frames, warm-up and statistics; null for the defaults.</param>
    /// <exception cref="ArgumentException">The model must be told the animals' centers (a centered-instance model
    /// alone), or an option cannot be used.</exception>
    public static LivePredictor CreateLivePredictor(
        this PoseCatalog pose,
        PoseModelTransformer model,
        LiveOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(model);
        if (model is CenteredInstanceTransformer)
        {
            throw new ArgumentException(
                "A centered-instance model must be told where the animals are, and a frame "
                    + "does not say. Join it with a centroid model: pose.TopDown(centroid, centeredInstance).",
                nameof(model)
            );
        }

        return new LivePredictor(model, (options ?? new()).Checked());
    }
}
