using Microsoft.ML;

namespace Sleap.Transforms;

/// <summary>Column names as error messages list them.</summary>
internal static class ColumnNames
{
    private const int Most = 12;

    public static string Of(DataViewSchema schema) =>
        List([.. schema.Where(column => !column.IsHidden).Select(column => column.Name)]);

    public static string Of(SchemaShape shape) => List([.. shape.Select(column => column.Name)]);

    private static string List(IReadOnlyList<string> names) =>
        names.Count switch
        {
            0 => "(no columns)",
            > Most => string.Join(", ", names.Take(Most)) + $" … ({names.Count} columns)",
            _ => string.Join(", ", names),
        };
}
