using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms.Image;

/// <summary>Brings images to one size.</summary>
public sealed class ImageResizingEstimator : TrivialEstimator<ImageResizingTransformer>
{
    internal ImageResizingEstimator(IHostEnvironment env, ImageResizingTransformer transformer) : base(env.Register(nameof(ImageResizingEstimator)), transformer)
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
        => ImageShapes.With(inputSchema, Host, Transformer.Columns, ImageShapes.IsImage, new ImageDataViewType().ToString(),
            (output, _) => new SchemaShape.Column(output, SchemaShape.Column.VectorKind.Scalar, Transformer.Type, false));

    public enum ResizingKind : byte
    {
        IsoPad = 0,
        IsoCrop = 1,
        Fill = 2,
    }

    public enum Anchor : byte
    {
        Right = 0,
        Left = 1,
        Top = 2,
        Bottom = 3,
        Center = 4,
    }
}
