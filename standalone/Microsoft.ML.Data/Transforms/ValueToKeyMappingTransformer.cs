using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

[assembly: LoadableClass(typeof(ValueToKeyMappingTransformer), null, typeof(SignatureLoadModel), "Term Transform", ValueToKeyMappingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

public sealed class ValueToKeyMappingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "TermTransform";

    private const string VocabularyName = "Terms.bin";

    private readonly KeyTerms[] _terms;
    private readonly bool _valuesAsText;

    internal ValueToKeyMappingTransformer(IHostEnvironment env, (string Output, string Input)[] pairs, KeyTerms[] terms, bool valuesAsText)
        : base(env.Register(nameof(ValueToKeyMappingTransformer)), pairs)
    {
        _terms = terms;
        _valuesAsText = valuesAsText;
    }

    private static VersionInfo GetVersionInfo() => new("TERMTRNF", 0x00010003, 0x00010003, 0x00010001,
        typeof(ValueToKeyMappingTransformer).Assembly.FullName, LoaderSignature);

    private static ValueToKeyMappingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        (string Output, string Input)[] pairs = LoadPairs(ctx);
        bool valuesAsText = ctx.Reader.ReadBoolean();
        var terms = new KeyTerms[pairs.Length];
        for (int i = 0; i < terms.Length; i++)
        {
            var type = Type.GetType(ctx.LoadNonEmptyString(), throwOnError: true);
            ulong keyCount = ctx.Reader.ReadUInt64();
            terms[i] = KeyTerms.Create(keyCount > 0 ? new KeyDataViewType(type, keyCount) : PrimitiveTypes.Of(type));
        }
        bool found = ctx.TryLoadBinaryStream(VocabularyName, reader => Array.ForEach(terms, t => t.Load(reader)));
        env.CheckDecode(found, $"Missing {VocabularyName} in the model");
        return new ValueToKeyMappingTransformer(env, pairs, terms, valuesAsText);
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(GetVersionInfo());
        SavePairs(ctx);
        ctx.Writer.Write(_valuesAsText);
        foreach (KeyTerms terms in _terms)
        {
            ctx.SaveNonEmptyString(terms.ItemType.RawType.AssemblyQualifiedName);
            ctx.Writer.Write((terms.ItemType as KeyDataViewType)?.Count ?? 0);
        }
        ctx.SaveBinaryStream(VocabularyName, writer => Array.ForEach(_terms, t => t.Save(writer)));
    }

    private protected override MappedColumn MakeColumn(int pair, string output, DataViewSchema.Column source)
    {
        KeyTerms terms = _terms[pair];
        if (PrimitiveTypes.ItemTypeOf(source.Type).RawType != terms.ItemType.RawType)
            throw Host.ExceptSchemaMismatch("inputSchema", "input", source.Name, terms.ItemType.ToString(), source.Type.ToString());
        DataViewType type = source.Type is VectorDataViewType vector ? new VectorDataViewType(terms.KeyType, vector.Dimensions) : terms.KeyType;
        var annotations = new DataViewSchema.Annotations.Builder();
        if (terms.Count > 0)
        {
            (DataViewType valuesType, Delegate values) = terms.MakeKeyValues(source, _valuesAsText);
            annotations.Add(AnnotationKinds.KeyValues, valuesType, values);
        }
        annotations.Add(source.Annotations, kind => kind == AnnotationKinds.SlotNames);
        return new MappedColumn(output, type, annotations.ToAnnotations(), [source.Index], row => terms.MakeGetter(row, source));
    }
}
