using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>
/// Schema shapes for <see cref="IEstimator{TTransformer}.GetOutputSchema"/>. ML.NET's constructor of
/// <see cref="SchemaShape.Column"/> is internal. A loader that has only a schema, followed by an estimator that changes
/// nothing, makes the same by public means.
/// </summary>
internal static class SchemaShapes
{
    /// <summary>
    /// The shape of a schema: names, vector kinds, item types, keys and annotations of its visible columns.
    /// </summary>
    public static SchemaShape Of(DataViewSchema schema) =>
        ((IDataLoader<object>)new SchemaOnly(schema)).Append(new Unchanged()).GetOutputSchema();

    /// <summary>
    /// The shape of columns; a shape only knows whether a size is known, so an estimator that does not know a size yet
    /// may use any.
    /// </summary>
    public static SchemaShape Of(IEnumerable<OutputColumn> columns)
    {
        var builder = new DataViewSchema.Builder();
        foreach (var column in columns)
            builder.AddColumn(column.Name, column.Type, column.Annotations);
        return Of(builder.ToSchema());
    }

    /// <summary>The shape of one column of a schema.</summary>
    public static SchemaShape.Column Of(DataViewSchema.Column column) =>
        Of([new OutputColumn(column.Name, column.Type, column.Annotations)])[0];

    /// <summary>Whether a shape has a column of that name.</summary>
    public static bool Has(SchemaShape shape, string name) => shape.Any(column => column.Name == name);

    /// <summary>
    /// The input shape with columns added at its end; a column of the same name is replaced, as in the transformed
    /// data.
    /// </summary>
    public static SchemaShape Append(SchemaShape input, IEnumerable<OutputColumn> columns) =>
        Append(input, Of(columns));

    /// <summary>
    /// The input shape with columns added at its end; a column of the same name is replaced, as in the transformed
    /// data.
    /// </summary>
    public static SchemaShape Append(SchemaShape input, IEnumerable<SchemaShape.Column> columns)
    {
        SchemaShape.Column[] added = [.. columns];
        var names = added.Select(column => column.Name).ToHashSet(StringComparer.Ordinal);
        return new SchemaShape(input.Where(column => !names.Contains(column.Name)).Concat(added));
    }

    /// <summary>The same column, annotations included, under another name.</summary>
    public static SchemaShape.Column Renamed(SchemaShape.Column column, string name)
    {
        if (column.Name == name)
            return column;
        var annotations = new DataViewSchema.Annotations.Builder();
        foreach (var annotation in column.Annotations)
        {
            var type = TypeOf(annotation);
            var getter = typeof(SchemaShapes)
                .GetMethod(nameof(NoValue), BindingFlags.Static | BindingFlags.NonPublic)!
                .MakeGenericMethod(type.RawType);
            annotations.Add(annotation.Name, type, (Delegate)getter.Invoke(null, null)!);
        }
        return Of([new OutputColumn(name, TypeOf(column), annotations.ToAnnotations())])[0];
    }

    /// <summary>The column <paramref name="name"/>, after a check of its type.</summary>
    /// <param name="input">The shape an estimator is given.</param>
    /// <param name="name">The column.</param>
    /// <param name="accepts">Whether the type is right.</param>
    /// <param name="expected">The right type, in the words of the message.</param>
    /// <param name="component">Name of the component that needs it, for the message.</param>
    /// <exception cref="ArgumentException">No such column, or of another type.</exception>
    public static SchemaShape.Column Require(
        SchemaShape input,
        string name,
        Func<SchemaShape.Column, bool> accepts,
        string expected,
        string component
    )
    {
        ArgumentNullException.ThrowIfNull(input);
        foreach (var column in input)
        {
            if (column.Name != name)
                continue;
            return accepts(column)
                ? column
                : throw new ArgumentException(
                    $"{component}: the column '{name}' is {Describe(column)}, expected {expected}."
                );
        }
        throw new ArgumentException(InputColumns.Missing(component, name, expected, ColumnNames.Of(input)));
    }

    /// <summary>A type of the shape; sizes and key counts, which a shape does not know, are 1.</summary>
    private static DataViewType TypeOf(SchemaShape.Column column)
    {
        var item = column.IsKey ? new KeyDataViewType(column.ItemType.RawType, 1) : column.ItemType;
        return column.Kind switch
        {
            SchemaShape.Column.VectorKind.Vector => new VectorDataViewType((PrimitiveDataViewType)item, 1),
            SchemaShape.Column.VectorKind.VariableVector => new VectorDataViewType((PrimitiveDataViewType)item),
            _ => item,
        };
    }

    // A shape has annotations' types only.
    private static ValueGetter<T> NoValue<T>() =>
        (ref T value) => throw new NotSupportedException("This annotation has a type and no value.");

    private static string Describe(SchemaShape.Column column)
    {
        var item = column.IsKey ? $"Key<{column.ItemType}>" : column.ItemType.ToString()!;
        return column.Kind switch
        {
            SchemaShape.Column.VectorKind.Vector => $"Vector<{item}>",
            SchemaShape.Column.VectorKind.VariableVector => $"variable Vector<{item}>",
            _ => item,
        };
    }

    private sealed class SchemaOnly(DataViewSchema schema) : IDataLoader<object>
    {
        public DataViewSchema GetOutputSchema() => schema;

        public IDataView Load(object input) => throw new NotSupportedException("This loader has a schema and no data.");

        void ICanSaveModel.Save(ModelSaveContext ctx) =>
            throw new NotSupportedException("This loader has a schema and no data.");
    }

    private sealed class Unchanged : IEstimator<ITransformer>
    {
        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inputSchema;

        public ITransformer Fit(IDataView input) =>
            throw new NotSupportedException("This estimator passes a schema shape on and fits nothing.");
    }
}
