using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

/// <summary>Learns what to put in the place of NaN: 0, or a statistic of the other values, of each slot or of all.</summary>
public sealed class MissingValueReplacingEstimator : IEstimator<MissingValueReplacingTransformer>
{
    private readonly IHost _host;
    private readonly (string Output, string Input)[] _pairs;
    private readonly ReplacementMode _mode;
    private readonly bool _bySlot;

    internal MissingValueReplacingEstimator(IHostEnvironment env, (string Output, string Input)[] pairs, ReplacementMode mode, bool bySlot)
    {
        _host = env.Register(nameof(MissingValueReplacingEstimator));
        _pairs = pairs;
        _mode = mode;
        _bySlot = bySlot;
    }

    public MissingValueReplacingTransformer Fit(IDataView input)
    {
        _host.CheckValue(input, nameof(input));
        Replacement[] replacements = _pairs.Select(pair =>
        {
            DataViewSchema.Column source = input.Schema.GetColumnOrNull(pair.Input)
                ?? throw _host.ExceptSchemaMismatch(nameof(input), "input", pair.Input);
            CheckType(PrimitiveTypes.ItemTypeOf(source.Type));
            return Replacement.Learn(_host.Register(nameof(MissingValueReplacingTransformer)), input, source, _mode, _bySlot);
        }).ToArray();
        return new MissingValueReplacingTransformer(_host, _pairs, replacements);
    }

    private void CheckType(DataViewType item)
    {
        if (item != NumberDataViewType.Single && item != NumberDataViewType.Double)
        {
            throw _host.ExceptParam("inputSchema", $"Type '{item}' is not supported by {MissingValueReplacingTransformer.LoaderSignature} " +
                (item is KeyDataViewType ? "since its NA value is equivalent to its default value" : "since it doesn't have an NA value"));
        }
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        return inputSchema.With(_pairs.Select(pair =>
        {
            SchemaShape.Column source = inputSchema.Find(_host, pair.Input);
            CheckType(source.ItemType);
            return new SchemaShape.Column(pair.Output, source.Kind, source.ItemType, false,
                new SchemaShape(source.AnnotationsOf(AnnotationKinds.SlotNames, AnnotationKinds.IsNormalized)));
        }));
    }

    public enum ReplacementMode : byte
    {
        DefaultValue = 0,
        Mean = 1,
        Minimum = 2,
        Maximum = 3,
        Mode = 5,
    }
}
