using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>Reads a column of scalars or vectors as arrays.</summary>
internal static class RowValues
{
    /// <summary>
    /// A function that gives the values of the current row as an own copy; a scalar is a vector of one.
    /// </summary>
    public static Func<T[]> Open<T>(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is not VectorDataViewType)
        {
            var scalar = row.GetGetter<T>(column);
            T single = default!;
            return () =>
            {
                scalar(ref single);
                return [single];
            };
        }
        var getter = row.GetGetter<VBuffer<T>>(column);
        VBuffer<T> value = default;
        return () =>
        {
            getter(ref value);
            var copy = new T[value.Length];
            value.CopyTo(copy);
            return copy;
        };
    }
}
