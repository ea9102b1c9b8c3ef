using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

internal static class SchemaExtensions
{
    public static DataViewSchema ToSchema(this IEnumerable<DataViewSchema.DetachedColumn> columns)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(columns);
        return builder.ToSchema();
    }

    /// <summary>One flag a column of the schema: whether it is among those asked for.</summary>
    public static bool[] Flags(this DataViewSchema schema, IEnumerable<DataViewSchema.Column> asked)
    {
        Contracts.CheckValue(asked, nameof(asked));
        var flags = new bool[schema.Count];
        foreach (DataViewSchema.Column column in asked)
        {
            if (column.Index >= flags.Length)
                throw Contracts.Except($"The requested column: {column} does not exist in the {schema}");
            flags[column.Index] = true;
        }
        return flags;
    }

    public static IEnumerable<DataViewSchema.Column> Where(this DataViewSchema schema, bool[] flags) => schema.Where(c => flags[c.Index]);

    /// <summary>A name like <paramref name="tag"/> that the schema does not have.</summary>
    public static string TemporaryName(this DataViewSchema schema, string tag)
    {
        string name = tag;
        for (int i = 0; schema.GetColumnOrNull(name) != null; i++)
            name = $"temp_{tag}_{i:000}";
        return name;
    }
}
