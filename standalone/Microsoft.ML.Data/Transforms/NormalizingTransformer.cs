using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

[assembly: LoadableClass(typeof(NormalizingTransformer), null, typeof(SignatureLoadModel), "Normalizer", NormalizingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

public sealed class NormalizingTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "Normalizer";

    private readonly DataViewType[] _types;
    private readonly SlotScaling[] _scalings;

    internal NormalizingTransformer(IHostEnvironment env, (string Output, string Input)[] pairs, DataViewType[] types, SlotScaling[] scalings)
        : base(env.Register(nameof(NormalizingTransformer)), pairs)
    {
        _types = types;
        _scalings = scalings;
    }

    public NormalizerModelParametersBase GetNormalizerModelParameters(int index)
    {
        Contracts.CheckParam(index >= 0 && index < _scalings.Length, nameof(index),
            $"Not valid. Valid range is from 0 (inclusive) to {_scalings.Length} (exclusive) but got {index}.");
        return _scalings[index].ToParameters(_types[index] is VectorDataViewType);
    }

    private static void CheckType(IExceptionContext context, DataViewSchema.Column source)
    {
        const string Expected = "scalar or known-size vector of Single";
        if (source.Type is VectorDataViewType { IsKnownSize: false })
            throw context.ExceptSchemaMismatch("inputSchema", "input", source.Name, Expected, "variable-size vector");
        DataViewType item = PrimitiveTypes.ItemTypeOf(source.Type);
        if (item != NumberDataViewType.Single && item != NumberDataViewType.Double)
            throw context.ExceptSchemaMismatch("inputSchema", "input", source.Name, Expected, source.Type.ToString());
    }

    private static VersionInfo GetVersionInfo() => new("NORMALZR", 0x00010002, 0x00010001, 0x00010001,
        typeof(NormalizingTransformer).Assembly.FullName, LoaderSignature);

    private static NormalizingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(GetVersionInfo());
        (string Output, string Input)[] pairs = LoadPairs(ctx);
        var types = new DataViewType[pairs.Length];
        var scalings = new SlotScaling[pairs.Length];
        for (int i = 0; i < pairs.Length; i++)
        {
            NumberDataViewType item = ctx.Reader.ReadBoolean() ? NumberDataViewType.Single : NumberDataViewType.Double;
            int[] dimensions = Enumerable.Range(0, ctx.Reader.ReadInt32()).Select(_ => ctx.Reader.ReadInt32()).ToArray();
            types[i] = dimensions.Length > 0 ? new VectorDataViewType(item, dimensions) : item;
            scalings[i] = SlotScaling.Load(ctx.Reader, types[i]);
        }
        return new NormalizingTransformer(env, pairs, types, scalings);
    }

    private protected override void SaveModel(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(GetVersionInfo());
        SavePairs(ctx);
        for (int i = 0; i < _types.Length; i++)
        {
            ctx.Writer.Write(PrimitiveTypes.ItemTypeOf(_types[i]) == NumberDataViewType.Single);
            int[] dimensions = _types[i] is VectorDataViewType vector ? [.. vector.Dimensions] : [];
            ctx.Writer.Write(dimensions.Length);
            Array.ForEach(dimensions, ctx.Writer.Write);
            _scalings[i].Save(ctx.Writer);
        }
    }

    private protected override MappedColumn MakeColumn(int pair, string output, DataViewSchema.Column source)
    {
        CheckType(Host, source);
        if (PrimitiveTypes.ItemTypeOf(source.Type) != PrimitiveTypes.ItemTypeOf(_types[pair]))
            throw Host.ExceptSchemaMismatch("inputSchema", "input", source.Name, _types[pair].ToString(), source.Type.ToString());
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.AddPrimitiveValue(AnnotationKinds.IsNormalized, BooleanDataViewType.Instance, true);
        annotations.Add(source.Annotations, kind => kind == AnnotationKinds.SlotNames);
        SlotScaling scaling = _scalings[pair];
        return new MappedColumn(output, _types[pair], annotations.ToAnnotations(), [source.Index], row => scaling.MakeGetter(row, source));
    }

    public abstract class NormalizerModelParametersBase
    {
        private protected NormalizerModelParametersBase()
        {
        }
    }

    /// <summary>(x - Offset) * Scale. The offsets of a vector are empty when all are 0.</summary>
    public sealed class AffineNormalizerModelParameters<TData> : NormalizerModelParametersBase
    {
        internal AffineNormalizerModelParameters(TData scale, TData offset)
        {
            Scale = scale;
            Offset = offset;
        }

        public TData Scale { get; }
        public TData Offset { get; }
    }

    public sealed class CdfNormalizerModelParameters<TData> : NormalizerModelParametersBase
    {
        internal CdfNormalizerModelParameters(TData mean, TData standardDeviation, bool useLog)
        {
            Mean = mean;
            StandardDeviation = standardDeviation;
            UseLog = useLog;
        }

        public TData Mean { get; }
        public TData StandardDeviation { get; }
        public bool UseLog { get; }
    }
}
