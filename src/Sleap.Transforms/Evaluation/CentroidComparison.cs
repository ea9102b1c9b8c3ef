using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Gathers hits and misses of centroids, frame by frame.</summary>
internal sealed class CentroidComparison(int node, double radius)
{
    private readonly List<double> _distances = [];
    private int _truths;
    private int _predictions;

    public CentroidComparison(Skeleton skeleton, EvaluationOptions options)
        : this(options.CentroidNode is { } name ? skeleton.IndexOf(name) : -1, options.CentroidRadius) { }

    public void Add(IReadOnlyList<PoseInstance> truth, IReadOnlyList<PoseInstance> predicted) =>
        Add([.. truth.Select(Centroid)], [.. predicted.Select(Centroid)]);

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

    /// <summary>The chosen node where it is visible, else the mean of the visible ones.</summary>
    internal (double X, double Y) Centroid(PoseInstance animal)
    {
        if (node >= 0 && animal.IsVisible(node))
            return (animal.Points[2 * node], animal.Points[(2 * node) + 1]);
        double x = 0,
            y = 0;
        var visible = 0;
        for (var n = 0; n < animal.Points.Length / 2; n++)
        {
            if (!animal.IsVisible(n))
                continue;
            x += animal.Points[2 * n];
            y += animal.Points[(2 * n) + 1];
            visible++;
        }
        return (x / visible, y / visible);
    }
}
