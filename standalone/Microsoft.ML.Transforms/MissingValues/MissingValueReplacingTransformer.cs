using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

[assembly: LoadableClass(typeof(MissingValueReplacingTransformer), null, typeof(SignatureLoadModel), "NA Replace Transform", MissingValueReplacingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

public sealed class MissingValueReplacingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "NAReplaceTransform";

    private readonly Replacement[] _replacements;

    internal MissingValueReplacingTransformer(IHostEnvironment env, (string Output, string Input)[] pairs, Replacement[] replacements)
        : base(env.Register(nameof(MissingValueReplacingTransformer)), pairs)
        => _replacements = replacements;

    private static VersionInfo GetVersionInfo() => new("NAREP TF", 0x00010002, 0x00010002, 0x00010001,
        typeof(MissingValueReplacingTransformer).Assembly.FullName, LoaderSignature);

    private static MissingValueReplacingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        (string Output, string Input)[] pairs = LoadPairs(ctx);
        return new MissingValueReplacingTransformer(env, pairs, Array.ConvertAll(pairs, _ => Replacement.Load(ctx.Reader)));
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(GetVersionInfo());
        SavePairs(ctx);
        Array.ForEach(_replacements, r => r.Save(ctx.Writer));
    }

    private protected override MappedColumn MakeColumn(int pair, string output, DataViewSchema.Column source)
    {
        Replacement replacement = _replacements[pair];
        NumberDataViewType expected = replacement.IsSingle ? NumberDataViewType.Single : NumberDataViewType.Double;
        if (PrimitiveTypes.ItemTypeOf(source.Type) != expected)
            throw Host.ExceptSchemaMismatch("inputSchema", "input", source.Name, expected.ToString(), source.Type.ToString());
        DataViewSchema.Annotations annotations = source.Annotations.Subset(kind => kind is AnnotationKinds.SlotNames or AnnotationKinds.IsNormalized);
        return new MappedColumn(output, source.Type, annotations, [source.Index], row => replacement.MakeGetter(row, source));
    }
}
