using Microsoft.ML;

namespace Sleap.Transforms;

/// <summary>
/// The estimator of an analysis; there is nothing to train. Made by the methods of <see cref="AnalysisCatalog"/>,
/// <see cref="CleaningCatalog"/>, <see cref="GeometryCatalog"/> and <see cref="RegionCatalog"/>.
/// </summary>
/// <typeparam name="TTransformer">The transformer.</typeparam>
public sealed class AnalysisEstimator<TTransformer> : IEstimator<TTransformer>
    where TTransformer : AnalysisTransformer
{
    private readonly TTransformer _transformer;

    internal AnalysisEstimator(MLContext context, TTransformer transformer)
    {
        _transformer = transformer;
        transformer.WarnTo(context);
    }

    /// <summary>Checks the columns of <paramref name="input"/> and gives the transformer.</summary>
    /// <exception cref="ArgumentException">A column is missing, of another type, or its skeleton lacks a node of the
    /// options.</exception>
    public TTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _transformer.GetOutputSchema(input.Schema);
        return _transformer;
    }

    /// <summary>The shape of the transformed data.</summary>
    /// <exception cref="ArgumentException">The input column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _transformer.ShapeAfter(inputSchema);
}
