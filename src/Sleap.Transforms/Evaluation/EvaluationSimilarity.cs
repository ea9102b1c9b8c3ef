using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// How alike a true and a predicted animal are, 0 to 1: object keypoint similarity (Ronchi and Perona, ICCV 2017, in
/// the form of COCO's evaluation), and the share of nodes within pixel distances (PCK).
/// </summary>
internal sealed class KeypointSimilarity
{
    // An animal whose visible nodes span no area (one node, or a line along an axis) has no size to measure by; it is
    // judged by distance, as sleap-nn does.
    private const double SizelessReach = 50;

    private readonly double[] _spread;
    private readonly EvaluationOptions _options;

    public KeypointSimilarity(Skeleton skeleton, EvaluationOptions options)
    {
        _options = options;
        _spread =
        [
            .. skeleton.Nodes.Select(node =>
                Math.Pow(2 * options.NodeOksStddev.GetValueOrDefault(node, options.OksStddev), 2)
            ),
        ];
    }

    /// <summary>OKS of every true animal (rows) with every predicted one (columns).</summary>
    public double[,] Oks(IReadOnlyList<PoseInstance> truth, IReadOnlyList<PoseInstance> predicted) =>
        Matrix(truth, predicted, Oks);

    /// <summary>Mean PCK over the thresholds, of every true animal with every predicted one.</summary>
    public double[,] Pck(IReadOnlyList<PoseInstance> truth, IReadOnlyList<PoseInstance> predicted) =>
        Matrix(truth, predicted, Pck);

    /// <summary>
    /// The mean of exp(−d² / ((2σ)² · 2 · area)) over the visible true nodes, d being the distance; a node missing in
    /// the prediction adds 0. Where the true animal spans no area: 1 − mean distance / 50 pixels, at least 0.
    /// </summary>
    public double Oks(PoseInstance truth, PoseInstance predicted)
    {
        var area = _options.OksScale ?? Area(truth);
        if (area <= 0)
            return ByDistance(truth, predicted);
        double sum = 0;
        var visible = 0;
        for (var node = 0; node < _spread.Length; node++)
        {
            if (!truth.IsVisible(node))
                continue;
            visible++;
            if (predicted.IsVisible(node))
                sum += Math.Exp(-Squared(truth, predicted, node) / (_spread[node] * 2 * area));
        }
        return visible == 0 ? 0 : sum / visible;
    }

    /// <summary>
    /// The share of visible true nodes within a threshold (strictly), meaned over the thresholds. sleap-nn counts nodes
    /// that the labels lack too, as misses.
    /// </summary>
    public double Pck(PoseInstance truth, PoseInstance predicted)
    {
        var hits = new int[_spread.Length];
        for (var node = 0; node < hits.Length; node++)
        {
            if (!truth.IsVisible(node) || !predicted.IsVisible(node))
                continue;
            var distance = Distance(truth, predicted, node);
            hits[node] = _options.PckThresholds.Count(threshold => distance < threshold);
        }
        if (_options.Rules == EvaluationRules.SleapNN)
            return NumPySum([.. hits.Select(count => (double)count / _options.PckThresholds.Length)]) / hits.Length;
        var visible = Enumerable.Range(0, hits.Length).Count(truth.IsVisible);
        return visible == 0 ? 0 : (double)hits.Sum() / (visible * _options.PckThresholds.Length);
    }

    public static double Distance(PoseInstance a, PoseInstance b, int node) => Math.Sqrt(Squared(a, b, node));

    /// <summary>The area of the box around the visible nodes, in square pixels.</summary>
    public static double Area(PoseInstance animal)
    {
        (var left, var top, var right, var bottom) = (
            double.PositiveInfinity,
            double.PositiveInfinity,
            double.NegativeInfinity,
            double.NegativeInfinity
        );
        for (var node = 0; node < animal.Points.Length / 2; node++)
        {
            if (!animal.IsVisible(node))
                continue;
            (double x, double y) = (animal.Points[2 * node], animal.Points[(2 * node) + 1]);
            (left, top, right, bottom) = (Math.Min(left, x), Math.Min(top, y), Math.Max(right, x), Math.Max(bottom, y));
        }
        return right < left ? 0 : (right - left) * (bottom - top);
    }

    /// <summary>1 − mean distance of the shared nodes / 50 pixels, at least 0; 0 without a shared node.</summary>
    public static double ByDistance(PoseInstance truth, PoseInstance predicted)
    {
        double sum = 0;
        var shared = 0;
        for (var node = 0; node < truth.Points.Length / 2; node++)
        {
            if (!truth.IsVisible(node) || !predicted.IsVisible(node))
                continue;
            sum += Distance(truth, predicted, node);
            shared++;
        }
        return shared == 0 ? 0 : Math.Max(0, 1 - (sum / shared / SizelessReach));
    }

    // In NumPy's order (eight partial sums), because a mean that is exactly a threshold is above or below it by the
    // last bit.
    private static double NumPySum(double[] values)
    {
        if (values.Length < 8)
            return values.Sum();
        var sums = values[..8];
        var whole = values.Length / 8 * 8;
        for (var i = 8; i < whole; i++)
            sums[i % 8] += values[i];
        return values[whole..]
            .Aggregate(
                sums[0] + sums[1] + (sums[2] + sums[3]) + (sums[4] + sums[5] + (sums[6] + sums[7])),
                (sum, value) => sum + value
            );
    }

    private static double Squared(PoseInstance a, PoseInstance b, int node)
    {
        double dx = (double)a.Points[2 * node] - b.Points[2 * node],
            dy = (double)a.Points[(2 * node) + 1] - b.Points[(2 * node) + 1];
        return (dx * dx) + (dy * dy);
    }

    private static double[,] Matrix(
        IReadOnlyList<PoseInstance> truth,
        IReadOnlyList<PoseInstance> predicted,
        Func<PoseInstance, PoseInstance, double> similarity
    )
    {
        var matrix = new double[truth.Count, predicted.Count];
        for (var t = 0; t < truth.Count; t++)
        {
            for (var p = 0; p < predicted.Count; p++)
                matrix[t, p] = similarity(truth[t], predicted[p]);
        }

        return matrix;
    }
}
