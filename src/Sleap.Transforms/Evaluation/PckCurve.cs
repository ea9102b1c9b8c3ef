using System.Collections.Immutable;

namespace Sleap.Transforms;

/// <summary>
/// Percentage of correct keypoints: the share of nodes predicted closer to the truth than a distance. Over all visible
/// true nodes; under <see cref="EvaluationRules.SleapNN"/> over all nodes of paired animals.
/// </summary>
/// <param name="Thresholds">The distances in pixels.</param>
/// <param name="Shares">The share at each, 0 to 1; NaN when there is no node.</param>
/// <param name="NodeMeans">For each node of the skeleton, the mean of its shares over the thresholds.</param>
public sealed record PckCurve(
    ImmutableArray<double> Thresholds,
    ImmutableArray<double> Shares,
    ImmutableArray<double> NodeMeans
)
{
    /// <summary>Mean of the shares over the thresholds.</summary>
    public double Mean => Shares.Average();
}
