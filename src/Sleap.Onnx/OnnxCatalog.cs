using Google.Protobuf;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>Methods of <see cref="PoseCatalog"/> that write models as ONNX files and predict with such files.</summary>
public static class OnnxCatalog
{
    /// <summary>
    /// Writes a model as a folder in the layout of sleap-nn's export: <c>model.onnx</c>, a single graph from frames as
    /// bytes to points in pixels of the frame, <c>export_metadata.json</c> and the training configurations.
    /// </summary>
    /// <remarks>
    /// Peaks are refined inside the graph as in the model's own predictions. What was written is run by ONNX Runtime
    /// and compared with the model before the folder appears; a difference is an error, and nothing is left behind.
    /// Filters of instances are not part of the graph.
    /// </remarks>
    /// <param name="catalog">From <c>mlContext.Pose()</c>.</param>
    /// <param name="model">A trained model; not a centered-instance model alone, which needs crops.</param>
    /// <param name="folder">The folder; an earlier export in it is replaced.</param>
    /// <param name="options">Numbers of instances and peaks, and the frames for the comparison; null for the
    /// defaults.</param>
    /// <returns>How both compare.</returns>
    /// <exception cref="NotSupportedException">There is no graph for such a model.</exception>
    /// <exception cref="InvalidDataException">
    /// The written model finds a point more than 0.001 pixels from the original's, or differs in its networks' outputs;
    /// the message says where.
    /// </exception>
    /// <exception cref="IOException">The folder cannot be written, or has other files in it.</exception>
    public static OnnxExportReport ExportOnnx(
        this PoseCatalog catalog,
        PoseModelTransformer model,
        string folder,
        OnnxExportOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return OnnxExport.Write(catalog, model, folder, (options ?? new()).Checked());
    }

    /// <summary>
    /// Loads a folder that <see cref="ExportOnnx"/> or sleap-nn has written. The model predicts by ONNX Runtime,
    /// without libtorch, with the same columns as the original, and can be saved by <c>mlContext.Model</c>.
    /// </summary>
    /// <param name="catalog">From <c>mlContext.Pose()</c>.</param>
    /// <param name="folder">A folder with <c>model.onnx</c>.</param>
    /// <param name="options">What computes, and names of columns; null for the defaults.</param>
    /// <exception cref="FileNotFoundException">The folder has no model.onnx, or a file that it refers to is
    /// missing.</exception>
    /// <exception cref="PoseFormatException">
    /// A file is damaged, refers to files outside of the folder, or has other inputs or outputs than a pose model.
    /// </exception>
    /// <exception cref="NotSupportedException">The provider is not there.</exception>
    public static OnnxPoseTransformer FromOnnx(this PoseCatalog catalog, string folder, OnnxOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return OnnxFolder.Read(folder).Load(catalog.Context, (options ?? new()).Checked());
    }

    /// <summary>
    /// Loads an object detector from an ONNX file: a step that finds boxes in frames, as a centered-instance model
    /// takes them by <c>With(CropSource.Boxes)</c>.
    /// </summary>
    /// <remarks>
    /// Frames are fitted into the graph's input (aspect ratio kept, zeros at the right and bottom), and boxes are given
    /// in pixels of the frame, without those that overlap better ones. The graph is run once when it is loaded, so that
    /// outputs of an unknown layout are refused at once. It can be saved by <c>mlContext.Model</c>.
    /// </remarks>
    /// <param name="catalog">From <c>mlContext.Pose()</c>.</param>
    /// <param name="file">
    /// The graph. Its only input is an image: (1, C, H, W), (1, H, W, C) or without the first axis, C = 1 (gray) or 3
    /// (RGB), floats or bytes.
    /// </param>
    /// <param name="options">How the outputs are read; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    /// <exception cref="FileNotFoundException">There is no such file, or one that it refers to is missing.</exception>
    /// <exception cref="PoseFormatException">
    /// The file is damaged, refers to files outside of its folder, or has another input or other outputs than a
    /// detector.
    /// </exception>
    /// <exception cref="NotSupportedException">The provider is not there.</exception>
    public static OnnxDetectorTransformer FromOnnxDetector(
        this PoseCatalog catalog,
        string file,
        OnnxDetectorOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrEmpty(file);
        var chosen = (options ?? new()).Checked();
        if (!File.Exists(file))
            throw new FileNotFoundException($"There is no detector '{file}'.", file);
        return new(new OnnxDetector(OnnxFolder.ReadGraph(file).ToByteArray(), chosen, file));
    }
}
