using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms.Image;

/// <summary>Turns vectors of colours into images.</summary>
public sealed class VectorToImageConvertingEstimator : TrivialEstimator<VectorToImageConvertingTransformer>
{
    internal VectorToImageConvertingEstimator(IHostEnvironment env, VectorToImageConvertingTransformer transformer)
        : base(env.Register(nameof(VectorToImageConvertingEstimator)), transformer)
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
        => ImageShapes.With(inputSchema, Host, Transformer.Columns,
            c => c.Kind == SchemaShape.Column.VectorKind.Vector && (c.ItemType == NumberDataViewType.Single || c.ItemType == NumberDataViewType.Double || c.ItemType == NumberDataViewType.Byte),
            "known-size vector of type Single, Double or Byte", (output, _) => new SchemaShape.Column(output, SchemaShape.Column.VectorKind.Scalar, Transformer.Type, false));
}
