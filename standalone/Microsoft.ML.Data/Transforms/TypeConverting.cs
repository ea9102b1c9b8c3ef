using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

[assembly: LoadableClass(typeof(TypeConvertingTransformer), null, typeof(SignatureLoadModel), "Convert Transform", TypeConvertingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

public sealed class TypeConvertingEstimator : TrivialEstimator<TypeConvertingTransformer>
{
    private readonly (string Output, string Input)[] _pairs;
    private readonly DataKind _kind;

    internal TypeConvertingEstimator(IHostEnvironment env, (string Output, string Input)[] pairs, DataKind kind)
        : base(env.Register(nameof(TypeConvertingEstimator)), new TypeConvertingTransformer(env, pairs, Enumerable.Repeat(kind, pairs.Length).ToArray()))
    {
        _pairs = pairs;
        _kind = kind;
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Host.CheckValue(inputSchema, nameof(inputSchema));
        return inputSchema.With(_pairs.Select(pair =>
        {
            SchemaShape.Column source = inputSchema.Find(Host, pair.Input);
            PrimitiveDataViewType target = PrimitiveTypes.Of(_kind);
            if (ValueConversions.FindOrNull(source.ItemType.RawType, target.RawType) == null)
                throw Host.ExceptParam(nameof(inputSchema), $"Don't know how to convert {pair.Input} into {target}");
            // No key, and all of the input's annotations: that is what the original announces, right or wrong.
            return new SchemaShape.Column(pair.Output, source.Kind, target, false, source.Annotations);
        }));
    }
}

public sealed class TypeConvertingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "ConvertTransform";

    private readonly DataKind[] _kinds;

    internal TypeConvertingTransformer(IHostEnvironment env, (string Output, string Input)[] pairs, DataKind[] kinds)
        : base(env.Register(nameof(TypeConvertingTransformer)), pairs)
        => _kinds = kinds;

    private static VersionInfo GetVersionInfo() => new("CONVERTF", 0x00010006, 0x00010006, 0x00010006,
        typeof(TypeConvertingTransformer).Assembly.FullName, LoaderSignature);

    private static TypeConvertingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        (string Output, string Input)[] pairs = LoadPairs(ctx);
        DataKind[] kinds = Array.ConvertAll(ctx.Reader.ReadBytes(pairs.Length), kind => (DataKind)kind);
        env.CheckDecode(kinds.Length == pairs.Length && kinds.All(Enum.IsDefined));
        return new TypeConvertingTransformer(env, pairs, kinds);
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(GetVersionInfo());
        SavePairs(ctx);
        foreach (DataKind kind in _kinds)
            ctx.Writer.Write((byte)kind);
    }

    private protected override MappedColumn MakeColumn(int pair, string output, DataViewSchema.Column source)
    {
        DataViewType from = PrimitiveTypes.ItemTypeOf(source.Type);
        PrimitiveDataViewType to = PrimitiveTypes.Of(_kinds[pair]);
        bool isAllowed = true;
        if (from is KeyDataViewType key)
        {
            isAllowed = KeyDataViewType.IsValidDataType(to.RawType) && FitsKey(key, to.RawType);
            if (isAllowed)
                to = new KeyDataViewType(to.RawType, key.Count);
        }
        Delegate conversion = isAllowed ? ValueConversions.FindOrNull(from.RawType, to.RawType) : null;
        if (conversion == null)
        {
            throw Host.ExceptParam("inputSchema",
                $"source column '{source.Name}' with item type '{source.Type}' is not compatible with destination type '{to}'");
        }
        DataViewType type = source.Type is VectorDataViewType vector ? new VectorDataViewType(to, vector.Dimensions) : to;
        MethodInfo maker = typeof(TypeConvertingTransformer).GetMethod(nameof(MakeGetter), BindingFlags.NonPublic | BindingFlags.Static)
            .MakeGenericMethod(from.RawType, to.RawType);
        return new MappedColumn(output, type, MakeAnnotations(source, from, to), [source.Index], row => (Delegate)maker.Invoke(null, [row, source, conversion]));
    }

    private static bool FitsKey(KeyDataViewType key, Type type)
        => key.Count <= (ulong)Convert.ChangeType(type.GetField(nameof(int.MaxValue)).GetValue(null), typeof(ulong));

    private static DataViewSchema.Annotations MakeAnnotations(DataViewSchema.Column source, DataViewType from, DataViewType to)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        if (source.Type is VectorDataViewType { IsKnownSize: true })
            builder.Add(source.Annotations, kind => kind == AnnotationKinds.SlotNames);
        if (from is KeyDataViewType)
            builder.Add(source.Annotations, kind => kind == AnnotationKinds.KeyValues);
        if (from is NumberDataViewType && to is NumberDataViewType)
            builder.Add(source.Annotations, kind => kind == AnnotationKinds.IsNormalized);
        if (source.Type is BooleanDataViewType && to is NumberDataViewType)
            builder.AddPrimitiveValue(AnnotationKinds.IsNormalized, BooleanDataViewType.Instance, true);
        return builder.ToAnnotations();
    }

    private static Delegate MakeGetter<TIn, TOut>(DataViewRow row, DataViewSchema.Column source, Delegate conversion)
        => ItemMapping.MakeGetter(row, source, (Func<TIn, TOut>)conversion, densify: false);
}
