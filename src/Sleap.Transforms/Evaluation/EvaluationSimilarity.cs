using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// How similar each true instance (rows) is to each predicted one (columns), 0 to 1: by object keypoint similarity
/// (OKS) and by the share of nodes within pixel distances (PCK).
/// </summary>
internal sealed class EvaluationSimilarity
{
    // The distance in pixels at which an instance without an area has the similarity 0, as in sleap-nn.
    private const double ZeroAtDistance = 50;

    private readonly double[] _variances;
    private readonly EvaluationOptions _options;

    public EvaluationSimilarity(Skeleton skeleton, EvaluationOptions options)
    {
        _options = options;
        _variances =
        [
            .. skeleton.Nodes.Select(node =>
                KeypointSimilarity.Variance(options.NodeOksStddev.GetValueOrDefault(node, options.OksStddev))
            ),
        ];
    }

    /// <summary>OKS of all pairs.</summary>
    public double[,] Oks(InstanceArray truth, InstanceArray predicted) => Matrix(truth, predicted, Oks);

    /// <summary>Mean PCK over the thresholds, of all pairs.</summary>
    public double[,] Pck(InstanceArray truth, InstanceArray predicted) => Matrix(truth, predicted, Pck);

    /// <summary>
    /// The mean over the visible true nodes; a node missing in the prediction adds 0. Where the visible true nodes span
    /// no area (one node, or a line along an axis): <see cref="ByDistance"/>, as in sleap-nn.
    /// </summary>
    public double Oks(InstanceView truth, InstanceView predicted)
    {
        var area = _options.OksScale ?? Box.Around(truth.Points).Area;
        if (area <= 0)
            return ByDistance(truth, predicted);
        var oks = KeypointSimilarity.Oks(truth.Points, predicted.Points, _variances, area, OksNodes.First);
        return double.IsNaN(oks) ? 0 : oks;
    }

    /// <summary>
    /// The share of visible true nodes that are closer than a threshold, averaged over the thresholds. By sleap-nn's
    /// rules nodes that the labels lack count too, as misses.
    /// </summary>
    public double Pck(InstanceView truth, InstanceView predicted)
    {
        var hits = new int[_variances.Length];
        for (var node = 0; node < hits.Length; node++)
        {
            var distance = KeypointSimilarity.Distance(truth.Points, predicted.Points, node);
            hits[node] = _options.PckThresholds.Count(threshold => distance < threshold);
        }
        if (_options.Rules == EvaluationRules.SleapNN)
            return NumPySum([.. hits.Select(count => (double)count / _options.PckThresholds.Length)]) / hits.Length;
        var visible = truth.VisibleNodes.Count();
        return visible == 0 ? 0 : (double)hits.Sum() / (visible * _options.PckThresholds.Length);
    }

    /// <summary>1 − mean distance of the shared nodes / 50 pixels, at least 0; 0 without a shared node.</summary>
    public static double ByDistance(InstanceView truth, InstanceView predicted)
    {
        var distance = KeypointSimilarity.MeanDistance(truth.Points, predicted.Points);
        return double.IsNaN(distance) ? 0 : Math.Max(0, 1 - distance / ZeroAtDistance);
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

    private static double[,] Matrix(
        InstanceArray truth,
        InstanceArray predicted,
        Func<InstanceView, InstanceView, double> similarity
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
