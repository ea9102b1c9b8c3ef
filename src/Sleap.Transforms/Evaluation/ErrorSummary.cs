using System.Collections.Immutable;

namespace Sleap.Transforms;

/// <summary>Distances between true and predicted points, in pixels of the full frame.</summary>
/// <param name="Visible">True points that are visible.</param>
/// <param name="Found">Those of them whose instance was paired and whose node was predicted. Every figure below except
/// <see cref="Within"/> is over these.</param>
/// <param name="Mean">Mean distance; this and all distances below are NaN when nothing was found.</param>
/// <param name="Rmse">Root mean square error: the root of the mean squared distance.</param>
/// <param name="P50">Median distance.</param>
/// <param name="P75">Distance that 75 % of the found points do not exceed.</param>
/// <param name="P90">Distance that 90 % of the found points do not exceed.</param>
/// <param name="P95">Distance that 95 % of the found points do not exceed.</param>
/// <param name="P99">Distance that 99 % of the found points do not exceed.</param>
/// <param name="Within">Share of all visible points found at most the radius away, 0 to 1, so that points not found
/// lower it; NaN when none is visible.</param>
public sealed record ErrorSummary(
    int Visible,
    int Found,
    double Mean,
    double Rmse,
    double P50,
    double P75,
    double P90,
    double P95,
    double P99,
    double Within
)
{
    internal static ErrorSummary Of(IReadOnlyCollection<double> distances, int visible, double radius)
    {
        double[] sorted = [.. distances.Order()];
        return new ErrorSummary(
            visible,
            sorted.Length,
            sorted.Length == 0 ? double.NaN : sorted.Average(),
            sorted.Length == 0 ? double.NaN : Math.Sqrt(sorted.Average(d => d * d)),
            Percentile(sorted, 0.50),
            Percentile(sorted, 0.75),
            Percentile(sorted, 0.90),
            Percentile(sorted, 0.95),
            Percentile(sorted, 0.99),
            visible == 0 ? double.NaN : (double)sorted.Count(d => d <= radius) / visible
        );
    }

    // Linear between the two nearest ranks, as numpy.percentile does by default.
    private static double Percentile(double[] sorted, double share)
    {
        if (sorted.Length == 0)
            return double.NaN;
        var rank = share * (sorted.Length - 1);
        var below = (int)rank;
        return below + 1 < sorted.Length
            ? sorted[below] + ((rank - below) * (sorted[below + 1] - sorted[below]))
            : sorted[below];
    }
}

/// <summary>The errors of one node over all frames.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Error">The distances of this node, in pixels.</param>
public sealed record NodeError(string Node, ErrorSummary Error);

/// <summary>The comparison of one frame.</summary>
/// <param name="Video">The video, as the Video column or the labels name it.</param>
/// <param name="FrameIndex">Zero-based frame number.</param>
/// <param name="Instances">Number of true instances.</param>
/// <param name="Predicted">Number of predicted instances.</param>
/// <param name="Missed">True instances without a partner.</param>
/// <param name="Spurious">Predicted instances without a partner.</param>
/// <param name="Visible">True points that are visible.</param>
/// <param name="Found">Those of them whose instance was paired and whose node was predicted.</param>
/// <param name="MeanError">Mean distance of the found points in pixels; NaN when none was found.</param>
/// <param name="WorstError">The largest distance in pixels; NaN when none was found.</param>
public sealed record FrameError(
    string Video,
    int FrameIndex,
    int Instances,
    int Predicted,
    int Missed,
    int Spurious,
    int Visible,
    int Found,
    double MeanError,
    double WorstError
);

/// <summary>
/// Percentage of correct keypoints: the share of nodes predicted closer to the truth than a distance. Over all visible
/// true nodes; under <see cref="EvaluationRules.SleapNN"/> over all nodes of paired instances.
/// </summary>
/// <param name="Thresholds">The distances in pixels.</param>
/// <param name="Shares">The share at each, 0 to 1; NaN when there is no node.</param>
/// <param name="NodeMeans">For each node of the skeleton, the mean of its shares over the thresholds; NaN for a node
/// that was never compared.</param>
public sealed record PckCurve(
    ImmutableArray<double> Thresholds,
    ImmutableArray<double> Shares,
    ImmutableArray<double> NodeMeans
)
{
    /// <summary>Mean of the shares over the thresholds, 0 to 1; NaN when there is no node.</summary>
    public double Mean => Shares.Average();
}

/// <summary>How well predictions show which nodes are visible, over the nodes of paired instances.</summary>
/// <param name="TruePositives">Nodes that are in the labels and predicted, at any distance.</param>
/// <param name="FalsePositives">Nodes predicted that the labels lack.</param>
/// <param name="TrueNegatives">Nodes that neither has.</param>
/// <param name="FalseNegatives">Nodes in the labels that are not predicted.</param>
public sealed record VisibilityMetrics(int TruePositives, int FalsePositives, int TrueNegatives, int FalseNegatives)
{
    /// <summary>Share of predicted nodes that are in the labels, 0 to 1; NaN without a predicted node.</summary>
    public double Precision =>
        TruePositives + FalsePositives == 0 ? double.NaN : (double)TruePositives / (TruePositives + FalsePositives);

    /// <summary>Share of nodes in the labels that are predicted, 0 to 1; NaN without a node in the labels.</summary>
    public double Recall =>
        TruePositives + FalseNegatives == 0 ? double.NaN : (double)TruePositives / (TruePositives + FalseNegatives);
}
