using System.Globalization;

namespace Microsoft.Data.Analysis;

/// <summary>Groups by values of one type. Rows whose value is null are in none.</summary>
public class GroupBy<TKey> : GroupBy
{
    private readonly DataFrame _frame;
    private readonly int _keyColumn;
    private readonly IDictionary<TKey, ICollection<long>> _groups;

    public GroupBy(DataFrame dataFrame, int groupByColumnIndex, IDictionary<TKey, ICollection<long>> keyToRowIndices)
    {
        if (dataFrame.Columns.Count < groupByColumnIndex || groupByColumnIndex < 0)
            throw new ArgumentException(nameof(groupByColumnIndex));
        _frame = dataFrame;
        _keyColumn = groupByColumnIndex;
        _groups = keyToRowIndices ?? throw new ArgumentException(nameof(keyToRowIndices));
    }

    public IEnumerable<IGrouping<TKey, DataFrameRow>> Groupings => _groups
        .SelectMany(group => group.Value.Select(row => (group.Key, Row: _frame.Rows[row]))).GroupBy(pair => pair.Key, pair => pair.Row);

    public override DataFrame Count(params string[] columnNames)
        => Aggregate(columnNames, column => new PrimitiveDataFrameColumn<long>(column.Name), (column, rows) => (long)rows.Count(row => column[row] != null));

    public override DataFrame First(params string[] columnNames) => Aggregate(columnNames, Emptied, (column, rows) => column[rows.First()]);

    public override DataFrame Max(params string[] columnNames) => Aggregate(columnNames, Emptied, (column, rows) => column.Max(rows));

    public override DataFrame Min(params string[] columnNames) => Aggregate(columnNames, Emptied, (column, rows) => column.Min(rows));

    public override DataFrame Sum(params string[] columnNames) => Aggregate(columnNames, Emptied, (column, rows) => column.Sum(rows));

    public override DataFrame Product(params string[] columnNames) => Aggregate(columnNames, Emptied, (column, rows) => column.Product(rows));

    // Nulls count as zeros here: the sum is divided by the rows of the group, null or not.
    public override DataFrame Mean(params string[] columnNames) => Aggregate(columnNames, column => new PrimitiveDataFrameColumn<double>(column.Name),
        (column, rows) => Convert.ToDouble(column.Sum(rows), CultureInfo.InvariantCulture) / rows.Count);

    private static DataFrameColumn Emptied(DataFrameColumn column) => column.Clone(new PrimitiveDataFrameColumn<long>("Empty"));

    private DataFrame Aggregate(string[] columnNames, Func<DataFrameColumn, DataFrameColumn> make, Func<DataFrameColumn, ICollection<long>, object> value)
    {
        DataFrameColumn[] sources = [.. (columnNames is { Length: > 0 } ? columnNames.Select(name => _frame[name]) : _frame.Columns).Where(c => c != _frame.Columns[_keyColumn])];
        DataFrameColumn keys = Emptied(_frame.Columns[_keyColumn]);
        DataFrameColumn[] results = [.. sources.Select(make)];
        foreach ((TKey key, ICollection<long> rows) in _groups)
        {
            Append(keys, key);
            for (int i = 0; i < sources.Length; i++)
                Append(results[i], value(sources[i], rows));
        }
        return new DataFrame(results.Prepend(keys));
    }

    private static void Append(DataFrameColumn column, object value)
    {
        column.Resize(column.Length + 1);
        column[column.Length - 1] = value;
    }
}
