using System.Globalization;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// How well instances are found at all. In each frame centroids are paired for the least sum of distances (Hungarian
/// method, without a limit). A pair at most <see cref="Radius"/> apart is a true positive; every other prediction is a
/// false positive, and every other true instance a false negative.
/// </summary>
/// <param name="Radius">The largest distance of a true positive, in pixels.</param>
/// <param name="TruePositives">Pairs at most the radius apart.</param>
/// <param name="FalsePositives">All other predictions.</param>
/// <param name="FalseNegatives">All other true instances.</param>
/// <param name="Error">Distances of the true positives in pixels; its visible points are the true instances.</param>
public sealed record CentroidMetrics(
    double Radius,
    int TruePositives,
    int FalsePositives,
    int FalseNegatives,
    ErrorSummary Error
)
{
    /// <summary>Share of predictions that are true positives, 0 to 1; NaN without a prediction.</summary>
    public double Precision =>
        TruePositives + FalsePositives == 0 ? double.NaN : (double)TruePositives / (TruePositives + FalsePositives);

    /// <summary>Share of true instances that are found, 0 to 1; NaN without a true instance.</summary>
    public double Recall =>
        TruePositives + FalseNegatives == 0 ? double.NaN : (double)TruePositives / (TruePositives + FalseNegatives);

    /// <summary>The metrics in one line.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"centroids within {Radius:0.##} px: precision {Precision:0.000}, recall {Recall:0.000}, F1 {F1:0.000}; "
                + $"{TruePositives} found, {FalseNegatives} missed, {FalsePositives} spurious; mean {Error.Mean:0.00} "
                + $"px, p50 {Error.P50:0.00}, p95 {Error.P95:0.00}"
        );

    /// <summary>Harmonic mean of precision and recall; NaN without an instance of either kind.</summary>
    public double F1 =>
        TruePositives + FalsePositives + FalseNegatives == 0
            ? double.NaN
            : 2.0 * TruePositives / ((2 * TruePositives) + FalsePositives + FalseNegatives);
}

/// <summary>Counts hits and misses of centroids, frame by frame.</summary>
internal sealed class CentroidComparison(int node, double radius)
{
    private readonly List<double> _distances = [];
    private int _truths;
    private int _predictions;

    public CentroidComparison(Skeleton skeleton, EvaluationOptions options)
        : this(options.CentroidNode is { } name ? skeleton.IndexOf(name) : -1, options.CentroidRadius) { }

    public void Add(InstanceArray truth, InstanceArray predicted) => Add(Centroids(truth), Centroids(predicted));

    public void Add(IReadOnlyList<(double X, double Y)> truth, IReadOnlyList<(double X, double Y)> predicted)
    {
        _truths += truth.Count;
        _predictions += predicted.Count;
        if (truth.Count == 0 || predicted.Count == 0)
            return;
        var distance = new double[truth.Count, predicted.Count];
        for (var t = 0; t < truth.Count; t++)
        {
            for (var p = 0; p < predicted.Count; p++)
                distance[t, p] = double.Hypot(truth[t].X - predicted[p].X, truth[t].Y - predicted[p].Y);
        }

        var partners = Assignment.Solve(distance);
        for (var t = 0; t < truth.Count; t++)
        {
            if (partners[t] >= 0 && distance[t, partners[t]] <= radius)
                _distances.Add(distance[t, partners[t]]);
        }
    }

    public CentroidMetrics Result() =>
        new(
            radius,
            _distances.Count,
            _predictions - _distances.Count,
            _truths - _distances.Count,
            ErrorSummary.Of(_distances, _truths, radius)
        );

    /// <summary>The chosen node of each instance where it is visible, else the mean of the visible ones.</summary>
    public (double X, double Y)[] Centroids(InstanceArray instances) =>
        [.. instances.Select(instance => Centroid.At(instance.Points, node))];
}
