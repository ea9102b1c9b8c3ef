using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// Goes over the rows of a frame table. With the Image or FrameError column active it streams each run of frames of one
/// video. Every row comes, whichever columns are active: a frame that cannot be read has no image.
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

    private readonly FrameStream? _stream =
        active[ImageColumn] || active[ErrorColumn] ? new FrameStream(table, rows) : null;
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

        Delegate getter = column.Index switch
        {
            VideoColumn => (ValueGetter<ReadOnlyMemory<char>>)GetVideo,
            FrameIndexColumn => (ValueGetter<int>)((ref int value) => value = Current().FrameIndex),
            ImageColumn => (ValueGetter<MLImage>)GetImage,
            ErrorColumn => (ValueGetter<ReadOnlyMemory<char>>)GetError,
            KeypointsColumn => (ValueGetter<VBuffer<float>>)(
                (ref VBuffer<float> value) => SkeletonAnnotations.Copy<float>(Current().Keypoints, ref value)
            ),
            TrackColumn when table.IsSingle => (ValueGetter<uint>)((ref uint value) => value = Current().Tracks[0]),
            TrackColumn => (ValueGetter<VBuffer<uint>>)(
                (ref VBuffer<uint> value) => SkeletonAnnotations.Copy<uint>(Current().Tracks, ref value)
            ),
            ScoresColumn => (ValueGetter<VBuffer<float>>)(
                (ref VBuffer<float> value) => SkeletonAnnotations.Copy<float>(Current().Scores, ref value)
            ),
            _ when table.IsSingle => (ValueGetter<float>)((ref float value) => value = Current().InstanceScores[0]),
            _ => (ValueGetter<VBuffer<float>>)(
                (ref VBuffer<float> value) => SkeletonAnnotations.Copy<float>(Current().InstanceScores, ref value)
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
