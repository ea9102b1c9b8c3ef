using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

/// <summary>Learns how to bring numbers, each slot of a vector by itself, to a common scale.</summary>
public sealed class NormalizingEstimator : IEstimator<NormalizingTransformer>
{
    private readonly IHost _host;
    private readonly (string Output, string Input)[] _pairs;
    private readonly Settings _settings;

    internal NormalizingEstimator(IHostEnvironment env, (string Output, string Input)[] pairs, Settings settings)
    {
        _host = env.Register(nameof(NormalizingEstimator));
        _host.CheckParam(settings.MaximumExampleCount > 1, "maximumExampleCount", "Must be greater than 1");
        _pairs = pairs;
        _settings = settings;
    }

    internal enum Scaling : byte
    {
        MinMax = 0,
        MeanVariance = 1,
        MeanVarianceCdf = 2,
    }

    internal sealed record Settings(Scaling Scaling, bool FixZero, long MaximumExampleCount);

    public NormalizingTransformer Fit(IDataView input)
    {
        _host.CheckValue(input, nameof(input));
        DataViewSchema.Column[] sources = _pairs.Select(pair =>
        {
            DataViewSchema.Column source = input.Schema.GetColumnOrNull(pair.Input)
                ?? throw _host.ExceptSchemaMismatch(nameof(input), "input", pair.Input);
            DataViewType item = PrimitiveTypes.ItemTypeOf(source.Type);
            bool isKnown = source.Type is not VectorDataViewType { IsKnownSize: false };
            _host.CheckParam(isKnown && (item == NumberDataViewType.Single || item == NumberDataViewType.Double), "srcType",
                $"Wrong column type for input column. Expected: Single, Double, Vector of Single or Vector of Double. Got: {source.Type}.");
            return source;
        }).ToArray();
        NormalizerLearner[] learners = sources.Select(source => NormalizerLearner.Create(source.Type)).ToArray();
        using (DataViewRowCursor cursor = input.GetRowCursor(sources))
        {
            for (int i = 0; i < sources.Length; i++)
                learners[i].Bind(cursor, sources[i]);
            for (long row = 0; row < _settings.MaximumExampleCount && cursor.MoveNext(); row++)
                Array.ForEach(learners, learner => learner.Learn());
        }
        return new NormalizingTransformer(_host, _pairs, sources.Select(s => s.Type).ToArray(), learners.Select(l => l.Finish(_settings)).ToArray());
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        return inputSchema.With(_pairs.Select(pair =>
        {
            SchemaShape.Column source = inputSchema.Find(_host, pair.Input);
            if (source.Kind == SchemaShape.Column.VectorKind.VariableVector)
                throw _host.ExceptSchemaMismatch(nameof(inputSchema), "input", pair.Input, "known-size vector or scalar", source.GetTypeString());
            if (source.ItemType != NumberDataViewType.Single && source.ItemType != NumberDataViewType.Double)
                throw _host.ExceptSchemaMismatch(nameof(inputSchema), "input", pair.Input, "vector or scalar of Single or Double", source.GetTypeString());
            IEnumerable<SchemaShape.Column> annotations = source.AnnotationsOf(AnnotationKinds.SlotNames).Prepend(SchemaShapes.Normalized);
            return new SchemaShape.Column(pair.Output, source.Kind, source.ItemType, source.IsKey, new SchemaShape(annotations));
        }));
    }
}
