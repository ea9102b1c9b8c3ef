using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;

[assembly: LoadableClass(typeof(ImageResizingTransformer), null, typeof(SignatureLoadModel), "", ImageResizingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms.Image;

/// <summary>Images to one size.</summary>
public sealed class ImageResizingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "ImageScalerTransform";

    internal sealed record Size(int Width, int Height, ImageResizingEstimator.ResizingKind Resizing, ImageResizingEstimator.Anchor Anchor);

    private readonly Size _size;

    internal ImageResizingTransformer(IHostEnvironment env, (string Output, string Input) pair, Size size) : base(env.Register("ImageScaler"), [pair])
    {
        Host.CheckParam(size.Width > 0, "imageWidth");
        Host.CheckParam(size.Height > 0, "imageHeight");
        Host.CheckParam(Enum.IsDefined(size.Resizing), "resizing");
        Host.CheckParam(Enum.IsDefined(size.Anchor), "anchor");
        _size = size;
    }

    private static ImageResizingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        (string Output, string Input)[] pairs = LoadPairs(ctx);
        Contracts.CheckDecode(pairs.Length == 1);
        int width = ctx.Reader.ReadInt32(), height = ctx.Reader.ReadInt32();
        Contracts.CheckDecode(width > 0 && height > 0);
        return new ImageResizingTransformer(env, pairs[0], new Size(width, height, (ImageResizingEstimator.ResizingKind)ctx.Reader.ReadByte(), (ImageResizingEstimator.Anchor)ctx.Reader.ReadByte()));
    }

    internal (string Output, string Input)[] Columns => Pairs;

    internal ImageDataViewType Type => new(_size.Height, _size.Width);

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(GetVersionInfo());
        SavePairs(ctx);
        ctx.Writer.Write(_size.Width);
        ctx.Writer.Write(_size.Height);
        ctx.Writer.Write((byte)_size.Resizing);
        ctx.Writer.Write((byte)_size.Anchor);
    }

    private protected override MappedColumn MakeColumn(int pair, string output, DataViewSchema.Column source)
    {
        ImageShapes.CheckImage(Host, source);
        return new MappedColumn(output, Type, null, [source.Index], row => MakeGetter(row, source));
    }

    private ValueGetter<MLImage> MakeGetter(DataViewRow row, DataViewSchema.Column source)
    {
        ValueGetter<MLImage> getSource = row.GetGetter<MLImage>(source);
        MLImage original = null;
        return (ref MLImage image) =>
        {
            image?.Dispose();
            getSource(ref original);
            if (original == null)
                return;
            // An image that has the size already is passed on itself, not a copy.
            if (original.Height == _size.Height && original.Width == _size.Width)
            {
                image = original;
                return;
            }
            image = original.CloneWithResizing(_size.Width, _size.Height, Mode);
            image.Tag = original.Tag;
        };
    }

    private ImageResizeMode Mode => (_size.Resizing, _size.Anchor) switch
    {
        (ImageResizingEstimator.ResizingKind.IsoPad, _) => ImageResizeMode.Pad,
        (ImageResizingEstimator.ResizingKind.Fill, _) => ImageResizeMode.Fill,
        (_, ImageResizingEstimator.Anchor.Top) => ImageResizeMode.CropAnchorTop,
        (_, ImageResizingEstimator.Anchor.Bottom) => ImageResizeMode.CropAnchorBottom,
        (_, ImageResizingEstimator.Anchor.Left) => ImageResizeMode.CropAnchorLeft,
        (_, ImageResizingEstimator.Anchor.Right) => ImageResizeMode.CropAnchorRight,
        _ => ImageResizeMode.CropAnchorCentral,
    };

    private static VersionInfo GetVersionInfo() => new("IMGSCALF", 0x00010003, 0x00010003, 0x00010003, typeof(ImageResizingTransformer).Assembly.FullName, LoaderSignature);
}
