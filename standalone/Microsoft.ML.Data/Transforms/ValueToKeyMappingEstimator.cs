using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

/// <summary>Learns the set of values of a column; its transformer gives each value's place in it, from 1, as a key.</summary>
public sealed class ValueToKeyMappingEstimator : IEstimator<ValueToKeyMappingTransformer>
{
    private readonly IHost _host;
    private readonly Settings _settings;

    internal ValueToKeyMappingEstimator(IHostEnvironment env, Settings settings)
    {
        _host = env.Register("Term");
        _host.CheckParam(settings.MaximumNumberOfKeys > 0, "maximumNumberOfKeys", "Must be positive");
        _settings = settings;
    }

    internal sealed record Settings((string Output, string Input)[] Pairs, int MaximumNumberOfKeys, KeyOrdinality Order, bool ValuesAsText, IDataView KeyData);

    public ValueToKeyMappingTransformer Fit(IDataView input)
    {
        _host.CheckValue(input, nameof(input));
        using IChannel channel = _host.Start("Training");
        KeyTerms[] terms = _settings.Pairs.Select(pair =>
        {
            DataViewSchema.Column source = input.Schema.GetColumnOrNull(pair.Input)
                ?? throw _host.ExceptSchemaMismatch("inputSchema", "input", pair.Input);
            KeyTerms learnt = _settings.KeyData == null ? Learn(input, source) : LearnFromKeyData(PrimitiveTypes.ItemTypeOf(source.Type), source.Name);
            if (learnt.Count == 0)
                channel.Warning(MessageSensitivity.Schema, "Term map for output column '{0}' contains no entries.", pair.Output);
            return learnt;
        }).ToArray();
        return new ValueToKeyMappingTransformer(_host, _settings.Pairs, terms, _settings.ValuesAsText);
    }

    private KeyTerms Learn(IDataView data, DataViewSchema.Column source)
    {
        if (PrimitiveTypes.ItemTypeOf(source.Type) is not PrimitiveDataViewType item)
        {
            throw _host.ExceptSchemaMismatch("inputSchema", "input", source.Name, "standard type or a vector of standard type", source.Type.ToString());
        }
        KeyTerms terms = KeyTerms.Create(item);
        using (DataViewRowCursor cursor = data.GetRowCursor([source]))
            terms.Learn(cursor, source, _settings.MaximumNumberOfKeys, _settings.Order == KeyOrdinality.ByValue);
        return terms;
    }

    private KeyTerms LearnFromKeyData(DataViewType item, string name)
    {
        IDataView keys = _settings.KeyData;
        _host.CheckParam(keys.Schema.Count == 1, "keyData", "Input data containing terms should contain exactly one column, but " +
            $"had {keys.Schema.Count} instead. Consider using ColumnSelectingEstimator on that data first.");
        _host.CheckParam(keys.Schema[0].Type.Equals(item), "keyData", $"Input data's column must be of type '{item}' but was '{keys.Schema[0].Type}' (for column '{name}')");
        return Learn(keys, keys.Schema[0]);
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        return inputSchema.With(_settings.Pairs.Select(pair =>
        {
            SchemaShape.Column source = inputSchema.Find(_host, pair.Input);
            if (source.ItemType is not PrimitiveDataViewType)
                throw _host.ExceptSchemaMismatch(nameof(inputSchema), "input", pair.Input);
            var kind = SchemaShape.Column.VectorKind.Vector;
            bool hasValues = source.IsKey && source.Annotations.TryFindColumn(AnnotationKinds.KeyValues, out SchemaShape.Column values) && values.Kind == kind;
            SchemaShape.Column keyValues = hasValues ? source.AnnotationsOf(AnnotationKinds.KeyValues).Single()
                : new SchemaShape.Column(AnnotationKinds.KeyValues, kind, _settings.ValuesAsText ? TextDataViewType.Instance : source.ItemType,
                    source.IsKey);
            IEnumerable<SchemaShape.Column> annotations = source.AnnotationsOf(AnnotationKinds.SlotNames).Append(keyValues);
            return new SchemaShape.Column(pair.Output, source.Kind, NumberDataViewType.UInt32, true, new SchemaShape(annotations));
        }));
    }

    /// <summary>In which order keys are counted: as the values first came, or sorted.</summary>
    public enum KeyOrdinality : byte
    {
        ByOccurrence = 0,
        ByValue = 1,
    }
}
