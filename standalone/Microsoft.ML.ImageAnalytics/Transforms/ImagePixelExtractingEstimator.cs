using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms.Image;

/// <summary>Turns images of one known size into vectors of their colours.</summary>
public sealed class ImagePixelExtractingEstimator : TrivialEstimator<ImagePixelExtractingTransformer>
{
    internal ImagePixelExtractingEstimator(IHostEnvironment env, ImagePixelExtractingTransformer transformer)
        : base(env.Register(nameof(ImagePixelExtractingEstimator)), transformer)
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
        => ImageShapes.With(inputSchema, Host, Transformer.Columns, ImageShapes.IsImage, new ImageDataViewType().ToString(),
            (output, _) => new SchemaShape.Column(output, SchemaShape.Column.VectorKind.Vector, Transformer.ItemType, false));

    [Flags]
    public enum ColorBits : byte
    {
        Alpha = 0x01,
        Red = 0x02,
        Green = 0x04,
        Blue = 0x08,
        Rgb = Red | Green | Blue,
        All = Alpha | Rgb,
    }

    public enum ColorsOrder : byte
    {
        ARGB = 1,
        ARBG = 2,
        ABRG = 3,
        ABGR = 4,
        AGRB = 5,
        AGBR = 6,
    }
}
