using System.Collections.Immutable;

namespace Sleap.Transforms;

/// <summary>
/// Precision and recall of predictions ranked by score, where a prediction is right when its similarity to a true
/// animal reaches a threshold.
/// </summary>
/// <param name="Thresholds">The similarities: 0.50, 0.55, … 0.95.</param>
/// <param name="AP">Average precision at each: the mean of the precision at the recalls 0, 0.01, … 1, the precision
/// made falling from the right (PASCAL VOC 2012, COCO).</param>
/// <param name="AR">Recall of all predictions at each: the share of true animals found.</param>
public sealed record AveragePrecision(
    ImmutableArray<double> Thresholds,
    ImmutableArray<double> AP,
    ImmutableArray<double> AR
)
{
    /// <summary>Mean of <see cref="AP"/>; NaN when there is no true animal.</summary>
    public double MeanAP => AP.Average();

    /// <summary>Mean of <see cref="AR"/>; NaN when there is no true animal.</summary>
    public double MeanAR => AR.Average();
}
