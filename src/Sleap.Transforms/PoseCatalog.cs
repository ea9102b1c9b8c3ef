using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// Instance poses in ML.NET, by <c>mlContext.Pose()</c>. One row is one frame; columns are Video (text), FrameIndex
/// (Int32), Image (MLImage, read only when asked for), and for labels Keypoints (x and y in pixels of the full frame,
/// pixel centers at whole numbers, NaN = missing) and Track (key).
/// </summary>
public sealed class PoseCatalog
{
    internal PoseCatalog(MLContext context) => Context = context;

    internal MLContext Context { get; }

    /// <summary>
    /// Loads labeled frames from a file or folder of any format that <see cref="Labels.Load"/> reads.
    /// </summary>
    /// <param name="path">A .slp or .pkg.slp file, a DeepLabCut folder or CSV, a CSV table …, or a pattern with *, ?
    /// and ** that several match.</param>
    /// <param name="options">Which instances are taken and the layout of the columns; null for the defaults.</param>
    /// <returns>One row a labeled frame; frames that cannot be read have a row without an image, see
    /// <see cref="FrameReport"/>. What the reader ignored is a warning in <see cref="MLContext.Log"/>.
    /// </returns>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="PoseFormatException">The file is damaged or of no known format.</exception>
    /// <exception cref="InvalidDataException">There is no labeled frame in it.</exception>
    /// <exception cref="ArgumentException">The options do not fit; the message names every fault.</exception>
    public IDataView LoadLabels(string path, LabelsOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return LoadLabels([path], options);
    }

    /// <summary>
    /// Loads labeled frames from several files or folders as one view, see <see cref="Labels.LoadMany"/>.
    /// </summary>
    /// <param name="paths">Files, folders and patterns.</param>
    /// <param name="options">Which instances are taken and the layout of the columns; null for the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file or folder, or nothing matches a
    /// pattern.</exception>
    /// <exception cref="PoseFormatException">A file is damaged or of no known format.</exception>
    /// <exception cref="InvalidDataException">There is no labeled frame in them.</exception>
    /// <exception cref="ArgumentException">No path is given, the instances are of several skeletons, or the options do
    /// not fit.</exception>
    public IDataView LoadLabels(IEnumerable<string> paths, LabelsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return Load([.. paths], options, arePredictions: false);
    }

    /// <summary>Labels already in memory as a data view.</summary>
    /// <param name="labels">The labels.</param>
    /// <param name="options">Which instances are taken and the layout of the columns; null for the defaults.</param>
    /// <exception cref="InvalidDataException">There is no labeled frame in them.</exception>
    /// <exception cref="ArgumentException">The options do not fit; the message names every fault.</exception>
    public IDataView FromLabels(Labels labels, LabelsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var chosen = (options ?? new LabelsOptions()).Checked();
        return View(
            chosen.Instances == InstanceChoice.UserCentroids ? SlpCentroids.Of(labels) : labels,
            chosen,
            "The label set",
            arePredictions: false
        );
    }

    /// <summary>
    /// Loads the poses of a file, in the columns that a model's <c>Transform</c> gives: PredictedKeypoints,
    /// KeypointScore, InstanceScore and PredictedTrack beside Video, FrameIndex and Image.
    /// </summary>
    /// <param name="path">Predictions in any format that <see cref="Labels.Load"/> reads, or a pattern with *, ? and **
    /// that several match.</param>
    /// <param name="options">Which instances are taken and the layout of the columns; null for the defaults: in a frame
    /// with instances that a person set, only those are taken.</param>
    /// <returns>One row a frame. Points that a person set have score 1, missing points 0.</returns>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="PoseFormatException">The file is damaged or of no known format.</exception>
    /// <exception cref="InvalidDataException">There is no instance in it.</exception>
    /// <exception cref="ArgumentException">The options do not fit; the message names every fault.</exception>
    public IDataView LoadPredictions(string path, LabelsOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Load([path], options, arePredictions: true);
    }

    /// <summary>Poses already in memory, as <see cref="LoadPredictions"/> gives them.</summary>
    /// <param name="labels">The poses.</param>
    /// <param name="options">Which instances are taken and the layout of the columns; null for the defaults.</param>
    /// <exception cref="InvalidDataException">There is no instance in them.</exception>
    /// <exception cref="ArgumentException">The options do not fit; the message names every fault.</exception>
    public IDataView FromPredictions(Labels labels, LabelsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return View(labels, (options ?? new LabelsOptions()).Checked(), "The label set", arePredictions: true);
    }

    /// <summary>The frames of a video, without labels.</summary>
    /// <param name="path">A video file, one image, or a folder of images.</param>
    /// <param name="frames">Zero-based frame numbers, in the order wanted; null for all frames.</param>
    /// <param name="columns">The names of the columns; null for the defaults.</param>
    /// <returns>One row a frame: Video, FrameIndex, Image, FrameError. Frames that cannot be read have no image, see
    /// <see cref="FrameReport"/>.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="PoseFormatException">It is not a video that can be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A frame number is negative.</exception>
    public IDataView LoadVideo(string path, IEnumerable<int>? frames = null, PoseColumnOptions? columns = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path) && !Directory.Exists(path))
            throw new FileNotFoundException($"There is no video '{path}'.", path);
        return FromVideo(Video.FromFile(path), frames, columns);
    }

    /// <summary>
    /// The frames of a video object, for instance one of <see cref="Labels.Videos"/>, without labels.
    /// </summary>
    /// <param name="video">The video.</param>
    /// <param name="frames">Zero-based frame numbers, in the order wanted; null for all frames.</param>
    /// <param name="columns">The names of the columns; null for the defaults.</param>
    /// <exception cref="FileNotFoundException">The video's file is not found.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A frame number is negative.</exception>
    public IDataView FromVideo(Video video, IEnumerable<int>? frames = null, PoseColumnOptions? columns = null)
    {
        ArgumentNullException.ThrowIfNull(video);
        var names = (columns ?? new PoseColumnOptions()).Checked();
        var numbers = frames is null ? AllFrames(video) : [.. frames];
        if (numbers.Length > 0 && numbers.Min() < 0)
            throw new ArgumentOutOfRangeException(nameof(frames), numbers.Min(), "Frame numbers begin at 0.");
        return FromFrames([video], numbers.Select(frame => (video, frame)), names);
    }

    /// <summary>The frames of several videos, without labels, in the order given.</summary>
    internal IDataView FromFrames(
        IReadOnlyList<Video> videos,
        IEnumerable<(Video Video, int FrameIndex)> frames,
        PoseColumnOptions names
    )
    {
        var none = new InstanceArray(0, 0);
        var numbers = videos.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        var table = new FrameTable
        {
            Videos = videos,
            VideoNames = [.. videos.Select(VideoNames.Of(Context).Add)],
            Rows = [.. frames.Select(frame => new FrameRow(numbers[frame.Video], frame.FrameIndex, none))],
        };
        return new FrameDataView(Context, table, names);
    }

    /// <summary>
    /// The images of a folder as the frames of a video, in the order of the numbers in their names.
    /// </summary>
    /// <param name="folder">A folder of PNG, JPEG or BMP files.</param>
    /// <param name="columns">The names of the columns; null for the defaults.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="ArgumentException">The folder holds no image.</exception>
    public IDataView LoadImages(string folder, PoseColumnOptions? columns = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return Directory.Exists(folder)
            ? LoadVideo(folder, columns: columns)
            : throw new DirectoryNotFoundException($"There is no folder '{folder}'.");
    }

    /// <summary>
    /// Returns how many frames were requested, and which of them the cursors so far could not read. Each is also a
    /// warning in <see cref="MLContext.Log"/>.
    /// </summary>
    /// <param name="view">A view that this catalog loaded, or of this library's transformers over one.</param>
    /// <exception cref="ArgumentException">The view is not one of those.</exception>
    public FrameReport FrameReport(IDataView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return (view as IFrameReporting)?.Report()
            ?? throw new ArgumentException(
                "Only views from LoadLabels, FromLabels, LoadPredictions, "
                    + "FromPredictions, LoadVideo, FromVideo and LoadImages, their splits, and this library's "
                    + "transformers over them have a frame report. Ask the loaded view itself.",
                nameof(view)
            );
    }

    /// <summary>
    /// The poses of a view as labels: a frame for each row, and its instances with a visible node, with tracks and
    /// scores.
    /// </summary>
    /// <param name="view">Rows with keypoints; without Video and FrameIndex, rows are counted as the frames of one
    /// unnamed video.</param>
    /// <param name="columns">The names of the columns; null for the defaults.</param>
    /// <returns>Labels whose provenance says what made them and how many frames were requested, processed, failed and
    /// empty.</returns>
    /// <exception cref="ArgumentException">The view has no keypoints, a column has another type, or the poses are in
    /// pixels of images that were resized before the model read them.</exception>
    public Labels ToLabels(IDataView view, PoseColumnOptions? columns = null)
    {
        ArgumentNullException.ThrowIfNull(view);
        return LabelsBuilder.Build(view, (columns ?? new PoseColumnOptions()).Checked(), VideoNames.Of(Context));
    }

    /// <summary>
    /// Saves the poses of a view in the format of the path's extension, see <see cref="Labels.Save"/>.
    /// </summary>
    /// <param name="view">Rows with keypoints.</param>
    /// <param name="path">The file to write, for instance "session.predictions.slp".</param>
    /// <param name="columns">The names of the columns; null for the defaults.</param>
    /// <returns>What was saved. What the format could not hold is a warning in <see cref="MLContext.Log"/>.</returns>
    /// <exception cref="ArgumentException">The view has no keypoints, a column has another type, or the poses are in
    /// pixels of images that were resized before the model read them.</exception>
    /// <exception cref="PoseFormatException">The extension is of no known format.</exception>
    public Labels SaveLabels(IDataView view, string path, PoseColumnOptions? columns = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var labels = ToLabels(view, columns);
        PoseLog.Warn(Context, "Saving labels", [.. labels.Save(path).Select(loss => $"{path}: {loss}")]);
        return labels;
    }

    /// <summary>The numbers of a video's frames.</summary>
    internal static int[] AllFrames(Video video)
    {
        using var source = video.Open();
        // Embedded images keep the frame numbers of their video, and there are fewer of them than frames.
        var count = source.FrameCount;
        var frames = new List<int>(count);
        for (var frame = 0; frames.Count < count && frame < int.MaxValue; frame++)
        {
            if (source.Contains(frame))
                frames.Add(frame);
        }

        return [.. frames];
    }

    private FrameDataView Load(List<string> paths, LabelsOptions? options, bool arePredictions)
    {
        var chosen = (options ?? new LabelsOptions()).Checked();
        var name = string.Join(", ", paths);
        // Of several files the data beyond poses are kept of one.
        var labels =
            chosen.Instances == InstanceChoice.UserCentroids
                ? Labels.Concat([.. LabelFormats.LoadMany(paths, chosen.Reading).Select(SlpCentroids.Of)])
                : Labels.LoadMany(paths, chosen.Reading);
        PoseLog.Warn(Context, "Loading labels", [.. labels.Remarks.Select(remark => $"{name}: {remark}")]);
        return View(labels, chosen, name, arePredictions);
    }

    private FrameDataView View(Labels labels, LabelsOptions options, string source, bool arePredictions)
    {
        var table = LabelsTable.Create(labels, VideoNames.Of(Context), options, source, arePredictions);
        if (table.FramesOfPredictions > 0)
        {
            PoseLog.Warn(
                Context,
                "Loading labels",
                [
                    $"{source}: {table.FramesOfPredictions} frames hold only predictions and are left out; "
                        + $"{table.Rows.Count} that a person labeled are taken. Instances = UserElsePredicted takes both.",
                ]
            );
        }

        return new FrameDataView(Context, table, options.Columns);
    }
}

/// <summary>The entry to this library from an <see cref="MLContext"/>.</summary>
public static class PoseCatalogExtensions
{
    // Makes a property of type MLImage a column of images of any size, for PredictionEngine, LoadFromEnumerable and
    // CreateEnumerable.
    static PoseCatalogExtensions() => DataViewTypeManager.Register(new ImageDataViewType(), typeof(MLImage));

    /// <summary>Instance poses in ML.NET: loading, splitting, analyzing, evaluating and saving them.</summary>
    public static PoseCatalog Pose(this MLContext ml)
    {
        ArgumentNullException.ThrowIfNull(ml);
        return new PoseCatalog(ml);
    }
}

/// <summary>Warnings to <see cref="MLContext.Log"/>.</summary>
internal static class PoseLog
{
    /// <summary>Sends each message as a warning of the source "Pose; <paramref name="task"/>".</summary>
    public static void Warn(IHostEnvironment ml, string task, IReadOnlyCollection<string> messages)
    {
        if (messages.Count == 0)
            return;
        var host = ml.Register("Pose");
        using var channel = host.Start(task);
        // As an argument and not as the format: paths may contain braces.
        foreach (var message in messages)
            channel.Warning(MessageSensitivity.UserData, "{0}", message);
    }
}
