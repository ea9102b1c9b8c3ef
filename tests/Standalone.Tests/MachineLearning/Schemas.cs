using Microsoft.ML;
using Microsoft.ML.Data;

namespace Standalone.Tests.MachineLearning;

/// <summary>Schemas, shapes and annotations by public means only.</summary>
internal static class Schemas
{
    public static DataViewSchema Of(params (string Name, DataViewType Type)[] columns)
    {
        var builder = new DataViewSchema.Builder();
        foreach ((string name, DataViewType type) in columns)
            builder.AddColumn(name, type);
        return builder.ToSchema();
    }

    /// <summary>A third party's way to a shape without ML.NET's internals: a loader that only has a schema.</summary>
    public static SchemaShape Shape(DataViewSchema schema)
        => ((IDataLoader<object>)new SchemaOnly(schema)).Append(new Identity()).GetOutputSchema();

    public static string[] SlotNames(this DataViewSchema.Column column)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        column.GetSlotNames(ref names);
        return [.. names.DenseValues().Select(n => n.ToString())];
    }

    public static string[] KeyValues(this DataViewSchema.Column column)
    {
        VBuffer<ReadOnlyMemory<char>> values = default;
        column.GetKeyValues(ref values);
        return [.. values.DenseValues().Select(v => v.ToString())];
    }

    public static DataViewSchema.Annotations Named(params string[] names)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        ReadOnlyMemory<char>[] texts = [.. names.Select(n => n.AsMemory())];
        builder.Add("SlotNames", new VectorDataViewType(TextDataViewType.Instance, names.Length),
            (ref VBuffer<ReadOnlyMemory<char>> value) => VBuffer<ReadOnlyMemory<char>>.Copy(texts, 0, ref value, texts.Length));
        return builder.ToAnnotations();
    }

    private sealed class SchemaOnly(DataViewSchema schema) : IDataLoader<object>
    {
        public DataViewSchema GetOutputSchema() => schema;

        public IDataView Load(object input) => throw new InvalidOperationException("Only a schema");

        public void Save(ModelSaveContext ctx) => throw new InvalidOperationException("Only a schema");
    }

    private sealed class Identity : IEstimator<ITransformer>
    {
        public ITransformer Fit(IDataView input) => throw new InvalidOperationException("Only a shape");

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inputSchema;
    }
}
