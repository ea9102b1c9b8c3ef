using System.Collections.ObjectModel;

namespace Microsoft.Data.Analysis;

/// <summary>The columns of a frame: all of one length, each name once.</summary>
public class DataFrameColumnCollection : Collection<DataFrameColumn>
{
    private readonly Action _changed;

    internal DataFrameColumnCollection(IEnumerable<DataFrameColumn> columns, Action changed)
    {
        ArgumentNullException.ThrowIfNull(columns);
        _changed = changed;
        foreach (DataFrameColumn column in columns)
            Add(column);
    }

    internal long RowCount { get; set; }

    public DataFrameColumn this[string columnName]
    {
        get
        {
            int index = IndexOf(columnName);
            return index < 0 ? throw new ArgumentException($"Column '{columnName}' does not exist", nameof(columnName)) : this[index];
        }
        set
        {
            int index = IndexOf(columnName);
            value.SetName(columnName);
            if (index < 0)
                Insert(Count, value);
            else
                this[index] = value;
        }
    }

    public int IndexOf(string columnName)
    {
        for (int i = 0; i < Count; i++)
        {
            if (this[i].Name == columnName)
                return i;
        }
        return -1;
    }

    public void Insert<T>(int columnIndex, IEnumerable<T> column, string columnName) where T : unmanaged => Insert(columnIndex, new PrimitiveDataFrameColumn<T>(columnName, column));

    public void Remove(string columnName)
    {
        int index = IndexOf(columnName);
        if (index >= 0)
            RemoveAt(index);
    }

    public void RenameColumn(string currentName, string newName) => this[currentName].SetName(newName);

    public PrimitiveDataFrameColumn<T> GetPrimitiveColumn<T>(string name) where T : unmanaged => Get<PrimitiveDataFrameColumn<T>>(name, typeof(T));

    public BooleanDataFrameColumn GetBooleanColumn(string name) => Get<BooleanDataFrameColumn>(name, typeof(bool));

    public ByteDataFrameColumn GetByteColumn(string name) => Get<ByteDataFrameColumn>(name, typeof(byte));

    public Int32DataFrameColumn GetInt32Column(string name) => Get<Int32DataFrameColumn>(name, typeof(int));

    public Int64DataFrameColumn GetInt64Column(string name) => Get<Int64DataFrameColumn>(name, typeof(long));

    public SingleDataFrameColumn GetSingleColumn(string name) => Get<SingleDataFrameColumn>(name, typeof(float));

    public DoubleDataFrameColumn GetDoubleColumn(string name) => Get<DoubleDataFrameColumn>(name, typeof(double));

    public StringDataFrameColumn GetStringColumn(string name) => Get<StringDataFrameColumn>(name, typeof(string));

    public DateTimeDataFrameColumn GetDateTimeColumn(string name) => Get<DateTimeDataFrameColumn>(name, typeof(DateTime));

    internal void Renamed(DataFrameColumn column, string newName)
    {
        int index = IndexOf(newName);
        // The real one keeps a dictionary of names and says this of a name taken twice.
        if (index >= 0 && this[index] != column)
            throw new ArgumentException($"An item with the same key has already been added. Key: {newName}");
        _changed();
    }

    protected override void InsertItem(int columnIndex, DataFrameColumn column)
    {
        ArgumentNullException.ThrowIfNull(column);
        if (Count > 0 && column.Length != RowCount)
            throw new ArgumentException("Column lengths are mismatched", nameof(column));
        if (IndexOf(column.Name) >= 0)
            throw new ArgumentException($"DataFrame already contains a column called {column.Name}", nameof(column));
        column.AddOwner(this);
        RowCount = column.Length;
        base.InsertItem(columnIndex, column);
        _changed();
    }

    protected override void SetItem(int columnIndex, DataFrameColumn column)
    {
        ArgumentNullException.ThrowIfNull(column);
        if (RowCount > 0 && column.Length != RowCount)
            throw new ArgumentException("Column lengths are mismatched", nameof(column));
        int taken = IndexOf(column.Name);
        if (taken >= 0 && taken != columnIndex)
            throw new ArgumentException($"DataFrame already contains a column called {column.Name}", nameof(column));
        this[columnIndex].RemoveOwner(this);
        base.SetItem(columnIndex, column);
        _changed();
    }

    protected override void RemoveItem(int columnIndex)
    {
        this[columnIndex].RemoveOwner(this);
        base.RemoveItem(columnIndex);
        if (Count == 0)
            RowCount = 0;
        _changed();
    }

    protected override void ClearItems()
    {
        base.ClearItems();
        RowCount = 0;
        _changed();
    }

    private TColumn Get<TColumn>(string name, Type type) where TColumn : DataFrameColumn
    {
        DataFrameColumn column = this[name];
        return column as TColumn ?? throw new ArgumentException($"Cannot cast column holding {column.DataType} values to type {type}");
    }
}
