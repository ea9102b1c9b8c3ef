using System.Globalization;
using System.Text;

namespace Microsoft.Data.Analysis;

/// <summary>A table in memory: named columns of one length, which is also a data view.</summary>
public partial class DataFrame
{
    internal const int RowsShown = 25;

    public DataFrame(IEnumerable<DataFrameColumn> columns)
    {
        Columns = new DataFrameColumnCollection(columns, () => _schema = null);
        Rows = new DataFrameRowCollection(this);
    }

    public DataFrame(params DataFrameColumn[] columns) : this((IEnumerable<DataFrameColumn>)columns)
    {
    }

    public DataFrameColumnCollection Columns { get; }

    public DataFrameRowCollection Rows { get; }

    public object this[long rowIndex, int columnIndex]
    {
        get => Columns[columnIndex][rowIndex];
        set => Columns[columnIndex][rowIndex] = value;
    }

    public DataFrameColumn this[string columnName]
    {
        get => Columns[columnName];
        set => Columns[columnName] = value;
    }

    public DataFrame this[PrimitiveDataFrameColumn<bool> rowFilter] => Filter(rowFilter);

    public DataFrame this[PrimitiveDataFrameColumn<int> rowIndices] => Filter(rowIndices);

    public DataFrame this[PrimitiveDataFrameColumn<long> rowIndices] => Filter(rowIndices);

    public DataFrame this[IEnumerable<bool> rowFilter] => Filter(new PrimitiveDataFrameColumn<bool>("Filter", rowFilter));

    public DataFrame this[IEnumerable<int> rowIndices] => Filter(new PrimitiveDataFrameColumn<int>("Filter", rowIndices));

    public DataFrame this[IEnumerable<long> rowIndices] => Filter(new PrimitiveDataFrameColumn<long>("Filter", rowIndices));

    public DataFrame Filter(PrimitiveDataFrameColumn<bool> filter) => Clone(filter);

    public DataFrame Filter(PrimitiveDataFrameColumn<int> rowIndices) => Clone(rowIndices);

    public DataFrame Filter(PrimitiveDataFrameColumn<long> rowIndices) => Clone(rowIndices);

    public DataFrame Clone() => Clone(null);

    // More rows than there are is an error, as in the real one.
    public DataFrame Head(int numberOfRows) => this[Enumerable.Range(0, numberOfRows)];

    public DataFrame Tail(int numberOfRows) => this[Enumerable.Range(0, numberOfRows).Select(i => Rows.Count - numberOfRows + i)];

    public DataFrame Sample(int numberOfRows)
    {
        if (numberOfRows > Rows.Count)
            throw new ArgumentException($"Parameter.Count exceeds the number of rows({Rows.Count}) in the DataFrame ", nameof(numberOfRows));
        int[] rows = [.. Enumerable.Range(0, (int)Rows.Count)];
        Random.Shared.Shuffle(rows);
        return this[rows.Take(numberOfRows)];
    }

    public DataFrame OrderBy(string columnName, bool ascending = true, bool putNullValuesLast = true) => Clone(Columns[columnName].GetSortIndices(ascending, putNullValuesLast));

    public DataFrame OrderByDescending(string columnName, bool putNullValuesLast = true) => OrderBy(columnName, ascending: false, putNullValuesLast);

    public GroupBy GroupBy(string columnName)
    {
        int index = Columns.IndexOf(columnName);
        return index < 0 ? throw new ArgumentException($"Column '{columnName}' does not exist", nameof(columnName)) : Columns[index].GroupBy(index, this);
    }

    public GroupBy<TKey> GroupBy<TKey>(string columnName) => GroupBy(columnName) as GroupBy<TKey>
        ?? throw new InvalidCastException($"Cannot cast elements of column '{columnName}' type of {this[columnName].DataType} to type {typeof(TKey)} used as TKey in grouping ");

    public DataFrame DropNulls(DropNullOptions options = DropNullOptions.Any)
        => this[Enumerable.Range(0, (int)Rows.Count).Select(i => options == DropNullOptions.Any ? Columns.All(c => c.IsValid(i)) : Columns.Any(c => c.IsValid(i)))];

    public DataFrame FillNulls(object value, bool inPlace = false)
    {
        DataFrame frame = inPlace ? this : Clone();
        foreach (DataFrameColumn column in frame.Columns)
            column.FillNulls(value, inPlace: true);
        return frame;
    }

    public DataFrame AddPrefix(string prefix, bool inPlace = false) => Renamed(name => prefix + name, inPlace);

    public DataFrame AddSuffix(string suffix, bool inPlace = false) => Renamed(name => name + suffix, inPlace);

    public DataFrame Info() => Columns.Count == 0
        ? new DataFrame()
        : new DataFrame(Columns.Select(c => (DataFrameColumn)c.Info()).Prepend(new StringDataFrameColumn("Info", ["DataType", "Length (excluding null values)"])));

    public DataFrame Description()
    {
        DataFrameColumn[] described = [.. Columns.Where(c => c.HasDescription()).Select(c => c.Description())];
        return described.Length == 0 ? new DataFrame() : new DataFrame(described.Prepend(new StringDataFrameColumn("Description", ["Length (excluding null values)", "Max", "Min", "Mean"])));
    }

    public DataFrame Append(IEnumerable<DataFrameRow> rows, bool inPlace = false, CultureInfo cultureInfo = null)
    {
        DataFrame frame = inPlace ? this : Clone();
        foreach (DataFrameRow row in rows)
            frame.Append(row.GetValues(), inPlace: true, cultureInfo);
        return frame;
    }

    public DataFrame Append(IEnumerable<object> row = null, bool inPlace = false, CultureInfo cultureInfo = null)
    {
        DataFrame frame = inPlace ? this : Clone();
        object[] values = row?.ToArray() ?? [];
        if (values.Length > frame.Columns.Count)
            throw new ArgumentException($"Parameter.Count exceeds the number of columns({Columns.Count}) in the DataFrame ", nameof(row));
        // Everything is converted before anything is added: a value of the wrong kind leaves the frame as it was.
        frame.AppendRow([.. frame.Columns.Select((column, i) => i < values.Length ? Converted(Cell(values[i], column), column, cultureInfo) : null)]);
        return frame;
    }

    public DataFrame Append(IEnumerable<KeyValuePair<string, object>> row, bool inPlace = false, CultureInfo cultureInfo = null)
    {
        ArgumentNullException.ThrowIfNull(row);
        DataFrame frame = inPlace ? this : Clone();
        var values = new object[frame.Columns.Count];
        foreach ((string name, object value) in row)
        {
            int index = frame.Columns.IndexOf(name);
            values[index < 0 ? throw new ArgumentException($"Column '{name}' does not exist", "columnName") : index] = Converted(value, frame.Columns[index], cultureInfo);
        }
        frame.AppendRow(values);
        return frame;
    }

    public override string ToString() => ToString(RowsShown);

    public string ToString(long rowsToShow)
    {
        var text = new StringBuilder();
        int width = Math.Max(10, Columns.Select(c => c.Name.Length + 1).DefaultIfEmpty().Max());
        text.AppendLine(string.Concat(Columns.Select(c => c.Name.PadRight(width))));
        foreach (DataFrameRow row in Rows.Take((int)Math.Min(Rows.Count, rowsToShow)))
            text.AppendLine(string.Concat(row.Select(value => (value ?? "null").ToString().PadRight(width))));
        if (rowsToShow < Rows.Count)
            text.AppendLine($" ... {rowsToShow} of total {Rows.Count}");
        return text.ToString();
    }

    private DataFrame Clone(DataFrameColumn mapIndices) => new(Columns.Select(c => c.Clone(mapIndices)).ToArray());

    private DataFrame Renamed(Func<string, string> rename, bool inPlace)
    {
        DataFrame frame = inPlace ? this : Clone();
        foreach (DataFrameColumn column in frame.Columns)
            column.SetName(rename(column.Name));
        return frame;
    }

    // In a text column empty text is text; in every other it is a null, and so is the word itself.
    private static object Cell(object value, DataFrameColumn column)
        => value is string text && ((text.Length == 0 && column.DataType != typeof(string)) || text.Equals("null", StringComparison.OrdinalIgnoreCase)) ? null : value;

    private static object Converted(object value, DataFrameColumn column, CultureInfo culture)
        => value == null ? null : Convert.ChangeType(value, column.DataType, culture ?? CultureInfo.CurrentCulture);

    private void AppendRow(object[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            long row = Columns[i].Length;
            Columns[i].Resize(row + 1);
            Columns[i][row] = values[i];
        }
        Columns.RowCount++;
    }
}
