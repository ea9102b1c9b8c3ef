using System.Collections;
using System.Text;
using Microsoft.ML;

namespace Microsoft.Data.Analysis;

/// <summary>A named column of values of one type, any of which may be null.</summary>
public abstract partial class DataFrameColumn : IEnumerable
{
    private readonly List<DataFrameColumnCollection> _owners = [];

    protected DataFrameColumn(string name, long length, Type type)
    {
        Length = length;
        Name = name;
        DataType = type;
    }

    public string Name { get; private set; }

    public Type DataType { get; }

    public long Length { get; protected set; }

    public abstract long NullCount { get; }

    public object this[long rowIndex]
    {
        get => GetValue(rowIndex);
        set => SetValue(rowIndex, value);
    }

    public IReadOnlyList<object> this[long startIndex, int length] => GetValues(startIndex, length);

    public static PrimitiveDataFrameColumn<T> Create<T>(string name, IEnumerable<T> values) where T : unmanaged => new(name, values);

    public static PrimitiveDataFrameColumn<T> Create<T>(string name, IEnumerable<T?> values) where T : unmanaged => new(name, values);

    public static StringDataFrameColumn Create(string name, IEnumerable<string> values) => new(name, values);

    public void SetName(string newName)
    {
        foreach (DataFrameColumnCollection owner in _owners)
            owner.Renamed(this, newName);
        Name = newName;
    }

    public virtual bool IsValid(long index) => NullCount == 0 || this[index] != null;

    IEnumerator IEnumerable.GetEnumerator() => GetEnumeratorCore();

    public DataFrameColumn Clone(long numberOfNullsToAppend = 0) => CloneImplementation(numberOfNullsToAppend);

    public DataFrameColumn Clone(DataFrameColumn mapIndices, bool invertMapIndices = false, long numberOfNullsToAppend = 0)
        => CloneImplementation(mapIndices, invertMapIndices, numberOfNullsToAppend);

    public DataFrameColumn Sort(bool ascending = true, bool putNullValuesLast = true) => Clone(GetSortIndices(ascending, putNullValuesLast));

    public virtual DataFrameColumn FillNulls(object value, bool inPlace = false) => FillNullsImplementation(value, inPlace);

    public virtual DataFrameColumn DropNulls() => DropNullsImplementation();

    public virtual DataFrameColumn Clamp<U>(U min, U max, bool inPlace = false) => ClampImplementation(min, max, inPlace);

    public virtual DataFrameColumn Filter<U>(U min, U max) => FilterImplementation(min, max);

    public virtual Dictionary<TKey, ICollection<long>> GroupColumnValues<TKey>(out HashSet<long> nullIndices) => throw new NotImplementedException();

    public virtual GroupBy GroupBy(int columnIndex, DataFrame parent) => throw new NotImplementedException();

    public virtual DataFrame ValueCounts() => throw new NotImplementedException();

    public virtual bool IsNumericColumn() => false;

    public virtual bool HasDescription() => false;

    public virtual DataFrameColumn Description() => throw new NotImplementedException();

    public virtual StringDataFrameColumn Info() => new(Name, [DataType.ToString(), (Length - NullCount).ToString()]);

    public override string ToString() => ToString(DataFrame.RowsShown);

    public string ToString(long rowsToShow)
    {
        // Name and first value stand in one line in the real one too.
        var text = new StringBuilder(Name);
        long shown = Math.Min(Length, rowsToShow);
        for (long i = 0; i < shown; i++)
            text.Append(this[i] ?? "null").AppendLine();
        if (shown < Length)
            text.AppendLine($" ... {rowsToShow} of total {Length}");
        return text.Append($"Name: {Name}, Type: {DataType}").ToString();
    }

    protected abstract object GetValue(long rowIndex);

    protected abstract IReadOnlyList<object> GetValues(long startIndex, int length);

    protected abstract void SetValue(long rowIndex, object value);

    protected abstract IEnumerator GetEnumeratorCore();

    protected abstract DataFrameColumn CloneImplementation(DataFrameColumn mapIndices, bool invertMapIndices, long numberOfNullsToAppend);

    protected abstract DataFrameColumn CloneImplementation(long numberOfNullsToAppend = 0);

    protected abstract DataFrameColumn FillNullsImplementation(object value, bool inPlace);

    protected abstract DataFrameColumn DropNullsImplementation();

    protected virtual DataFrameColumn ClampImplementation<U>(U min, U max, bool inPlace) => throw new NotImplementedException();

    protected virtual DataFrameColumn FilterImplementation<U>(U min, U max) => throw new NotImplementedException();

    protected internal virtual void Resize(long length) => throw new NotImplementedException();

    protected internal abstract PrimitiveDataFrameColumn<long> GetSortIndices(bool ascending, bool putNullValuesLast);

    protected internal virtual void AddDataViewColumn(DataViewSchema.Builder builder) => throw new NotImplementedException();

    protected internal virtual Delegate GetDataViewGetter(DataViewRowCursor cursor) => throw new NotImplementedException();

    protected internal virtual Delegate GetValueGetterUsingCursor(DataViewRowCursor cursor, DataViewSchema.Column schemaColumn) => throw new NotImplementedException();

    protected internal virtual void AddValueUsingCursor(DataViewRowCursor cursor, Delegate ValueGetter) => throw new NotImplementedException();

    internal void AddOwner(DataFrameColumnCollection owner)
    {
        if (!_owners.Contains(owner))
            _owners.Add(owner);
    }

    internal void RemoveOwner(DataFrameColumnCollection owner) => _owners.Remove(owner);

    /// <summary>The rows that a filter or a list of row numbers names, in its order; -1 for a row number that is null.</summary>
    private protected IEnumerable<long> RowsOf(DataFrameColumn mapIndices, bool invert)
    {
        if (mapIndices is PrimitiveDataFrameColumn<bool> filter)
        {
            if (filter.Length > Length)
                throw new ArgumentException("MapIndices exceeds column length", nameof(mapIndices));
            return Enumerable.Range(0, (int)filter.Length).Where(i => filter[i] == true).Select(i => (long)i);
        }
        IEnumerable<long> rows = mapIndices switch
        {
            PrimitiveDataFrameColumn<long> longs => longs.Select(row => row ?? -1),
            PrimitiveDataFrameColumn<int> ints => ints.Select(row => row ?? -1L),
            _ => throw new ArgumentException($"Expected value to be of type {typeof(long)}, {typeof(int)} or {typeof(bool)}", nameof(mapIndices)),
        };
        return invert ? rows.Reverse() : rows;
    }

    /// <summary>Rows with a value in the order of their values, equal ones in the order of their rows, and the rows of nulls at the end asked for.</summary>
    private protected PrimitiveDataFrameColumn<long> SortedRows<T>(Func<long, T> value, bool ascending, bool putNullValuesLast)
    {
        ILookup<bool, long> byValidity = Enumerable.Range(0, (int)Length).Select(i => (long)i).ToLookup(IsValid);
        IEnumerable<long> sorted = ascending ? byValidity[true].OrderBy(value) : byValidity[true].OrderByDescending(value);
        return new PrimitiveDataFrameColumn<long>("SortIndices", putNullValuesLast ? sorted.Concat(byValidity[false]) : byValidity[false].Concat(sorted));
    }
}
