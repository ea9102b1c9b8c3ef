using System.Diagnostics.CodeAnalysis;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// The rows of a table: Video, FrameIndex, Image, FrameError and, for labels, Keypoints and Track, or the columns of
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

    public FrameReport? Report() => _table.Videos.Count == 0 ? null : _failures.Report(_rows);

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
        if (table.Videos.Count > 0)
        {
            builder.AddColumn(names.Image, new ImageDataViewType());
            builder.AddColumn(names.FrameError, TextDataViewType.Instance);
        }
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

/// <summary>
/// Reads the rows of a table. With the Image or FrameError column active it streams each run of frames of one video.
/// Every row is given, whichever columns are active: a frame that cannot be read has no image.
/// </summary>
internal sealed class FrameCursor(
    DataViewSchema schema,
    FrameTable table,
    FrameFailures failures,
    int[] rows,
    bool[] active
) : DataViewRowCursor, IFrameRow
{
    private const int VideoColumn = 0;
    private const int FrameIndexColumn = 1;
    private const int ImageColumn = 2;
    private const int ErrorColumn = 3;
    private const int KeypointsColumn = 4;
    private const int TrackColumn = 5;
    private const int ScoresColumn = 6;

    // A table without videos has no Image and FrameError columns.
    private readonly int _omitted = table.Videos.Count > 0 ? 0 : 2;

    private readonly FrameStream? _stream =
        table.Videos.Count > 0 && (active[ImageColumn] || active[ErrorColumn]) ? new FrameStream(table, rows) : null;
    private Frame? _frame;
    private string? _error;
    private int _next;
    private int _row = -1;
    private long _position = -1;
    private bool _disposed;

    /// <summary>The id of a row: its number in the table, whichever rows a view has.</summary>
    public static DataViewRowId IdOf(int row) => new((ulong)row, 0);

    public override DataViewSchema Schema => schema;

    public override long Position => _position;

    public override long Batch => 0;

    private InstanceArray Instances => Current().Instances;

    public override bool MoveNext()
    {
        if (_disposed || _next == rows.Length)
        {
            _position = -1;
            _row = -1;
            return false;
        }
        _row = rows[_next++];
        _position++;
        if (_stream is not null)
            ReadFrame();
        return true;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

    public override ValueGetter<DataViewRowId> GetIdGetter() =>
        (ref DataViewRowId value) =>
        {
            Current();
            value = IdOf(_row);
        };

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!active[column.Index])
        {
            throw new InvalidOperationException(
                $"The column '{column.Name}' was not asked for when this cursor was made, so it has no values."
            );
        }

        Delegate getter = (column.Index < ImageColumn ? column.Index : column.Index + _omitted) switch
        {
            VideoColumn => (ValueGetter<ReadOnlyMemory<char>>)GetVideo,
            FrameIndexColumn => (ValueGetter<int>)((ref int value) => value = Current().FrameIndex),
            ImageColumn => (ValueGetter<MLImage>)GetImage,
            ErrorColumn => (ValueGetter<ReadOnlyMemory<char>>)GetError,
            KeypointsColumn => (ValueGetter<VBuffer<float>>)(
                (ref VBuffer<float> value) => SkeletonAnnotations.Copy<float>(Instances.Points, ref value)
            ),
            TrackColumn when table.IsSingle => (ValueGetter<uint>)((ref uint value) => value = Instances.Tracks[0]),
            TrackColumn => (ValueGetter<VBuffer<uint>>)(
                (ref VBuffer<uint> value) => SkeletonAnnotations.Copy<uint>(Instances.Tracks, ref value)
            ),
            ScoresColumn => (ValueGetter<VBuffer<float>>)(
                (ref VBuffer<float> value) => SkeletonAnnotations.Copy<float>(Instances.PeakScores, ref value)
            ),
            _ when table.IsSingle => (ValueGetter<float>)((ref float value) => value = Instances.Scores[0]),
            _ => (ValueGetter<VBuffer<float>>)(
                (ref VBuffer<float> value) => SkeletonAnnotations.Copy<float>(Instances.Scores, ref value)
            ),
        };
        return getter as ValueGetter<TValue>
            ?? throw new InvalidOperationException(
                $"The column '{column.Name}' holds {schema[column.Index].Type.RawType}, not {typeof(TValue)}."
            );
    }

    public bool TryGetFrame(
        DataViewSchema.Column column,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Frame? frame
    )
    {
        frame = column.Index == ImageColumn ? _frame : null;
        return frame is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _position = -1;
            _stream?.Dispose();
        }
        base.Dispose(disposing);
    }

    private FrameRow Current() =>
        _position >= 0
            ? table.Rows[_row]
            : throw new InvalidOperationException(
                "There is no current row: the cursor was not moved to one, or it is at its end."
            );

    private void ReadFrame()
    {
        var result = _stream!.Next();
        (_frame, _error) = (result.Frame, result.Error is null ? null : FrameFailures.ReasonOf(result.Error));
        if (result.Error is { } error)
            failures.Add(_row, table.VideoNames[table.Rows[_row].Video], table.Rows[_row].FrameIndex, error);
    }

    private void GetVideo(ref ReadOnlyMemory<char> value) => value = table.VideoNames[Current().Video].AsMemory();

    private void GetImage(ref MLImage value)
    {
        Current();
        value?.Dispose();
        value = _frame is null ? null! : FrameImage.From(_frame);
    }

    private void GetError(ref ReadOnlyMemory<char> value)
    {
        Current();
        value = _error.AsMemory();
    }
}

/// <summary>
/// A row whose Image column comes directly from this library's loader: its frame is available as gray or RGB bytes,
/// without an MLImage of four bytes a pixel.
/// </summary>
internal interface IFrameRow
{
    /// <summary>
    /// The frame of the current row behind <paramref name="column"/>; false when the column is something else. The
    /// frame is read only.
    /// </summary>
    bool TryGetFrame(DataViewSchema.Column column, [NotNullWhen(true)] out Frame? frame);
}
