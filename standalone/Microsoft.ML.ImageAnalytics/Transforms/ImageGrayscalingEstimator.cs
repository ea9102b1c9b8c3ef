using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms.Image;

/// <summary>Makes images gray.</summary>
public sealed class ImageGrayscalingEstimator : TrivialEstimator<ImageGrayscalingTransformer>
{
    internal ImageGrayscalingEstimator(IHostEnvironment env, params (string Output, string Input)[] pairs)
        : base(env.Register(nameof(ImageGrayscalingEstimator)), new ImageGrayscalingTransformer(env, pairs))
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
        => ImageShapes.With(inputSchema, Host, Transformer.Columns, ImageShapes.IsImage, new ImageDataViewType().ToString(), (output, column) => column.Renamed(output));
}
