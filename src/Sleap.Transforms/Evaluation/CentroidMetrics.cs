using System.Globalization;

namespace Sleap.Transforms;

/// <summary>
/// How well animals are found at all. In each frame centroids are paired for the least sum of distances (Hungarian
/// method, without a limit); pairs within the radius are hits, everything else is a miss or a false alarm.
/// </summary>
/// <param name="Radius">The distance in pixels.</param>
/// <param name="TruePositives">Predictions that are a true animal's.</param>
/// <param name="FalsePositives">Predictions that are not.</param>
/// <param name="FalseNegatives">True animals without a prediction.</param>
/// <param name="Error">Distances of the hits.</param>
public sealed record CentroidMetrics(
    double Radius,
    int TruePositives,
    int FalsePositives,
    int FalseNegatives,
    ErrorSummary Error
)
{
    /// <summary>Share of predictions that are a true animal's; NaN without a prediction.</summary>
    public double Precision =>
        TruePositives + FalsePositives == 0 ? double.NaN : (double)TruePositives / (TruePositives + FalsePositives);

    /// <summary>Share of true animals found; NaN without one.</summary>
    public double Recall =>
        TruePositives + FalseNegatives == 0 ? double.NaN : (double)TruePositives / (TruePositives + FalseNegatives);

    /// <summary>The figures in one line.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"centroids within {Radius:0.##} px: precision {Precision:0.000}, recall {Recall:0.000}, F1 {F1:0.000}; "
                + $"{TruePositives} found, {FalseNegatives} missed, {FalsePositives} spurious; mean {Error.Mean:0.00} "
                + $"px, p50 {Error.P50:0.00}, p95 {Error.P95:0.00}"
        );

    /// <summary>Harmonic mean of precision and recall; NaN without an animal of either kind.</summary>
    public double F1 =>
        TruePositives + FalsePositives + FalseNegatives == 0
            ? double.NaN
            : 2.0 * TruePositives / ((2 * TruePositives) + FalsePositives + FalseNegatives);
}
