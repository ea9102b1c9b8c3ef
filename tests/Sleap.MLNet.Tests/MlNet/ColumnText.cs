using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>Rows as text: every number with all its digits, so that equal text is equal to the last bit.</summary>
internal static class ColumnText
{
    /// <summary>A line for each row: the columns in the order given.</summary>
    public static List<string> Of(IDataView view, params string[] columns)
    {
        DataViewSchema.Column[] chosen = [.. columns.Select(name => view.Schema[name])];
        using var cursor = view.GetRowCursor(chosen);
        Func<string>[] readers = [.. chosen.Select(column => Reader(cursor, column))];
        List<string> rows = [];
        while (cursor.MoveNext())
            rows.Add(string.Join(" | ", readers.Select(read => read())));
        return rows;
    }

    private static Func<string> Reader(DataViewRow row, DataViewSchema.Column column)
    {
        var item = column.Type is VectorDataViewType vector ? vector.ItemType : column.Type;
        return item switch
        {
            _ when item.RawType == typeof(float) => Joined(
                RowValues.Open<float>(row, column),
                value => value.ToString("R", CultureInfo.InvariantCulture)
            ),
            _ when item.RawType == typeof(int) => Joined(
                RowValues.Open<int>(row, column),
                value => value.ToString(CultureInfo.InvariantCulture)
            ),
            _ when item.RawType == typeof(uint) => Joined(
                RowValues.Open<uint>(row, column),
                value => value.ToString(CultureInfo.InvariantCulture)
            ),
            _ when item.RawType == typeof(bool) => Joined(
                RowValues.Open<bool>(row, column),
                value => value ? "yes" : "no"
            ),
            _ => Joined(RowValues.Open<ReadOnlyMemory<char>>(row, column), value => value.ToString()),
        };
    }

    private static Func<string> Joined<T>(Func<T[]> values, Func<T, string> text) =>
        () => string.Join(' ', values().Select(text));
}
