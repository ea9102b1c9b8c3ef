using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

public sealed class CustomMappingEstimator<TSrc, TDst> : TrivialEstimator<CustomMappingTransformer<TSrc, TDst>>
    where TSrc : class, new()
    where TDst : class, new()
{
    private readonly SchemaDefinition _inputDefinition;

    internal CustomMappingEstimator(IHostEnvironment env, Action<TSrc, TDst> mapAction, string contractName,
        SchemaDefinition inputSchemaDefinition, SchemaDefinition outputSchemaDefinition)
        : base(env.Register(nameof(CustomMappingEstimator<TSrc, TDst>)),
            new CustomMappingTransformer<TSrc, TDst>(env, mapAction, contractName, inputSchemaDefinition, outputSchemaDefinition))
        => _inputDefinition = inputSchemaDefinition;

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        // The members are looked at in both directions here, the transformer's in one: as in the original.
        RowLayout input = RowLayout.Create(typeof(TSrc), _inputDefinition, SchemaDefinition.Direction.Both);
        foreach (RowLayout.LaidOutMember member in input.Members)
        {
            SchemaShape.Column column = inputSchema.Find(null, member.ColumnName);
            if (!Fits(member.Type, column))
                throw Contracts.ExceptSchemaMismatch(null, nameof(inputSchema), "input", member.ColumnName, member.Type.ToString(), column.GetTypeString());
        }
        return inputSchema.With(SchemaShape.Create(Transformer.Added.ToSchema()));
    }

    /// <summary>A member of unknown size takes vectors of any, one of known size only those of known size.</summary>
    private static bool Fits(DataViewType member, SchemaShape.Column column)
    {
        SchemaShape.GetColumnTypeShape(member, out SchemaShape.Column.VectorKind kind, out DataViewType itemType, out bool isKey);
        bool kindFits = kind == SchemaShape.Column.VectorKind.VariableVector
            ? column.Kind != SchemaShape.Column.VectorKind.Scalar
            : column.Kind == kind;
        return kindFits && itemType == column.ItemType && isKey == column.IsKey;
    }
}
