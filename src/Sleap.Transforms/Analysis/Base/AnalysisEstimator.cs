using Microsoft.ML;

namespace Sleap.Transforms;

/// <summary>Estimator of an analysis, made by the methods of <see cref="AnalysisCatalog"/>.</summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// ### Estimator Characteristics
/// | | |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | keypoints of one instance: known-sized vector of <xref:System.Single> |
/// | | keypoints of any number: variable-sized vector of <xref:System.Single>; `Rolling` takes any values |
/// | Output column data type | for one instance: <xref:System.Single>, or a known-sized vector of it |
/// | | for any number: variable-sized vector of <xref:System.Single> |
/// | Exportable to ONNX | No |
/// ]]></format>
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

    /// <summary>The shape of the transformed data: the outputs added, or the input column replaced.</summary>
    /// <exception cref="ArgumentException">A column that the analysis needs is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _transformer.ShapeAfter(inputSchema);
}
