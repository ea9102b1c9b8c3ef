using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;

[assembly: LoadableClass(typeof(ImageGrayscalingTransformer), null, typeof(SignatureLoadModel), "", ImageGrayscalingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms.Image;

/// <summary>Images to gray ones of the same size, still four bytes a pixel.</summary>
public sealed class ImageGrayscalingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "ImageGrayscaleTransform";

    internal ImageGrayscalingTransformer(IHostEnvironment env, params (string Output, string Input)[] pairs) : base(env.Register("ImageGrayscale"), pairs)
    {
    }

    private static ImageGrayscalingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        return new ImageGrayscalingTransformer(env, LoadPairs(ctx));
    }

    internal (string Output, string Input)[] Columns => Pairs;

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(GetVersionInfo());
        SavePairs(ctx);
    }

    private protected override MappedColumn MakeColumn(int pair, string output, DataViewSchema.Column source)
        => new(output, ImageShapes.CheckImage(Host, source), null, [source.Index], null) { MakeHoldingGetter = row => MakeGetter(row, source) };

    // The colour image read last is disposed with the cursor, even one that belongs to the user's own objects.
    private static (Delegate Getter, Action End) MakeGetter(DataViewRow row, DataViewSchema.Column source)
    {
        ValueGetter<MLImage> getSource = row.GetGetter<MLImage>(source);
        MLImage original = null;
        ValueGetter<MLImage> getter = (ref MLImage image) =>
        {
            image?.Dispose();
            getSource(ref original);
            if (original == null)
                return;
            image = original.CloneWithGrayscale();
            image.Tag = original.Tag;
        };
        return (getter, () => original?.Dispose());
    }

    private static VersionInfo GetVersionInfo() => new("IMGGRAYT", 0x00010001, 0x00010001, 0x00010001, typeof(ImageGrayscalingTransformer).Assembly.FullName, LoaderSignature);
}
