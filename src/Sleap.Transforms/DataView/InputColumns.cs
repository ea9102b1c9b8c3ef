using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>Finds the input columns of a transformer by name and checks their types.</summary>
internal static class InputColumns
{
    /// <summary>The column <paramref name="name"/>, after a check of its type.</summary>
    /// <param name="schema">The schema of the input data.</param>
    /// <param name="name">The column.</param>
    /// <param name="accepts">Whether the type is right.</param>
    /// <param name="expected">The right type, as the message says it.</param>
    /// <param name="component">Who needs it, as the message says it.</param>
    /// <exception cref="ArgumentException">No such column, or of another type.</exception>
    public static DataViewSchema.Column Require(
        DataViewSchema schema,
        string name,
        Func<DataViewType, bool> accepts,
        string expected,
        string component
    )
    {
        ArgumentNullException.ThrowIfNull(schema);
        var column =
            schema.GetColumnOrNull(name)
            ?? throw new ArgumentException(Missing(component, name, expected, ColumnNames.Of(schema)));
        return accepts(column.Type)
            ? column
            : throw new ArgumentException($"{component}: the column '{name}' is {column.Type}, expected {expected}.");
    }

    /// <summary>Says that a column is missing; of images also what in ML.NET drops them.</summary>
    /// <param name="component">Who needs it.</param>
    /// <param name="name">The column.</param>
    /// <param name="expected">Its type.</param>
    /// <param name="there">The columns that there are.</param>
    public static string Missing(string component, string name, string expected, string there) =>
        $"{component}: the input has no column '{name}' (expected {expected}). It has: {there}."
        + (
            expected.Contains("image", StringComparison.OrdinalIgnoreCase)
                ? " ML.NET's Cache, AppendCacheCheckpoint "
                    + "and ShuffleRows drop columns of images, and so do its binary files: put them behind the model."
                : ""
        );

    /// <summary>The column if it is there and of the right type; null when there is none of that name.</summary>
    /// <exception cref="ArgumentException">It is there, with another type.</exception>
    public static DataViewSchema.Column? Find(
        DataViewSchema schema,
        string name,
        Func<DataViewType, bool> accepts,
        string expected,
        string component
    ) => schema.GetColumnOrNull(name) is null ? null : Require(schema, name, accepts, expected, component);
}
