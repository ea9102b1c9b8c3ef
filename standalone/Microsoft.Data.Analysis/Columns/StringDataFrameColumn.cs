using System.Collections;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Microsoft.Data.Analysis;

/// <summary>A column of text.</summary>
public class StringDataFrameColumn : DataFrameColumn, IEnumerable<string>
{
    private readonly List<string> _values = [];
    private long _nullCount;

    public StringDataFrameColumn(string name, long length = 0) : base(name, 0, typeof(string)) => Resize(length);

    public StringDataFrameColumn(string name, IEnumerable<string> values) : base(name, 0, typeof(string))
    {
        ArgumentNullException.ThrowIfNull(values);
        foreach (string value in values)
            Append(value);
    }

    public override long NullCount => _nullCount;

    public new string this[long rowIndex]
    {
        get => _values[Row(rowIndex)];
        set => SetValue(rowIndex, value);
    }

    public new List<string> this[long startIndex, int length] => _values.GetRange(Row(startIndex), Math.Min(length, _values.Count - (int)startIndex));

    public void Append(string value)
    {
        _values.Add(value);
        _nullCount += value == null ? 1 : 0;
        Length++;
    }

    public IEnumerator<string> GetEnumerator() => _values.GetEnumerator();

    public StringDataFrameColumn Apply(Func<string, string> func, bool inPlace = false)
    {
        StringDataFrameColumn column = inPlace ? this : Clone();
        for (int i = 0; i < _values.Count; i++)
        {
            if (column[i] != null)
                column[i] = func(column[i]);
        }
        return column;
    }

    public StringDataFrameColumn FillNulls(string value, bool inPlace = false)
    {
        ArgumentNullException.ThrowIfNull(value);
        StringDataFrameColumn column = inPlace ? this : Clone();
        for (int i = 0; i < _values.Count; i++)
            column[i] ??= value;
        return column;
    }

    public new StringDataFrameColumn DropNulls() => (StringDataFrameColumn)DropNullsImplementation();

    public new StringDataFrameColumn Sort(bool ascending = true, bool putNullValuesLast = true) => (StringDataFrameColumn)base.Sort(ascending, putNullValuesLast);

    public new StringDataFrameColumn Clone(long numberOfNullsToAppend = 0) => (StringDataFrameColumn)CloneImplementation(numberOfNullsToAppend);

    public new StringDataFrameColumn Clone(DataFrameColumn mapIndices, bool invertMapIndices, long numberOfNullsToAppend)
        => (StringDataFrameColumn)CloneImplementation(mapIndices, invertMapIndices, numberOfNullsToAppend);

    public PrimitiveDataFrameColumn<bool> ElementwiseEquals(string value) => Truths(i => _values[i] == value);

    public override PrimitiveDataFrameColumn<bool> ElementwiseEquals<T>(T value) => value is DataFrameColumn column ? ElementwiseEquals(column) : ElementwiseEquals(value?.ToString());

    public override PrimitiveDataFrameColumn<bool> ElementwiseEquals(DataFrameColumn column)
    {
        CheckLength(column);
        return Truths(i => _values[i] == column[i]?.ToString());
    }

    public PrimitiveDataFrameColumn<bool> ElementwiseNotEquals(string value) => Truths(i => _values[i] != value);

    public override PrimitiveDataFrameColumn<bool> ElementwiseNotEquals<T>(T value) => value is DataFrameColumn column ? ElementwiseNotEquals(column) : ElementwiseNotEquals(value?.ToString());

    public override PrimitiveDataFrameColumn<bool> ElementwiseNotEquals(DataFrameColumn column)
    {
        CheckLength(column);
        return Truths(i => _values[i] != column[i]?.ToString());
    }

    public override PrimitiveDataFrameColumn<bool> ElementwiseIsNull() => Truths(i => _values[i] == null);

    public override PrimitiveDataFrameColumn<bool> ElementwiseIsNotNull() => Truths(i => _values[i] != null);

    public override DataFrameColumn Clamp<U>(U min, U max, bool inPlace = false) => throw new NotSupportedException();

    public override DataFrameColumn Filter<U>(U min, U max) => throw new NotSupportedException();

    public override GroupBy GroupBy(int columnIndex, DataFrame parent) => new GroupBy<string>(parent, columnIndex, GroupColumnValues<string>(out _));

    public override Dictionary<TKey, ICollection<long>> GroupColumnValues<TKey>(out HashSet<long> nullIndices)
    {
        if (typeof(TKey) != typeof(string))
            throw new NotImplementedException(nameof(TKey));
        var groups = new Dictionary<string, ICollection<long>>();
        nullIndices = [];
        for (int i = 0; i < _values.Count; i++)
        {
            if (_values[i] == null)
                nullIndices.Add(i);
            else if (groups.TryGetValue(_values[i], out ICollection<long> rows))
                rows.Add(i);
            else
                groups.Add(_values[i], new List<long> { i });
        }
        return (Dictionary<TKey, ICollection<long>>)(object)groups;
    }

    public override DataFrame ValueCounts()
    {
        Dictionary<string, ICollection<long>> groups = GroupColumnValues<string>(out _);
        return new DataFrame(new StringDataFrameColumn("Values", groups.Keys), new PrimitiveDataFrameColumn<long>("Counts", groups.Values.Select(rows => (long)rows.Count)));
    }

    protected override object GetValue(long rowIndex) => _values[Row(rowIndex)];

    protected override IReadOnlyList<object> GetValues(long startIndex, int length) => this[startIndex, length];

    protected override void SetValue(long rowIndex, object value)
    {
        if (value is not (null or string))
            throw new ArgumentException($"Expected value to be of type {typeof(string)}", nameof(value));
        int row = Row(rowIndex);
        _nullCount += (value == null ? 1 : 0) - (_values[row] == null ? 1 : 0);
        _values[row] = (string)value;
    }

    protected override IEnumerator GetEnumeratorCore() => GetEnumerator();

    protected override DataFrameColumn CloneImplementation(DataFrameColumn mapIndices, bool invertMapIndices = false, long numberOfNullsToAppend = 0)
    {
        if (mapIndices is null)
            return Clone(numberOfNullsToAppend);
        var clone = new StringDataFrameColumn(Name, RowsOf(mapIndices, invertMapIndices).Select(row => row < 0 ? null : this[row]));
        clone.Resize(clone.Length + numberOfNullsToAppend);
        return clone;
    }

    protected override DataFrameColumn CloneImplementation(long numberOfNullsToAppend)
    {
        var clone = new StringDataFrameColumn(Name, _values);
        clone.Resize(Length + numberOfNullsToAppend);
        return clone;
    }

    protected override DataFrameColumn FillNullsImplementation(object value, bool inPlace)
        => value is string text ? FillNulls(text, inPlace) : throw new ArgumentException($"Expected value to be of type {typeof(string)}", nameof(value));

    protected override DataFrameColumn DropNullsImplementation() => new StringDataFrameColumn(Name, _values.Where(value => value != null));

    protected internal override void Resize(long length)
    {
        if (length < Length)
            throw new ArgumentException("Cannot resize down", nameof(length));
        while (Length < length)
            Append(null);
    }

    protected internal override PrimitiveDataFrameColumn<long> GetSortIndices(bool ascending, bool putNullValuesLast) => SortedRows(row => _values[(int)row], ascending, putNullValuesLast);

    protected internal override void AddDataViewColumn(DataViewSchema.Builder builder) => builder.AddColumn(Name, TextDataViewType.Instance);

    // A null becomes empty text on the way into a data view.
    protected internal override Delegate GetDataViewGetter(DataViewRowCursor cursor) => (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = this[cursor.Position].AsMemory());

    protected internal override Delegate GetValueGetterUsingCursor(DataViewRowCursor cursor, DataViewSchema.Column schemaColumn) => cursor.GetGetter<ReadOnlyMemory<char>>(schemaColumn);

    protected internal override void AddValueUsingCursor(DataViewRowCursor cursor, Delegate getter)
    {
        ReadOnlyMemory<char> value = default;
        ((ValueGetter<ReadOnlyMemory<char>>)getter)(ref value);
        if (cursor.Position > Length)
            throw new IndexOutOfRangeException("row");
        if (cursor.Position == Length)
            Append(value.ToString());
        else
            this[cursor.Position] = value.ToString();
    }

    private int Row(long index) => index >= 0 && index < Length ? (int)index : throw new ArgumentOutOfRangeException(nameof(index), "Index cannot be greater than the Column's Length");

    private BooleanDataFrameColumn Truths(Func<int, bool> isTrue) => new(Name, Enumerable.Range(0, _values.Count).Select(isTrue));

    private void CheckLength(DataFrameColumn column)
    {
        if (column.Length != Length)
            throw new ArgumentException("Column lengths are mismatched", nameof(column));
    }
}
