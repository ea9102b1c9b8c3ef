using Microsoft.ML;

namespace Sleap.Transforms;

/// <summary>The estimator of <see cref="AnalysisCatalog.ToInstances"/>; there is nothing to train.</summary>
public sealed class InstancesEstimator : IEstimator<InstancesTransformer>
{
    private readonly InstancesTransformer _transformer;

    internal InstancesEstimator(InstancesTransformer transformer) => _transformer = transformer;

    /// <summary>Checks the columns of <paramref name="input"/> and gives the transformer.</summary>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public InstancesTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _transformer.GetOutputSchema(input.Schema);
        return _transformer;
    }

    /// <summary>The shape of the transformed data.</summary>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _transformer.ShapeAfter(inputSchema);
}
