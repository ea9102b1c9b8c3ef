using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

public sealed class ColumnConcatenatingEstimator : IEstimator<ColumnConcatenatingTransformer>
{
    private readonly IHost _host;
    private readonly string _output;
    private readonly string[] _inputs;

    internal ColumnConcatenatingEstimator(IHostEnvironment env, string output, string[] inputs)
    {
        _host = env.Register(nameof(ColumnConcatenatingEstimator));
        _host.CheckNonEmpty(output, "outputColumnName");
        _host.CheckValue(inputs, "inputColumnNames");
        _host.CheckParam(inputs.Length > 0, "inputColumnNames", "Input columns not specified");
        _host.CheckParam(!inputs.Any(string.IsNullOrEmpty), "inputColumnNames", "Contained some null or empty items");
        _output = output;
        _inputs = inputs;
    }

    public ColumnConcatenatingTransformer Fit(IDataView input)
    {
        _host.CheckValue(input, nameof(input));
        return new ColumnConcatenatingTransformer(_host, _output, _inputs);
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        SchemaShape.Column[] columns = _inputs.Select(name => inputSchema.Find(_host, name)).ToArray();
        foreach (SchemaShape.Column column in columns)
        {
            _host.Check(!column.IsKey, $"Column '{column.Name}' is key. Concatenation of keys is unsupported.");
            _host.Check(column.ItemType.Equals(columns[0].ItemType), "Concatenated columns should have the same type. " +
                $"Column '{column.Name}' has type of {column.ItemType}, but expected column type is {columns[0].ItemType}.");
        }
        var annotations = new List<SchemaShape.Column>();
        if (columns.All(c => c.IsNormalized()))
            annotations.Add(SchemaShapes.Normalized);
        if (columns.Any(c => c.Kind == SchemaShape.Column.VectorKind.Scalar || c.HasSlotNames()))
            annotations.Add(SchemaShapes.SlotNames);
        bool isVariable = columns.Any(c => c.Kind == SchemaShape.Column.VectorKind.VariableVector);
        var kind = isVariable ? SchemaShape.Column.VectorKind.VariableVector : SchemaShape.Column.VectorKind.Vector;
        return inputSchema.With([new SchemaShape.Column(_output, kind, columns[0].ItemType, false, new SchemaShape(annotations))]);
    }
}
