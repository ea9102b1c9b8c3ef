using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Sleap.Transforms.Tests;

/// <summary>
/// A view with a column of each kind, whose cursor overwrites and disposes as ML.NET's own sources do, and which counts
/// what is asked of it.
/// </summary>
internal sealed class RichView : IDataView
{
    private readonly int _rows;

    public RichView(int rows)
    {
        _rows = rows;
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("X", NumberDataViewType.Single);
        builder.AddColumn("Text", TextDataViewType.Instance);
        builder.AddColumn("Key", new KeyDataViewType(typeof(uint), 10));
        builder.AddColumn("Flag", BooleanDataViewType.Instance);
        builder.AddColumn("Vector", new VectorDataViewType(NumberDataViewType.Single));
        builder.AddColumn("Words", new VectorDataViewType(TextDataViewType.Instance));
        builder.AddColumn("Image", new ImageDataViewType());
        builder.AddColumn("RowId", RowIdDataViewType.Instance);
        builder.AddColumn("Custom", new BoxType());
        Schema = builder.ToSchema();
    }

    public DataViewSchema Schema { get; }

    public bool CanShuffle => false;

    public int OpenCursors { get; private set; }

    public int CursorsMade { get; private set; }

    public int RowsRead { get; private set; }

    public int ImagesMade { get; private set; }

    public long? GetRowCount() => _rows;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        OpenCursors++;
        CursorsMade++;
        return new Cursor(this, columnsNeeded.Select(column => column.Index).ToHashSet());
    }

    public DataViewRowCursor[] GetRowCursorSet(
        IEnumerable<DataViewSchema.Column> columnsNeeded,
        int n,
        Random? rand = null
    ) => [GetRowCursor(columnsNeeded, rand)];

    // What each column holds in a row.
    public static float X(long row) => row * 1.5f;

    public static string Text(long row) => "row " + row;

    public static uint Key(long row) => (uint)(row % 11);

    public static float[] Vector(long row) => [.. Enumerable.Range(0, (int)(row % 5)).Select(i => row + (i * 0.25f))];

    public static string[] Words(long row) => [.. Enumerable.Range(0, (int)(row % 3)).Select(i => $"{row}/{i}")];

    public static byte Pixel(long row) => (byte)(row * 7);

    public static DataViewRowId Id(long row) => new((ulong)row, 5);

    internal sealed record Box(long Row);

    internal sealed class BoxType() : StructuredDataViewType(typeof(Box))
    {
        public override bool Equals(DataViewType? other) => other is BoxType;
    }

    private sealed class Cursor(RichView view, HashSet<int> active) : DataViewRowCursor
    {
        private long _position = -1;
        private bool _ended;
        private bool _disposed;

        public override DataViewSchema Schema => view.Schema;

        public override long Position => _position;

        public override long Batch => _position / 4;

        public override bool MoveNext()
        {
            if (_disposed || _ended || _position + 1 >= view._rows)
            {
                _ended = true;
                _position = -1;
                return false;
            }
            _position++;
            view.RowsRead++;
            return true;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = Id(_position);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Assert.True(active.Contains(column.Index), $"{column.Name} was not asked for");
            Delegate getter = column.Name switch
            {
                "X" => (ValueGetter<float>)((ref float value) => value = X(_position)),
                "Text" => (ValueGetter<ReadOnlyMemory<char>>)(
                    (ref ReadOnlyMemory<char> value) => value = Text(_position).AsMemory()
                ),
                "Key" => (ValueGetter<uint>)((ref uint value) => value = Key(_position)),
                "Flag" => (ValueGetter<bool>)((ref bool value) => value = _position % 2 == 0),
                "Vector" => (ValueGetter<VBuffer<float>>)(
                    (ref VBuffer<float> value) => Fill(Vector(_position), ref value)
                ),
                "Words" => (ValueGetter<VBuffer<ReadOnlyMemory<char>>>)(
                    (ref VBuffer<ReadOnlyMemory<char>> value) =>
                        Fill([.. Words(_position).Select(word => word.AsMemory())], ref value)
                ),
                "Image" => (ValueGetter<MLImage>)Image,
                "RowId" => (ValueGetter<DataViewRowId>)((ref DataViewRowId value) => value = Id(_position + 100)),
                _ => (ValueGetter<Box>)((ref Box value) => value = new Box(_position)),
            };
            return (ValueGetter<TValue>)getter;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && !_disposed)
            {
                _disposed = true;
                view.OpenCursors--;
            }
            base.Dispose(disposing);
        }

        private static void Fill<T>(T[] values, ref VBuffer<T> value)
        {
            // Writes into the buffer that is there, as sources do.
            var editor = VBufferEditor.Create(ref value, values.Length);
            values.CopyTo(editor.Values);
            value = editor.Commit();
        }

        private void Image(ref MLImage value)
        {
            view.ImagesMade++;
            value?.Dispose();
            var pixel = Pixel(_position);
            value = MLImage.CreateFromPixels(2, 1, MLPixelFormat.Rgba32, [pixel, 1, 2, 255, 3, pixel, 4, 255]);
            value.Tag = Text(_position);
        }
    }
}
