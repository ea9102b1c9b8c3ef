using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

public static partial class ModelCatalog
{
    /// <summary>Predicts a video and writes the result to a file.</summary>
    /// <remarks>
    /// Frames are decoded and resampled ahead of the network and written to a .slp or .csv file immediately, so memory
    /// use does not grow with the length of the video. A frame that cannot be read is skipped and listed in the report.
    /// </remarks>
    /// <param name="pose">From <c>mlContext.Pose()</c>.</param>
    /// <param name="model">
    /// A trained model, or a chain of a model and further transformers (tracking, smoothing).
    /// </param>
    /// <param name="video">A video file, one image, or a folder of images.</param>
    /// <param name="output">
    /// Path of the output, see <see cref="Labels.Save"/>: .slp or .csv is written frame by frame, other formats at the
    /// end. Null (default): the poses are in <see cref="PredictionReport.Labels"/>.
    /// </param>
    /// <param name="options">Options of the run; null for the defaults.</param>
    /// <returns>
    /// The result for each frame. It is also stored in the provenance of the file, with all settings of the model and
    /// all versions.
    /// </returns>
    /// <exception cref="FileNotFoundException">The video does not exist.</exception>
    /// <exception cref="PoseFormatException">
    /// The video cannot be read, or the file extension of <paramref name="output"/> has no known format.
    /// </exception>
    /// <exception cref="PredictionStoppedException">
    /// The run failed before its end, for example because the disk is full. The frames predicted so far are in the
    /// file.
    /// </exception>
    /// <exception cref="IOException">
    /// <paramref name="output"/> cannot be written; this is checked before prediction starts.
    /// </exception>
    /// <exception cref="ArgumentException">The model has no keypoints column, or an option is invalid.</exception>
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
    /// Predicts the frames of a view and writes the result to a file. The view can come from labels, several videos or
    /// any source with an image column.
    /// </summary>
    /// <param name="pose">From <c>mlContext.Pose()</c>.</param>
    /// <param name="model">
    /// A trained model, or a chain of a model and further transformers (tracking, smoothing).
    /// </param>
    /// <param name="frames">The frames; each is read once.</param>
    /// <param name="output">
    /// Path of the output, see the other overload. Null (default): the poses are in
    /// <see cref="PredictionReport.Labels"/>.
    /// </param>
    /// <param name="options">Options of the run; null for the defaults.</param>
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

    /// <summary>Creates a predictor of single frames with minimum latency.</summary>
    /// <param name="pose">From <c>mlContext.Pose()</c>.</param>
    /// <param name="model">A trained model, which is shared and must not be disposed before the predictor.</param>
    /// <param name="options">Size of the frames, warm-up and statistics; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// The model needs the instances' centers (a centered-instance model alone), or an option is invalid.
    /// </exception>
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
                "A centered-instance model must be told where the instances are, and a frame "
                    + "does not say. Join it with a centroid model: pose.TopDown(centroid, centeredInstance).",
                nameof(model)
            );
        }

        return new LivePredictor(model, (options ?? new()).Checked());
    }
}
