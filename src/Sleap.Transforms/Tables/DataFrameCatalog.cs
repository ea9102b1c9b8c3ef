using System.Collections.Immutable;
using Microsoft.Data.Analysis;
using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// Poses as a table and back: a <see cref="DataFrame"/>, CSV or Parquet. The predicted keypoints are taken if a view
/// has them, else its labels. All rows are read, and only the columns needed are computed.
/// </summary>
public static class DataFrameCatalog
{
    /// <summary>The poses of all rows of a view as a table, see <see cref="TableLayout"/>.</summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="view">Rows with keypoints; without Video and FrameIndex, rows are counted as the frames of one
    /// unnamed video.</param>
    /// <param name="options">Layout, time, further columns; null for the defaults.</param>
    /// <returns>A frame whose coordinates (pixels of the full frame) and scores are null where a node was not found.
    /// <c>instance</c> is the number of the instance in its row. Instances without a visible node give no
    /// row.</returns>
    /// <exception cref="ArgumentException">The view has no keypoints, a column is missing or has another type, or the
    /// options are wrong.</exception>
    /// <exception cref="InvalidOperationException">A further column has values for each instance, and in some row their
    /// number is not that of the instances.</exception>
    public static DataFrame ToDataFrame(this PoseCatalog pose, IDataView view, TableOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(view);
        var sink = new DataFrameSink();
        new PoseTable(view, options ?? new TableOptions(), "ToDataFrame").Write(sink);
        return sink.Result();
    }

    /// <summary>
    /// Writes the table of <see cref="ToDataFrame"/> as CSV (UTF-8, comma, point as decimal sign, empty = missing), row
    /// by row.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="view">Rows with keypoints.</param>
    /// <param name="path">The file to write; it appears when it is complete.</param>
    /// <param name="options">Layout, time, further columns; null for the defaults.</param>
    /// <exception cref="ArgumentException">The view has no keypoints, a column is missing or has another type, or the
    /// options are wrong.</exception>
    public static void SaveCsv(this PoseCatalog pose, IDataView view, string path, TableOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(view);
        ArgumentException.ThrowIfNullOrEmpty(path);
        WriteCsv(new PoseTable(view, options ?? new TableOptions(), "SaveCsv"), path);
    }

    /// <summary>
    /// Writes the table of <see cref="ToDataFrame"/> as CSV or Parquet, by the file's ending, row by row.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="view">Rows with keypoints.</param>
    /// <param name="path">The file to write, NAME.csv or NAME.parquet; it appears when it is complete. In Parquet
    /// columns have types, and a missing value is null.</param>
    /// <param name="options">Layout, time, further columns; null for the defaults.</param>
    /// <exception cref="ArgumentException">The file has another ending, the view has no keypoints, a column is missing
    /// or has another type, or the options are wrong.</exception>
    public static void SaveTable(this PoseCatalog pose, IDataView view, string path, TableOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(view);
        ArgumentException.ThrowIfNullOrEmpty(path);
        var table = new PoseTable(view, options ?? new TableOptions(), "SaveTable");
        switch (Path.GetExtension(path).ToLowerInvariant())
        {
            case ".csv":
                WriteCsv(table, path);
                break;
            case ".parquet":
                AtomicFile.Write(
                    path,
                    stream =>
                    {
                        using var sink = new ParquetSink(stream);
                        table.Write(sink);
                        sink.Finish();
                    }
                );
                break;
            case var other:
                throw new ArgumentException($"SaveTable: '{path}' ends in '{other}', expected .csv or .parquet.");
        }
    }

    /// <summary>
    /// A table in the layouts of <see cref="ToDataFrame"/>, tidy or wide, as a data view, for instance after rows were
    /// changed or read from a CSV.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="frame">Tidy: the columns frame, node, x, y, and if there are any video, instance, track, score,
    /// instance_score; saved labels have frame_idx and video_path for frame and video.
    /// Wide: the columns frame and node.x, node.y for each node, and if there are any video, instance, track, score,
    /// node.score. Other columns are ignored. Without the column instance, the tracks distinguish the
    /// instances.</param>
    /// <param name="skeleton">The skeleton, for its edges and the order of its nodes; null to take the nodes in the
    /// order of the table.</param>
    /// <param name="columns">The names of the view's columns; null for the defaults.</param>
    /// <returns>A row for each frame in order of appearance: with PredictedKeypoints, KeypointScore, InstanceScore and
    /// PredictedTrack where the table has a score anywhere, else Keypoints and Track. One instance has a fixed size
    /// when no frame has more. Without instance scores (a tidy table) they are the mean of the nodes'.</returns>
    /// <exception cref="ArgumentException">Columns are missing or of another type, a node is there twice or unknown, or
    /// a row has no frame or no node.</exception>
    public static IDataView FromDataFrame(
        this PoseCatalog pose,
        DataFrame frame,
        Skeleton? skeleton = null,
        PoseColumnOptions? columns = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(frame);
        var names = (columns ?? new PoseColumnOptions()).Checked();
        return new FrameDataView(pose.Context, new TableReader(frame, skeleton).Read(), names);
    }

    private static void WriteCsv(PoseTable table, string path) =>
        AtomicFile.Write(
            path,
            stream =>
            {
                using var writer = new CsvTableWriter(stream);
                table.Write(new CsvSink(writer));
            }
        );
}

/// <summary>How poses become a table.</summary>
public sealed record TableOptions
{
    /// <summary>The layout of the table. Default: a row for each node of each instance.</summary>
    public TableLayout Layout { get; init; } = TableLayout.Tidy;

    /// <summary>
    /// Frames a second, more than 0, for the column <c>time</c> (seconds since frame 0 of the video). Default null: no
    /// such column.
    /// </summary>
    public double? FramesPerSecond { get; init; }

    /// <summary>
    /// More columns of the view for the table, such as <c>Speed</c>: numbers, flags, text, keys, and vectors of Single.
    /// A vector of known size gives a column for each slot, such as <c>Velocity.x</c>. In a view of several instances
    /// each row of the table has the values of its instance: <c>Vector&lt;Single, *&gt;</c> and a vector of keys have
    /// one an instance, <c>Vector&lt;Single, *, n&gt;</c> has n, each (if n is above 1) in a column named by the
    /// annotation <c>AnimalSlotNames</c>, or numbered without it. Default: none.
    /// </summary>
    public ImmutableArray<string> Extra { get; init; } = [];

    /// <summary>The names of the view's columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal TableOptions Checked()
    {
        Columns.Checked();
        new OptionFaults("Table options")
            .Defined(nameof(Layout), Layout)
            .Positive(nameof(FramesPerSecond), FramesPerSecond)
            .If(Extra.IsDefault || Extra.Any(string.IsNullOrEmpty), $"{nameof(Extra)} has an empty name")
            .Throw();
        return this;
    }
}

/// <summary>The layout of a table of poses.</summary>
public enum TableLayout
{
    /// <summary>
    /// A row for each node of each instance of each frame: video, frame, instance, track, node, x, y, score. With
    /// <see cref="TableOptions.FramesPerSecond"/>, <c>time</c> comes after frame.
    /// </summary>
    Tidy,

    /// <summary>
    /// A row for each instance of each frame: video, frame, instance, track, score, and for each node snout.x, snout.y,
    /// snout.score.
    /// </summary>
    Wide,
}
