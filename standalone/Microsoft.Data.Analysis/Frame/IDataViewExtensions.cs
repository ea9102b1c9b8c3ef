using Microsoft.Data.Analysis;

namespace Microsoft.ML;

/// <summary>Data views into frames.</summary>
public static class IDataViewExtensions
{
    private const long DefaultRows = 100;

    /// <summary>A hundred rows unless told otherwise; -1 is all of them.</summary>
    public static DataFrame ToDataFrame(this IDataView dataView, long maxRows = DefaultRows) => ToDataFrame(dataView, maxRows, null);

    public static DataFrame ToDataFrame(this IDataView dataView, params string[] selectColumns) => ToDataFrame(dataView, DefaultRows, selectColumns);

    public static DataFrame ToDataFrame(this IDataView dataView, long maxRows, params string[] selectColumns)
    {
        DataViewSchema.Column[] columns = [.. dataView.Schema.Where(c => !c.IsHidden && (selectColumns is not { Length: > 0 } || selectColumns.Contains(c.Name)))];
        DataFrameColumn[] filled = [.. columns.Select(c => ColumnFactory.Make(c.Type, c.Name))];
        long rows = maxRows == -1 ? long.MaxValue : maxRows;
        using (DataViewRowCursor cursor = dataView.GetRowCursor(columns))
        {
            Delegate[] getters = [.. filled.Select((column, i) => column.GetValueGetterUsingCursor(cursor, columns[i]))];
            while (cursor.MoveNext() && cursor.Position < rows)
            {
                for (int i = 0; i < filled.Length; i++)
                    filled[i].AddValueUsingCursor(cursor, getters[i]);
            }
        }
        return new DataFrame(filled);
    }
}
