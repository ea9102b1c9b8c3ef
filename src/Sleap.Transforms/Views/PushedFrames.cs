using System.Diagnostics.CodeAnalysis;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Rows of the columns Video, FrameIndex and Image of frames that are given one at a time.</summary>
/// <param name="schema">Made by <see cref="SchemaOf"/>.</param>
/// <param name="next">The frame of the next row.</param>
internal sealed class PushedFrames(DataViewSchema schema, Func<Frame> next) : DataViewRowCursor, IFrameRow
{
    private const int ImageColumn = 2;

    private long _position = -1;
    private Frame? _frame;

    public override DataViewSchema Schema => schema;

    public override long Position => _position;

    public override long Batch => 0;

    /// <summary>The schema of frames in columns of these names.</summary>
    public static DataViewSchema SchemaOf(PoseColumnOptions names)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(names.Video, TextDataViewType.Instance);
        builder.AddColumn(names.FrameIndex, NumberDataViewType.Int32);
        builder.AddColumn(names.Image, new ImageDataViewType());
        return builder.ToSchema();
    }

    public override bool MoveNext()
    {
        _frame = next();
        _position++;
        return true;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => true;

    public override ValueGetter<DataViewRowId> GetIdGetter() =>
        (ref DataViewRowId value) => value = new DataViewRowId((ulong)_position, 0);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        Delegate getter = column.Index switch
        {
            0 => (ValueGetter<ReadOnlyMemory<char>>)(
                static (ref ReadOnlyMemory<char> value) => value = ReadOnlyMemory<char>.Empty
            ),
            1 => (ValueGetter<int>)((ref int value) => value = _frame!.FrameIndex),
            _ => (ValueGetter<MLImage>)GetImage,
        };
        return getter as ValueGetter<TValue>
            ?? throw new InvalidOperationException(
                $"The column '{column.Name}' holds {column.Type.RawType}, not {typeof(TValue)}."
            );
    }

    public bool TryGetFrame(DataViewSchema.Column column, [NotNullWhen(true)] out Frame? frame)
    {
        frame = column.Index == ImageColumn ? _frame : null;
        return frame is not null;
    }

    private void GetImage(ref MLImage value)
    {
        value?.Dispose();
        value = FrameImage.From(_frame!);
    }
}
