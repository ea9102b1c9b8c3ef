using Microsoft.ML;

namespace Sleap.Transforms;

/// <summary>
/// Follows animals over frames; see <see cref="TrackingCatalog.Track(PoseCatalog, TrackingOptions?)"/>. There is
/// nothing to train.
/// </summary>
public sealed class TrackingEstimator : IEstimator<TrackingTransformer>
{
    private readonly TrackingTransformer _transformer;

    internal TrackingEstimator(TrackingTransformer transformer) => _transformer = transformer;

    /// <summary>Checks the columns of <paramref name="input"/> and gives the transformer.</summary>
    /// <exception cref="ArgumentException">The keypoints are missing, or a column has another type.</exception>
    public TrackingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _transformer.GetOutputSchema(input.Schema);
        return _transformer;
    }

    /// <summary>The shape of the transformed data: the track column added, a key or a vector of keys.</summary>
    /// <exception cref="ArgumentException">The keypoints are missing, or a column has another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        var keypoints = TrackingMapper.Check(inputSchema, _transformer.Options);
        return SchemaShapes.Append(
            inputSchema,
            [_transformer.Output(keypoints.Kind == SchemaShape.Column.VectorKind.Vector)]
        );
    }
}
