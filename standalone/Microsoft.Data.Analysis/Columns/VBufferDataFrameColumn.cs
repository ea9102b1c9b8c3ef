using System.Collections;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Microsoft.Data.Analysis;

/// <summary>A column of vectors. It has no nulls, and back in a data view its vectors are of any size, whatever they were.</summary>
public class VBufferDataFrameColumn<T> : DataFrameColumn, IEnumerable<VBuffer<T>>
{
    private readonly List<VBuffer<T>> _values = [];

    public VBufferDataFrameColumn(string name, long length = 0) : base(name, 0, typeof(VBuffer<T>)) => Resize(length);

    public VBufferDataFrameColumn(string name, IEnumerable<VBuffer<T>> values) : base(name, 0, typeof(VBuffer<T>))
    {
        ArgumentNullException.ThrowIfNull(values);
        foreach (VBuffer<T> value in values)
            Append(value);
    }

    public override long NullCount => 0;

    public new VBuffer<T> this[long rowIndex]
    {
        get => GetTypedValue(rowIndex);
        set => SetTypedValue(rowIndex, value);
    }

    public void Append(VBuffer<T> value)
    {
        _values.Add(value);
        Length++;
    }

    public IEnumerator<VBuffer<T>> GetEnumerator() => _values.GetEnumerator();

    public new VBufferDataFrameColumn<T> Clone(long numberOfNullsToAppend = 0) => (VBufferDataFrameColumn<T>)CloneImplementation(numberOfNullsToAppend);

    public new VBufferDataFrameColumn<T> Clone(DataFrameColumn mapIndices, bool invertMapIndices, long numberOfNullsToAppend)
        => (VBufferDataFrameColumn<T>)CloneImplementation(mapIndices, invertMapIndices, numberOfNullsToAppend);

    protected VBuffer<T> GetTypedValue(long rowIndex) => _values[Row(rowIndex)];

    protected void SetTypedValue(long rowIndex, VBuffer<T> value) => _values[Row(rowIndex)] = value;

    protected override object GetValue(long rowIndex) => GetTypedValue(rowIndex);

    protected override IReadOnlyList<object> GetValues(long startIndex, int length) => [.. _values.Skip(Row(startIndex)).Take(length)];

    protected override void SetValue(long rowIndex, object value) => SetTypedValue(rowIndex, value switch
    {
        null => throw new NotSupportedException("Null values are not supported by VBufferDataFrameColumn"),
        VBuffer<T> vector => vector,
        _ => throw new ArgumentException($"Expected value to be of type {typeof(VBuffer<T>)}", nameof(value)),
    });

    protected override IEnumerator GetEnumeratorCore() => GetEnumerator();

    protected override DataFrameColumn CloneImplementation(DataFrameColumn mapIndices, bool invertMapIndices = false, long numberOfNullsToAppend = 0)
        => mapIndices is null ? Clone() : new VBufferDataFrameColumn<T>(Name, RowsOf(mapIndices, invertMapIndices).Select(row => row < 0 ? default : this[row]));

    protected override DataFrameColumn CloneImplementation(long numberOfNullsToAppend) => new VBufferDataFrameColumn<T>(Name, _values);

    protected override DataFrameColumn FillNullsImplementation(object value, bool inPlace) => inPlace ? this : Clone();

    protected override DataFrameColumn DropNullsImplementation() => Clone();

    protected internal override void Resize(long length)
    {
        if (length < Length)
            throw new ArgumentException("Cannot resize down", nameof(length));
        while (Length < length)
            Append(default);
    }

    protected internal override PrimitiveDataFrameColumn<long> GetSortIndices(bool ascending, bool putNullValuesLast) => throw new NotImplementedException();

    protected internal override void AddDataViewColumn(DataViewSchema.Builder builder) => builder.AddColumn(Name, new VectorDataViewType(ColumnFactory.ViewType(typeof(T))));

    protected internal override Delegate GetDataViewGetter(DataViewRowCursor cursor) => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => value = this[cursor.Position]);

    protected internal override Delegate GetValueGetterUsingCursor(DataViewRowCursor cursor, DataViewSchema.Column schemaColumn) => cursor.GetGetter<VBuffer<T>>(schemaColumn);

    protected internal override void AddValueUsingCursor(DataViewRowCursor cursor, Delegate getter)
    {
        // A fresh vector each row: it is kept.
        VBuffer<T> value = default;
        ((ValueGetter<VBuffer<T>>)getter)(ref value);
        if (cursor.Position > Length)
            throw new IndexOutOfRangeException("row");
        if (cursor.Position == Length)
            Append(value);
        else
            this[cursor.Position] = value;
    }

    private int Row(long index) => index >= 0 && index < Length ? (int)index : throw new ArgumentOutOfRangeException(nameof(index), "Index cannot be greater than the Column's Length");
}
