using Microsoft.ML;

namespace Sleap.Transforms;

/// <summary>Estimator of an analysis, made by the methods of <see cref="AnalysisCatalog"/>.</summary>
/// <remarks>
/// <list type="table">
/// <item><term>Does this estimator need to look at the data to train its parameters?</term>
/// <description>No</description></item>
/// <item><term>Input column data type</term><description>Keypoints of one instance, a known-sized vector of
/// <see cref="float"/> (nodes, 2), or of any number of instances, a variable-sized vector (*, nodes, 2). Rolling takes
/// any values of instances.</description></item>
/// <item><term>Output column data type</term><description>As the input; or for each instance <see cref="float"/> or a
/// known-sized vector of it, which for any number of instances is a variable-sized vector.</description></item>
/// <item><term>Exportable to ONNX</term><description>No</description></item>
/// </list>
/// </remarks>
/// <typeparam name="TOptions">The options, which define the analysis.</typeparam>
public sealed class AnalysisEstimator<TOptions> : IEstimator<AnalysisTransformer<TOptions>>
    where TOptions : AnalysisOptions
{
    private readonly AnalysisTransformer<TOptions> _transformer;

    internal AnalysisEstimator(AnalysisTransformer<TOptions> transformer) => _transformer = transformer;

    /// <summary>Checks the columns of <paramref name="input"/> and returns the transformer.</summary>
    /// <exception cref="ArgumentException">A column is missing, of another type, or its skeleton lacks a node of the
    /// options.</exception>
    public AnalysisTransformer<TOptions> Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _transformer.GetOutputSchema(input.Schema);
        return _transformer;
    }

    /// <summary>The shape of the transformed data.</summary>
    /// <exception cref="ArgumentException">The input column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _transformer.ShapeAfter(inputSchema);
}
