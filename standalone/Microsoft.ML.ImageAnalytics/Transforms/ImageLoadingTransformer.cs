using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;

[assembly: LoadableClass(typeof(ImageLoadingTransformer), null, typeof(SignatureLoadModel), "", ImageLoadingTransformer.LoaderSignature)]

namespace Microsoft.ML.Data;

/// <summary>Paths to images, or to the bytes of image files as they are.</summary>
public sealed class ImageLoadingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "ImageLoaderTransform";

    public readonly string ImageFolder;

    private readonly bool _decode;

    internal ImageLoadingTransformer(IHostEnvironment env, string imageFolder, bool decode, params (string Output, string Input)[] pairs)
        : base(env.Register(nameof(ImageLoadingTransformer)), pairs)
    {
        if (!string.IsNullOrEmpty(imageFolder))
            ImageFolder = Directory.Exists(imageFolder) ? Path.GetFullPath(imageFolder) : throw new ArgumentException($"Directory \"{imageFolder}\" does not exist.");
        _decode = decode;
    }

    private static ImageLoadingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        (string Output, string Input)[] pairs = LoadPairs(ctx);
        string folder = ctx.LoadStringOrNull();
        return new ImageLoadingTransformer(env, folder, ctx.Reader.ReadBoolean(), pairs);
    }

    internal (string Output, string Input)[] Columns => Pairs;

    internal bool Decodes => _decode;

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(GetVersionInfo());
        SavePairs(ctx);
        ctx.SaveStringOrNull(ImageFolder);
        ctx.Writer.Write(_decode);
    }

    private protected override MappedColumn MakeColumn(int pair, string output, DataViewSchema.Column source)
    {
        if (source.Type is not TextDataViewType)
            throw Host.ExceptSchemaMismatch("inputSchema", "input", source.Name, TextDataViewType.Instance.ToString(), source.Type.ToString());
        DataViewType type = _decode ? new ImageDataViewType() : new VectorDataViewType(NumberDataViewType.Byte);
        return new MappedColumn(output, type, null, [source.Index], row => BytesGetter(row, source)) { MakeHoldingGetter = _decode ? row => DecodedGetter(row, source) : null };
    }

    // The image given last is disposed with the cursor, whoever holds it.
    private (Delegate Getter, Action End) DecodedGetter(DataViewRow row, DataViewSchema.Column source)
    {
        ValueGetter<ReadOnlyMemory<char>> getPath = row.GetGetter<ReadOnlyMemory<char>>(source);
        ReadOnlyMemory<char> text = default;
        MLImage last = null;
        ValueGetter<MLImage> getter = (ref MLImage image) =>
        {
            image?.Dispose();
            image = last = null;
            getPath(ref text);
            if (text.Length == 0)
                return;
            string path = Locate(text);
            using var stream = new MemoryStream(File.ReadAllBytes(path));
            image = MLImage.CreateFromStream(stream);
            image.Tag = path;
            last = image;
        };
        return (getter, () => last?.Dispose());
    }

    private ValueGetter<VBuffer<byte>> BytesGetter(DataViewRow row, DataViewSchema.Column source)
    {
        ValueGetter<ReadOnlyMemory<char>> getPath = row.GetGetter<ReadOnlyMemory<char>>(source);
        ReadOnlyMemory<char> text = default;
        return (ref VBuffer<byte> bytes) =>
        {
            getPath(ref text);
            byte[] file = text.Length == 0 ? [] : File.ReadAllBytes(Locate(text));
            VBufferEditor<byte> editor = VBufferEditor.Create(ref bytes, file.Length);
            file.CopyTo(editor.Values);
            bytes = editor.Commit();
        };
    }

    private string Locate(ReadOnlyMemory<char> path) => string.IsNullOrWhiteSpace(ImageFolder) ? path.ToString() : Path.Combine(ImageFolder, path.ToString());

    private static VersionInfo GetVersionInfo() => new("IMGLOADR", 0x00010003, 0x00010003, 0x00010003, typeof(ImageLoadingTransformer).Assembly.FullName, LoaderSignature);
}
