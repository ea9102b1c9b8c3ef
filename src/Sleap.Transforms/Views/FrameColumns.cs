using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>
/// The Video and FrameIndex columns of a view. A view without them counts its rows as the frames of one unnamed video.
/// </summary>
internal sealed class FrameColumns
{
    private readonly DataViewSchema.Column? _video;
    private readonly DataViewSchema.Column? _frameIndex;

    private FrameColumns(DataViewSchema.Column? video, DataViewSchema.Column? frameIndex)
    {
        _video = video;
        _frameIndex = frameIndex;
    }

    /// <summary>The columns that a cursor must read.</summary>
    public IEnumerable<DataViewSchema.Column> Columns => new[] { _video, _frameIndex }.OfType<DataViewSchema.Column>();

    /// <summary>Finds the columns; throws when one has another type.</summary>
    public static FrameColumns Bind(DataViewSchema schema, PoseColumnOptions names, string component) =>
        new(
            ColumnRule.Text.Find(schema, names.Video, component),
            ColumnRule.Int32.Find(schema, names.FrameIndex, component)
        );

    /// <summary>The same check of a schema shape.</summary>
    /// <exception cref="ArgumentException">A column exists with another type.</exception>
    public static void Check(SchemaShape shape, PoseColumnOptions names, string component)
    {
        ColumnRule.Text.Find(shape, names.Video, component);
        ColumnRule.Int32.Find(shape, names.FrameIndex, component);
    }

    /// <summary>A function that returns the frame of the current row.</summary>
    public Func<(string Video, int FrameIndex)> Open(DataViewRow row)
    {
        var video = _video is { } v ? row.GetGetter<ReadOnlyMemory<char>>(v) : null;
        var frame = _frameIndex is { } f ? row.GetGetter<int>(f) : null;
        ReadOnlyMemory<char> text = default;
        var name = "";
        var index = 0;
        return () =>
        {
            video?.Invoke(ref text);
            // Most rows have the same video as the row before: one string for all of them.
            if (!text.Span.SequenceEqual(name))
                name = text.ToString();
            index = (int)row.Position;
            frame?.Invoke(ref index);
            return (name, index);
        };
    }
}

/// <summary>Reads a column of scalars or vectors as arrays.</summary>
internal static class RowValues
{
    /// <summary>A function that returns a copy of the values of the current row; a scalar is a vector of one.</summary>
    public static Func<T[]> Open<T>(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is not VectorDataViewType)
        {
            var scalar = row.GetGetter<T>(column);
            T single = default!;
            return () =>
            {
                scalar(ref single);
                return [single];
            };
        }
        var getter = row.GetGetter<VBuffer<T>>(column);
        VBuffer<T> value = default;
        return () =>
        {
            getter(ref value);
            var copy = new T[value.Length];
            value.CopyTo(copy);
            return copy;
        };
    }
}
