using System.Collections;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Microsoft.Data.Analysis;

/// <summary>A column of numbers, truths or dates.</summary>
public partial class PrimitiveDataFrameColumn<T> : DataFrameColumn, IEnumerable<T?>
    where T : unmanaged
{
    // The value under a null is the default one, and comparisons look at it.
    private readonly List<T> _values = [];
    private readonly List<bool> _valid = [];
    private long _nullCount;

    public PrimitiveDataFrameColumn(string name, IEnumerable<T?> values) : base(name, 0, typeof(T))
    {
        foreach (T? value in values)
            Append(value);
    }

    public PrimitiveDataFrameColumn(string name, IEnumerable<T> values) : base(name, 0, typeof(T))
    {
        foreach (T value in values)
            Append(value);
    }

    public PrimitiveDataFrameColumn(string name, long length = 0) : base(name, 0, typeof(T)) => AppendMany(null, length);

    public override long NullCount => _nullCount;

    public new T? this[long rowIndex]
    {
        get => GetTypedValue(rowIndex);
        set
        {
            int row = Row(rowIndex);
            _nullCount += (value.HasValue ? 0 : 1) - (_valid[row] ? 0 : 1);
            _values[row] = value.GetValueOrDefault();
            _valid[row] = value.HasValue;
        }
    }

    public new IReadOnlyList<T?> this[long startIndex, int length] => [.. Range(startIndex, length).Select(i => GetTypedValue(i))];

    public override bool IsValid(long index) => _valid[Row(index)];

    public void Append(T? value) => AppendMany(value, 1);

    public void AppendMany(T? value, long count)
    {
        for (long i = 0; i < count; i++)
        {
            _values.Add(value.GetValueOrDefault());
            _valid.Add(value.HasValue);
        }
        _nullCount += value.HasValue ? 0 : count;
        Length += count;
    }

    public IEnumerator<T?> GetEnumerator() => Enumerable.Range(0, _values.Count).Select(i => GetTypedValue(i)).GetEnumerator();

    public PrimitiveDataFrameColumn<T> FillNulls(T value, bool inPlace = false)
    {
        PrimitiveDataFrameColumn<T> column = inPlace ? this : Clone();
        for (int i = 0; i < column._values.Count; i++)
            column[i] ??= value;
        return column;
    }

    public new PrimitiveDataFrameColumn<T> DropNulls() => (PrimitiveDataFrameColumn<T>)DropNullsImplementation();

    public PrimitiveDataFrameColumn<T> Apply(Func<T, T> func, bool inPlace = false)
    {
        PrimitiveDataFrameColumn<T> column = inPlace ? this : Clone();
        for (int i = 0; i < column._values.Count; i++)
        {
            if (column._valid[i])
                column._values[i] = func(column._values[i]);
        }
        return column;
    }

    public PrimitiveDataFrameColumn<T> Clamp(T min, T max, bool inPlace = false)
        => Apply(value => Comparer<T>.Default.Compare(value, min) < 0 ? min : Comparer<T>.Default.Compare(value, max) > 0 ? max : value, inPlace);

    public PrimitiveDataFrameColumn<T> Filter(T min, T max)
        => new(Name, this.Where(value => value.HasValue && Comparer<T>.Default.Compare(value.Value, min) >= 0 && Comparer<T>.Default.Compare(value.Value, max) <= 0));

    public new PrimitiveDataFrameColumn<T> Sort(bool ascending = true, bool putNullValuesLast = true) => (PrimitiveDataFrameColumn<T>)base.Sort(ascending, putNullValuesLast);

    public new PrimitiveDataFrameColumn<T> Clone(long numberOfNullsToAppend = 0) => (PrimitiveDataFrameColumn<T>)CloneImplementation(numberOfNullsToAppend);

    public new PrimitiveDataFrameColumn<T> Clone(DataFrameColumn mapIndices, bool invertMapIndices = false, long numberOfNullsToAppend = 0)
        => (PrimitiveDataFrameColumn<T>)CloneImplementation(mapIndices, invertMapIndices, numberOfNullsToAppend);

    public override bool IsNumericColumn() => Arithmetic<T>.Instance.IsNumeric;

    public override bool HasDescription() => IsNumericColumn() || typeof(T) == typeof(DateTime);

    public override GroupBy GroupBy(int columnIndex, DataFrame parent) => new GroupBy<T>(parent, columnIndex, GroupColumnValues<T>(out _));

    public override Dictionary<TKey, ICollection<long>> GroupColumnValues<TKey>(out HashSet<long> nullIndices)
    {
        if (typeof(TKey) != typeof(T))
            throw new NotImplementedException(nameof(TKey));
        var groups = new Dictionary<T, ICollection<long>>();
        nullIndices = [];
        for (int i = 0; i < _values.Count; i++)
        {
            if (!_valid[i])
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
        Dictionary<T, ICollection<long>> groups = GroupColumnValues<T>(out _);
        return new DataFrame(new PrimitiveDataFrameColumn<T>("Values", groups.Keys), new PrimitiveDataFrameColumn<long>("Counts", groups.Values.Select(rows => (long)rows.Count)));
    }

    protected virtual PrimitiveDataFrameColumn<T> CreateNewColumn(string name, long length = 0) => new(name, length);

    protected T? GetTypedValue(long rowIndex)
    {
        int row = Row(rowIndex);
        return _valid[row] ? _values[row] : null;
    }

    protected override object GetValue(long rowIndex) => GetTypedValue(rowIndex);

    protected override IReadOnlyList<object> GetValues(long startIndex, int length) => [.. Range(startIndex, length).Select(GetValue)];

    protected override void SetValue(long rowIndex, object value)
    {
        if (value is not (null or T))
            throw new ArgumentException($"Expected value to be of type {DataType}", nameof(value));
        this[rowIndex] = (T?)value;
    }

    protected override IEnumerator GetEnumeratorCore() => GetEnumerator();

    protected override DataFrameColumn CloneImplementation(DataFrameColumn mapIndices, bool invertMapIndices, long numberOfNullsToAppend)
    {
        // Without a map the nulls asked for are forgotten, as in the real one.
        if (mapIndices is null)
            return Clone();
        PrimitiveDataFrameColumn<T> clone = CreateNewColumn(Name);
        foreach (long row in RowsOf(mapIndices, invertMapIndices))
            clone.Append(row < 0 ? null : this[row]);
        clone.AppendMany(null, numberOfNullsToAppend);
        return clone;
    }

    protected override DataFrameColumn CloneImplementation(long numberOfNullsToAppend)
    {
        PrimitiveDataFrameColumn<T> clone = CreateNewColumn(Name);
        clone._values.AddRange(_values);
        clone._valid.AddRange(_valid);
        clone._nullCount = _nullCount;
        clone.Length = Length;
        clone.AppendMany(null, numberOfNullsToAppend);
        return clone;
    }

    protected override DataFrameColumn FillNullsImplementation(object value, bool inPlace) => FillNulls((T)Convert.ChangeType(value, typeof(T)), inPlace);

    protected override DataFrameColumn DropNullsImplementation() => Clone(ElementwiseIsNotNull());

    protected override DataFrameColumn ClampImplementation<U>(U min, U max, bool inPlace) => Clamp((T)Convert.ChangeType(min, typeof(T)), (T)Convert.ChangeType(max, typeof(T)), inPlace);

    protected override DataFrameColumn FilterImplementation<U>(U min, U max) => Filter((T)Convert.ChangeType(min, typeof(T)), (T)Convert.ChangeType(max, typeof(T)));

    protected internal override void Resize(long length)
    {
        if (length < Length)
            throw new ArgumentException("Cannot resize down", nameof(length));
        AppendMany(null, length - Length);
    }

    protected internal override PrimitiveDataFrameColumn<long> GetSortIndices(bool ascending = true, bool putNullValuesLast = true)
        => SortedRows(row => _values[(int)row], ascending, putNullValuesLast);

    protected internal override void AddDataViewColumn(DataViewSchema.Builder builder) => builder.AddColumn(Name, ColumnFactory.ViewType(typeof(T)));

    protected internal override Delegate GetDataViewGetter(DataViewRowCursor cursor)
    {
        // Missing numbers are NaN where there is one, and 0 or false where there is none.
        T missing = this switch { PrimitiveDataFrameColumn<float> => (T)(object)float.NaN, PrimitiveDataFrameColumn<double> => (T)(object)double.NaN, _ => default };
        return (ValueGetter<T>)((ref T value) => value = this[cursor.Position] ?? missing);
    }

    protected internal override Delegate GetValueGetterUsingCursor(DataViewRowCursor cursor, DataViewSchema.Column schemaColumn) => cursor.GetGetter<T>(schemaColumn);

    protected internal override void AddValueUsingCursor(DataViewRowCursor cursor, Delegate getter)
    {
        T value = default;
        ((ValueGetter<T>)getter)(ref value);
        if (cursor.Position > Length)
            throw new IndexOutOfRangeException("row");
        if (cursor.Position == Length)
            Append(value);
        else
            this[cursor.Position] = value;
    }

    private int Row(long index) => index >= 0 && index < Length ? (int)index : throw new ArgumentOutOfRangeException(nameof(index), "Index cannot be greater than the Column's Length");

    private IEnumerable<long> Range(long startIndex, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(startIndex, Length);
        return Enumerable.Range(0, (int)Math.Min(length, Length - startIndex)).Select(i => startIndex + i);
    }
}
