using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>The members of a row class that are columns, with the column types they were given.</summary>
internal sealed class RowLayout
{
    private RowLayout(IReadOnlyList<LaidOutMember> members) => Members = members;

    public readonly record struct LaidOutMember(RowMember Member, string ColumnName, DataViewType Type, DataViewSchema.Annotations Annotations);

    public IReadOnlyList<LaidOutMember> Members { get; }

    public static RowLayout Create(Type rowType, SchemaDefinition definition, SchemaDefinition.Direction direction)
    {
        definition ??= SchemaDefinition.Create(rowType, direction);
        return new RowLayout(definition.Select(column =>
        {
            RowMember member = RowMember.Named(rowType, column.MemberName);
            member.CheckKnown();
            string name = string.IsNullOrEmpty(column.ColumnName) ? column.MemberName : column.ColumnName;
            DataViewType type = column.ColumnType ?? member.FindColumnType();
            CheckFits(member, name, type);
            return new LaidOutMember(member, name, type, column.Annotations);
        }).ToArray());
    }

    private static void CheckFits(RowMember member, string columnName, DataViewType type)
    {
        bool isVector = type is VectorDataViewType;
        Contracts.CheckParam(isVector == member.IsVector, "userSchemaDefinition",
            $"Column '{columnName}' is supposed to be {(isVector ? "vector" : "scalar")}, but type of associated field '{member.Name}' is {(member.IsVector ? "vector" : "scalar")}");
        Type item = PrimitiveTypes.ItemTypeOf(type).RawType;
        Contracts.CheckParam(item == member.ItemType, "userSchemaDefinition",
            $"Column '{columnName}' is supposed to have item type {item}, but associated field has type {member.ItemType}");
    }

    /// <summary>Takes column types and annotations from a schema: every column of it must have a member.</summary>
    public static SchemaDefinition DefinitionFor(Type rowType, DataViewSchema schema)
    {
        SchemaDefinition definition = SchemaDefinition.Create(rowType, SchemaDefinition.Direction.Read);
        foreach (DataViewSchema.Column column in schema)
        {
            SchemaDefinition.Column mine = definition[column.Name] ?? throw Contracts.Except($"Type should contain a member named {column.Name}");
            mine.ColumnType = column.Type;
            foreach (DataViewSchema.Column annotation in column.Annotations.Schema)
                mine.Added[annotation.Name] = (annotation.Type, AnnotationCopies.GetterOf(column.Annotations, annotation));
        }
        return definition;
    }

    public DataViewSchema ToSchema()
        => Members.Select(m => new DataViewSchema.DetachedColumn(m.ColumnName, m.Type, m.Annotations)).ToSchema();
}
