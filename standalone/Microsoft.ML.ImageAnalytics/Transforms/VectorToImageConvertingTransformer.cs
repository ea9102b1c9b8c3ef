using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;
using static Microsoft.ML.Transforms.Image.ImagePixelExtractingEstimator;

[assembly: LoadableClass(typeof(VectorToImageConvertingTransformer), null, typeof(SignatureLoadModel), "", VectorToImageConvertingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms.Image;

/// <summary>Vectors of colours to images. Here, other than when extracting, the value is scaled before the offset is taken off.</summary>
public sealed class VectorToImageConvertingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "VectorToImageConverter";

    internal sealed record Picture(int Height, int Width, ColorPlanes Planes, float Scale, float Offset, int Alpha, int Red, int Green, int Blue);

    private readonly Picture _picture;

    internal VectorToImageConvertingTransformer(IHostEnvironment env, (string Output, string Input) pair, Picture picture) : base(env.Register(LoaderSignature), [pair])
    {
        picture.Planes.Check("colorsPresent");
        Host.CheckParam(picture.Width > 0, "imageWidth", "Image width must be greater than zero");
        Host.CheckParam(picture.Height > 0, "imageHeight", "Image height must be greater than zero");
        Host.CheckParam(float.IsFinite(picture.Offset), "offsetImage");
        Host.CheckParam(float.IsFinite(picture.Scale) && picture.Scale != 0, "scaleImage");
        _picture = picture;
    }

    private static VectorToImageConvertingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        (string Output, string Input)[] pairs = LoadPairs(ctx);
        Contracts.CheckDecode(pairs.Length == 1);
        BinaryReader reader = ctx.Reader;
        var (colors, order) = ((ColorBits)reader.ReadByte(), (ColorsOrder)reader.ReadByte());
        int width = reader.ReadInt32(), height = reader.ReadInt32();
        float offset = reader.ReadSingle(), scale = reader.ReadSingle();
        var planes = new ColorPlanes(colors, order, reader.ReadBoolean());
        return new VectorToImageConvertingTransformer(env, pairs[0],
            new Picture(height, width, planes, scale, offset, reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32()));
    }

    internal (string Output, string Input)[] Columns => Pairs;

    internal ImageDataViewType Type => new(_picture.Height, _picture.Width);

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(GetVersionInfo());
        SavePairs(ctx);
        ctx.Writer.Write((byte)_picture.Planes.Colors);
        ctx.Writer.Write((byte)_picture.Planes.Order);
        ctx.Writer.Write(_picture.Width);
        ctx.Writer.Write(_picture.Height);
        ctx.Writer.Write(_picture.Offset);
        ctx.Writer.Write(_picture.Scale);
        ctx.Writer.Write(_picture.Planes.Interleaved);
        foreach (int color in new[] { _picture.Alpha, _picture.Red, _picture.Green, _picture.Blue })
            ctx.Writer.Write(color);
    }

    private protected override MappedColumn MakeColumn(int pair, string output, DataViewSchema.Column source)
    {
        var vector = source.Type as VectorDataViewType
            ?? throw Host.ExceptSchemaMismatch("inputSchema", "input", source.Name, "image", source.Type.ToString());
        if (vector.Size != _picture.Height * _picture.Width * _picture.Planes.Count)
        {
            string expected = new VectorDataViewType(vector.ItemType, _picture.Height, _picture.Width, _picture.Planes.Count).ToString();
            throw Host.ExceptSchemaMismatch("inputSchema", "input", source.Name, expected, vector.ToString());
        }
        return new MappedColumn(output, Type, null, [source.Index], row => vector.ItemType.RawType switch
        {
            Type t when t == typeof(float) => MakeGetter<float>(row, source, v => v, IsScaled),
            Type t when t == typeof(double) => MakeGetter<double>(row, source, v => (float)v, IsScaled),
            Type t when t == typeof(byte) => MakeGetter<byte>(row, source, v => v, scaled: false),
            _ => throw Contracts.Except("We only support float, double or byte arrays"),
        });
    }

    private bool IsScaled => _picture.Offset != 0 || _picture.Scale != 1;

    private ValueGetter<MLImage> MakeGetter<T>(DataViewRow row, DataViewSchema.Column source, Func<T, float> convert, bool scaled)
    {
        ValueGetter<VBuffer<T>> getVector = row.GetGetter<VBuffer<T>>(source);
        VBuffer<T> vector = default, dense = default;
        return (ref MLImage image) =>
        {
            getVector(ref vector);
            image = null;
            if (vector.GetValues().Length == 0)
                return;
            vector.CopyToDense(ref dense);
            image = MLImage.CreateFromPixels(_picture.Width, _picture.Height, MLPixelFormat.Bgra32, Paint(dense.GetValues(), convert, scaled));
            image.Tag = nameof(VectorToImageConvertingTransformer);
        };
    }

    private byte[] Paint<T>(ReadOnlySpan<T> values, Func<T, float> convert, bool scaled)
    {
        int pixels = _picture.Height * _picture.Width;
        var bytes = new byte[pixels * 4];
        (int Alpha, int Red, int Green, int Blue) places = _picture.Planes.Places;
        (int Plane, int Default)[] channels = [(places.Blue, _picture.Blue), (places.Green, _picture.Green), (places.Red, _picture.Red), (places.Alpha, _picture.Alpha)];
        for (int c = 0; c < channels.Length; c++)
        {
            (int plane, int color) = channels[c];
            for (int i = 0; i < pixels; i++)
            {
                float value = plane < 0 ? color : convert(values[_picture.Planes.Index(i, plane, pixels)]);
                // With scaling an alpha that is not in the vector is 0, whatever its default says: so it is in the real one.
                bytes[i * 4 + c] = !scaled ? (byte)value : c == 3 && plane < 0 ? (byte)0 : (byte)Math.Round(value * _picture.Scale - _picture.Offset);
            }
        }
        return bytes;
    }

    private static VersionInfo GetVersionInfo()
        => new("VECTOIMG", 0x00010003, 0x00010002, 0x00010003, typeof(VectorToImageConvertingTransformer).Assembly.FullName, LoaderSignature);
}
