using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

internal static class SchemaShapes
{
    public static SchemaShape.Column Find(this SchemaShape shape, IExceptionContext context, string name)
        => shape.TryFindColumn(name, out SchemaShape.Column column) ? column : throw context.ExceptSchemaMismatch("inputSchema", "input", name);

    /// <summary>The shape with these columns in place of those of the same names, or at the end.</summary>
    public static SchemaShape With(this SchemaShape shape, IEnumerable<SchemaShape.Column> columns)
    {
        Dictionary<string, SchemaShape.Column> byName = shape.ToDictionary(c => c.Name);
        foreach (SchemaShape.Column column in columns)
            byName[column.Name] = column;
        return new SchemaShape(byName.Values);
    }

    public static bool HasSlotNames(this SchemaShape.Column column)
        => column.Kind == SchemaShape.Column.VectorKind.Vector
            && column.Annotations.TryFindColumn(AnnotationKinds.SlotNames, out SchemaShape.Column names)
            && names.Kind == SchemaShape.Column.VectorKind.Vector && names.ItemType is TextDataViewType;

    public static bool IsNormalized(this SchemaShape.Column column)
        => column.Annotations.TryFindColumn(AnnotationKinds.IsNormalized, out SchemaShape.Column normalized)
            && normalized.Kind == SchemaShape.Column.VectorKind.Scalar && normalized.ItemType is BooleanDataViewType;

    /// <summary>The column's annotations of these kinds.</summary>
    public static IEnumerable<SchemaShape.Column> AnnotationsOf(this SchemaShape.Column column, params string[] kinds)
        => column.Annotations.Where(a => kinds.Contains(a.Name));

    public static SchemaShape.Column SlotNames { get; } = new(AnnotationKinds.SlotNames, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, false);

    public static SchemaShape.Column Normalized { get; } = new(AnnotationKinds.IsNormalized, SchemaShape.Column.VectorKind.Scalar, BooleanDataViewType.Instance, false);
}
