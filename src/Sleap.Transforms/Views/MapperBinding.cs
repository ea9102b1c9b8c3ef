using Microsoft.ML;

namespace Sleap.Transforms;

/// <summary>
/// A mapper with its two schemas: the input's columns first, at the same indices, then the mapper's outputs.
/// </summary>
internal sealed class MapperBinding
{
    public MapperBinding(DataViewSchema inputSchema, PoseMapper mapper)
    {
        InputSchema = inputSchema;
        Mapper = mapper;
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(inputSchema);
        foreach (var output in mapper.Outputs)
            builder.AddColumn(output.Name, output.Type, output.Annotations);
        OutputSchema = builder.ToSchema();
    }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    public PoseMapper Mapper { get; }

    /// <summary>For each column of <see cref="OutputSchema"/> whether it is among <paramref name="columns"/>.</summary>
    public bool[] Active(IEnumerable<DataViewSchema.Column> columns)
    {
        var active = new bool[OutputSchema.Count];
        foreach (var column in columns)
            active[Index(column)] = true;
        return active;
    }

    /// <summary>The index of a column of <see cref="OutputSchema"/>; throws for a column of another schema.</summary>
    public int Index(DataViewSchema.Column column)
    {
        if (column.Index >= OutputSchema.Count || OutputSchema[column.Index].Name != column.Name)
        {
            throw new ArgumentException(
                $"The column '{column.Name}' (index {column.Index}) is not one of this data: "
                    + $"{ColumnNames.Of(OutputSchema)}."
            );
        }

        return column.Index;
    }

    /// <summary>Which outputs of the mapper are active.</summary>
    public bool[] ActiveOutputs(bool[] active) => active[InputSchema.Count..];

    /// <summary>
    /// The input columns that the active columns need: those passed through, and the mapper's own if any output is
    /// active.
    /// </summary>
    public IReadOnlyList<DataViewSchema.Column> InputsFor(bool[] active)
    {
        var needed = new SortedSet<int>();
        for (var column = 0; column < InputSchema.Count; column++)
        {
            if (active[column])
                needed.Add(column);
        }

        if (ActiveOutputs(active).Contains(true))
            needed.UnionWith(Mapper.Inputs.Select(input => input.Index));
        return [.. needed.Select(column => InputSchema[column])];
    }

    /// <summary>Checks the type a caller asks a getter for, and that the column is active.</summary>
    public void CheckGetter<TValue>(DataViewSchema.Column column, bool[] active)
    {
        var index = Index(column);
        if (!active[index])
        {
            throw new InvalidOperationException(
                $"The column '{column.Name}' was not asked for when this cursor was made, so it has no values."
            );
        }

        var raw = OutputSchema[index].Type.RawType;
        if (raw != typeof(TValue))
            throw new InvalidOperationException($"The column '{column.Name}' holds {raw}, not {typeof(TValue)}.");
    }
}
