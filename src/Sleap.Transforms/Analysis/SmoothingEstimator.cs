using Microsoft.ML;

namespace Sleap.Transforms;

/// <summary>Smooths keypoints along the frames of a video; see <see cref="AnalysisCatalog.Smooth"/>. There is nothing to train.</summary>
public sealed class SmoothingEstimator : IEstimator<SmoothingTransformer>
{
    private readonly SmoothingTransformer _transformer;

    internal SmoothingEstimator(SmoothingTransformer transformer) => _transformer = transformer;

    /// <summary>Checks the columns of <paramref name="input"/> and gives the transformer.</summary>
    /// <exception cref="ArgumentException">The column is missing, or does not hold keypoints of exactly one animal.</exception>
    public SmoothingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _transformer.GetOutputSchema(input.Schema);
        return _transformer;
    }

    /// <summary>The shape of the transformed data: the output column is as the input column, annotations included.</summary>
    /// <exception cref="ArgumentException">The column is missing, or does not hold keypoints of exactly one animal.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        SchemaShape.Column column = KeypointColumns.RequireFixed(inputSchema, _transformer.InputColumn, SmoothingTransformer.Component);
        return SchemaShapes.Append(inputSchema, [SchemaShapes.Renamed(column, _transformer.OutputColumn)]);
    }
}
