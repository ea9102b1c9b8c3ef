using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

[assembly: LoadableClass(typeof(KeyToValueMappingTransformer), null, typeof(SignatureLoadModel), "Key To Value Transform", KeyToValueMappingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

public sealed class KeyToValueMappingEstimator : TrivialEstimator<KeyToValueMappingTransformer>
{
    private readonly (string Output, string Input)[] _pairs;

    internal KeyToValueMappingEstimator(IHostEnvironment env, (string Output, string Input)[] pairs)
        : base(env.Register(nameof(KeyToValueMappingEstimator)), new KeyToValueMappingTransformer(env, pairs))
        => _pairs = pairs;

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Host.CheckValue(inputSchema, nameof(inputSchema));
        return inputSchema.With(_pairs.Select(pair =>
        {
            SchemaShape.Column source = inputSchema.Find(Host, pair.Input);
            if (!source.IsKey)
                throw Host.ExceptSchemaMismatch(nameof(inputSchema), "input", pair.Input, "KeyType", source.GetTypeString());
            if (!source.Annotations.TryFindColumn(AnnotationKinds.KeyValues, out SchemaShape.Column values))
                throw Host.ExceptParam(nameof(inputSchema), $"Input column '{pair.Input}' doesn't contain key values metadata");
            SchemaShape annotations = source.HasSlotNames() ? new SchemaShape(source.AnnotationsOf(AnnotationKinds.SlotNames)) : null;
            return new SchemaShape.Column(pair.Output, source.Kind, values.ItemType, values.IsKey, annotations);
        }));
    }
}

/// <summary>Keys turned into what they stand for by the column's KeyValues; a missing key into the values' missing or default value.</summary>
public sealed class KeyToValueMappingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "KeyToValueTransform";

    internal KeyToValueMappingTransformer(IHostEnvironment env, (string Output, string Input)[] pairs)
        : base(env.Register(nameof(KeyToValueMappingTransformer)), pairs)
    {
    }

    private static VersionInfo GetVersionInfo() => new("KEY2VALT", 0x00010001, 0x00010001, 0x00010001,
        typeof(KeyToValueMappingTransformer).Assembly.FullName, LoaderSignature);

    private static KeyToValueMappingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        return new KeyToValueMappingTransformer(env, LoadPairs(ctx));
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(GetVersionInfo());
        SavePairs(ctx);
    }

    private protected override MappedColumn MakeColumn(int pair, string output, DataViewSchema.Column source)
    {
        DataViewType item = PrimitiveTypes.ItemTypeOf(source.Type);
        DataViewType values = source.Annotations.Schema.GetColumnOrNull(AnnotationKinds.KeyValues)?.Type;
        Host.Check(values != null, "Metadata KeyValues does not exist");
        Host.Check(source.HasKeyValues(), "KeyValues metadata size does not match column type key count");
        var valueItem = (PrimitiveDataViewType)PrimitiveTypes.ItemTypeOf(values);
        DataViewType type = source.Type is VectorDataViewType vector ? new VectorDataViewType(valueItem, vector.Dimensions) : valueItem;
        MethodInfo maker = typeof(KeyToValueMappingTransformer).GetMethod(nameof(MakeGetter), BindingFlags.NonPublic | BindingFlags.Static)
            .MakeGenericMethod(item.RawType, valueItem.RawType);
        DataViewSchema.Annotations annotations = source.Annotations.Subset(kind => kind == AnnotationKinds.SlotNames);
        return new MappedColumn(output, type, annotations, [source.Index], row => (Delegate)maker.Invoke(null, [row, source]));
    }

    private static Delegate MakeGetter<TKey, TValue>(DataViewRow row, DataViewSchema.Column source)
    {
        VBuffer<TValue> buffer = default;
        source.GetKeyValues(ref buffer);
        TValue[] values = buffer.DenseValues().ToArray();
        TValue missing = MissingValues.ValueOf<TValue>();
        var widen = (Func<TKey, ulong>)ValueConversions.FindOrNull(typeof(TKey), typeof(ulong));
        return ItemMapping.MakeGetter<TKey, TValue>(row, source, key =>
        {
            ulong place = widen(key);
            return place > 0 && place <= (ulong)values.Length ? values[place - 1] : missing;
        }, densify: !EqualityComparer<TValue>.Default.Equals(missing, default));
    }
}
