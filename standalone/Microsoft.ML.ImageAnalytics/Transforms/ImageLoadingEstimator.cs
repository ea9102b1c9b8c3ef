using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Data;

/// <summary>Loads images from the files that a text column names.</summary>
public sealed class ImageLoadingEstimator : TrivialEstimator<ImageLoadingTransformer>
{
    internal ImageLoadingEstimator(IHostEnvironment env, ImageLoadingTransformer transformer) : base(env.Register(nameof(ImageLoadingEstimator)), transformer)
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
        => ImageShapes.With(inputSchema, Host, Transformer.Columns, c => c.ItemType is TextDataViewType && c.Kind == SchemaShape.Column.VectorKind.Scalar,
            TextDataViewType.Instance.ToString(), (output, _) => Transformer.Decodes
                ? new SchemaShape.Column(output, SchemaShape.Column.VectorKind.Scalar, new ImageDataViewType(), false)
                : new SchemaShape.Column(output, SchemaShape.Column.VectorKind.VariableVector, NumberDataViewType.Byte, false));
}
