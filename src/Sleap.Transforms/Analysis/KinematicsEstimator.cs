using Microsoft.ML;

namespace Sleap.Transforms;

/// <summary>Describes the motion of one animal; see <see cref="AnalysisCatalog.Kinematics"/>. There is nothing to train.</summary>
public sealed class KinematicsEstimator : IEstimator<KinematicsTransformer>
{
    private readonly KinematicsTransformer _transformer;

    internal KinematicsEstimator(KinematicsTransformer transformer) => _transformer = transformer;

    /// <summary>Checks the columns of <paramref name="input"/> and gives the transformer.</summary>
    /// <exception cref="ArgumentException">The column is missing, does not hold keypoints of exactly one animal, or lacks a node of the heading.</exception>
    public KinematicsTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _transformer.GetOutputSchema(input.Schema);
        return _transformer;
    }

    /// <summary>The shape of the transformed data.</summary>
    /// <exception cref="ArgumentException">The column is missing, or does not hold keypoints of exactly one animal.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        KeypointColumns.RequireFixed(inputSchema, _transformer.InputColumn, KinematicsTransformer.Component);
        return SchemaShapes.Append(inputSchema, KinematicsMapper.OutputsOf(_transformer.Options));
    }
}
