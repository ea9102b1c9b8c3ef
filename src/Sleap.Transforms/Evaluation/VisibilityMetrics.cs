namespace Sleap.Transforms;

/// <summary>How well predictions tell which nodes can be seen, over the nodes of paired animals.</summary>
/// <param name="TruePositives">Nodes that are in the labels and predicted, wherever.</param>
/// <param name="FalsePositives">Nodes predicted that the labels lack.</param>
/// <param name="TrueNegatives">Nodes that neither has.</param>
/// <param name="FalseNegatives">Nodes in the labels that are not predicted.</param>
public sealed record VisibilityMetrics(int TruePositives, int FalsePositives, int TrueNegatives, int FalseNegatives)
{
    /// <summary>Share of predicted nodes that are in the labels; NaN without a predicted node.</summary>
    public double Precision =>
        TruePositives + FalsePositives == 0 ? double.NaN : (double)TruePositives / (TruePositives + FalsePositives);

    /// <summary>Share of nodes in the labels that are predicted; NaN without one.</summary>
    public double Recall =>
        TruePositives + FalseNegatives == 0 ? double.NaN : (double)TruePositives / (TruePositives + FalseNegatives);
}
