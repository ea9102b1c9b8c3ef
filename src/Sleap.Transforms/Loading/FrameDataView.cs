using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Sleap.Transforms;

/// <summary>
/// Frames as rows: Video, FrameIndex, Image, FrameError and, for labels, Keypoints and Track, or the columns of
/// predictions. Frames are read only when a cursor has the Image or FrameError column active; each has its row whether
/// or not it can be read.
/// </summary>
internal sealed class FrameDataView : IDataView, IFrameReporting, IRowSubset
{
    private readonly FrameTable _table;
    private readonly FrameFailures _failures;
    private readonly PoseColumnOptions _names;
    private readonly int[] _rows;

    public FrameDataView(MLContext ml, FrameTable table, PoseColumnOptions names)
        : this(
            table,
            names,
            new FrameFailures(ml),
            CreateSchema(table, names),
            [.. Enumerable.Range(0, table.Rows.Count)]
        ) { }

    private FrameDataView(
        FrameTable table,
        PoseColumnOptions names,
        FrameFailures failures,
        DataViewSchema schema,
        int[] rows
    )
    {
        _table = table;
        _names = names;
        _failures = failures;
        Schema = schema;
        _rows = rows;
    }

    public DataViewSchema Schema { get; }

    /// <summary>A video is read in order.</summary>
    public bool CanShuffle => false;

    /// <summary>The frames asked for, readable or not.</summary>
    public long? GetRowCount() => _rows.Length;

    public FrameReport? Report() => _failures.Report(_rows);

    public bool IsUnreadable(string video, int frameIndex) => _failures.Contains(video, frameIndex);

    /// <summary>A view that streams only the frames of these rows; a row's id is its number in the table.</summary>
    public IDataView Subset(IReadOnlySet<DataViewRowId> ids) =>
        new FrameDataView(
            _table,
            _names,
            _failures,
            Schema,
            [.. _rows.Where(row => ids.Contains(FrameCursor.IdOf(row)))]
        );

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = new bool[Schema.Count];
        foreach (var column in columnsNeeded)
            active[column.Index] = true;
        return new FrameCursor(Schema, _table, _failures, _rows, active);
    }

    public DataViewRowCursor[] GetRowCursorSet(
        IEnumerable<DataViewSchema.Column> columnsNeeded,
        int n,
        Random? rand = null
    ) => [GetRowCursor(columnsNeeded, rand)];

    private static DataViewSchema CreateSchema(FrameTable table, PoseColumnOptions names)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(names.Video, TextDataViewType.Instance);
        builder.AddColumn(names.FrameIndex, NumberDataViewType.Int32);
        builder.AddColumn(names.Image, new ImageDataViewType());
        builder.AddColumn(names.FrameError, TextDataViewType.Instance);
        if (table.Skeleton is { } skeleton)
        {
            (var keypoints, var track) = table.ArePredictions
                ? (names.PredictedKeypoints, names.PredictedTrack)
                : (names.Keypoints, names.Track);
            List<OutputColumn> columns =
            [
                table.IsSingle
                    ? KeypointColumns.Fixed(keypoints, skeleton)
                    : KeypointColumns.Variable(keypoints, skeleton),
                KeypointColumns.Tracks(track, table.Tracks, table.IsSingle),
            ];
            if (table.ArePredictions)
                columns.AddRange(KeypointColumns.Scores(names, skeleton, table.IsSingle));
            foreach (var column in columns)
                builder.AddColumn(column.Name, column.Type, column.Annotations);
        }
        return builder.ToSchema();
    }
}
