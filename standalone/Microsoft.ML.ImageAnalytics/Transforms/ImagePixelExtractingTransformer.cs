using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;
using static Microsoft.ML.Transforms.Image.ImagePixelExtractingEstimator;

[assembly: LoadableClass(typeof(ImagePixelExtractingTransformer), null, typeof(SignatureLoadModel), "", ImagePixelExtractingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms.Image;

/// <summary>Images of one known size to vectors of their colours, as floats (minus offset, times scale) or bytes.</summary>
public sealed class ImagePixelExtractingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "ImagePixelExtractor";

    private readonly ColorPlanes _planes;
    private readonly float _offset, _scale;
    private readonly bool _asFloat;

    internal ImagePixelExtractingTransformer(IHostEnvironment env, (string Output, string Input) pair, ColorPlanes planes, float offset, float scale, bool asFloat)
        : base(env.Register(LoaderSignature), [pair])
    {
        planes.Check("colorsToExtract");
        Host.CheckParam(float.IsFinite(offset), "offsetImage");
        Host.CheckParam(float.IsFinite(scale) && scale != 0, "scaleImage");
        _planes = planes;
        _asFloat = asFloat;
        // Bytes are given as they are.
        (_offset, _scale) = asFloat ? (offset, scale) : (0, 1);
    }

    private static ImagePixelExtractingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        (string Output, string Input)[] pairs = LoadPairs(ctx);
        Contracts.CheckDecode(pairs.Length == 1);
        var (colors, order) = ((ColorBits)ctx.Reader.ReadByte(), (ColorsOrder)ctx.Reader.ReadByte());
        Contracts.CheckDecode(colors != 0 && (colors & ColorBits.All) == colors && Enum.IsDefined(order));
        bool asFloat = ctx.Reader.ReadBoolean();
        float offset = ctx.Reader.ReadSingle(), scale = ctx.Reader.ReadSingle();
        return new ImagePixelExtractingTransformer(env, pairs[0], new ColorPlanes(colors, order, ctx.Reader.ReadBoolean()), offset, scale, asFloat);
    }

    internal (string Output, string Input)[] Columns => Pairs;

    internal NumberDataViewType ItemType => _asFloat ? NumberDataViewType.Single : NumberDataViewType.Byte;

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(GetVersionInfo());
        SavePairs(ctx);
        ctx.Writer.Write((byte)_planes.Colors);
        ctx.Writer.Write((byte)_planes.Order);
        ctx.Writer.Write(_asFloat);
        ctx.Writer.Write(_offset);
        ctx.Writer.Write(_scale);
        ctx.Writer.Write(_planes.Interleaved);
    }

    private protected override MappedColumn MakeColumn(int pair, string output, DataViewSchema.Column source)
    {
        ImageDataViewType image = ImageShapes.CheckImage(Host, source);
        if (image.Height <= 0 || image.Width <= 0)
            throw Host.ExceptSchemaMismatch("inputSchema", "input", source.Name, "known-size image", "unknown-size image");
        var type = new VectorDataViewType(ItemType, _planes.Dimensions(image.Height, image.Width));
        return new MappedColumn(output, type, null, [source.Index], null)
        {
            MakeHoldingGetter = row => _asFloat
                ? MakeGetter<float>(row, source, image, value => (value - _offset) * _scale)
                : MakeGetter<byte>(row, source, image, value => value),
        };
    }

    // The image read last is disposed with the cursor, even one that belongs to the user's own objects.
    private (Delegate Getter, Action End) MakeGetter<T>(DataViewRow row, DataViewSchema.Column source, ImageDataViewType type, Func<byte, T> convert) where T : struct
    {
        ValueGetter<MLImage> getImage = row.GetGetter<MLImage>(source);
        MLImage image = null;
        int pixels = type.Height * type.Width;
        T[] converted = [.. Enumerable.Range(0, 256).Select(v => convert((byte)v))];
        ValueGetter<VBuffer<T>> getter = (ref VBuffer<T> vector) =>
        {
            getImage(ref image);
            if (image == null)
            {
                vector = new VBuffer<T>(pixels * _planes.Count, 0, [], []);
                return;
            }
            Host.Check(image.Height == type.Height && image.Width == type.Width, "Check failed");
            VBufferEditor<T> editor = VBufferEditor.Create(ref vector, pixels * _planes.Count);
            ReadOnlySpan<byte> bytes = image.Pixels;
            foreach ((int plane, int at) in PlanesOf(image.PixelFormat))
            {
                for (int i = 0; i < pixels; i++)
                    editor.Values[_planes.Index(i, plane, pixels)] = converted[bytes[i * 4 + at]];
            }
            vector = editor.Commit();
        };
        return (getter, () => image?.Dispose());
    }

    /// <summary>For each plane that is wanted, the byte of a pixel where its colour is.</summary>
    private IEnumerable<(int Plane, int At)> PlanesOf(MLPixelFormat format)
    {
        (int red, int blue) = format == MLPixelFormat.Bgra32 ? (2, 0) : (0, 2);
        (int Alpha, int Red, int Green, int Blue) places = _planes.Places;
        return new[] { (places.Alpha, 3), (places.Red, red), (places.Green, 1), (places.Blue, blue) }.Where(p => p.Item1 >= 0);
    }

    private static VersionInfo GetVersionInfo() => new("IMGPXEXT", 0x00010003, 0x00010002, 0x00010003, typeof(ImagePixelExtractingTransformer).Assembly.FullName, LoaderSignature);
}
