namespace Sleap.Transforms;

/// <summary>Distances between true and predicted points, in pixels of the full frame.</summary>
/// <param name="Visible">True points that are visible.</param>
/// <param name="Found">Those of them whose animal was paired and whose node was predicted. Every figure below except
/// <see cref="Within"/> is over these.</param>
/// <param name="Mean">Mean distance; NaN when nothing was found.</param>
/// <param name="Rmse">Root of the mean squared distance.</param>
/// <param name="P50">Median distance.</param>
/// <param name="P75">Distance that 75 % of the found points do not exceed.</param>
/// <param name="P90">Distance that 90 % of the found points do not exceed.</param>
/// <param name="P95">The same for 95 %.</param>
/// <param name="P99">The same for 99 %.</param>
/// <param name="Within">Share of all visible points found within the radius, so that silence costs; NaN when none is
/// visible.</param>
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
