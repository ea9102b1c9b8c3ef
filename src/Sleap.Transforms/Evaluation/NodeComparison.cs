using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Gathers the distances of nodes: their summary, the PCK curve and visibility.</summary>
internal sealed class NodeComparison(Skeleton skeleton, EvaluationOptions options)
{
    private readonly List<double>[] _distances = [.. skeleton.Nodes.Select(_ => new List<double>())];
    private readonly int[] _visible = new int[skeleton.Nodes.Length];
    private int _pairs;
    private int _falsePositives;
    private int _trueNegatives;
    private int _falseNegatives;

    /// <summary>Adds a true animal and its partner; gives back the distances of the nodes found.</summary>
    public List<double> Add(PoseInstance truth, PoseInstance? predicted)
    {
        List<double> found = [];
        _pairs += predicted is null ? 0 : 1;
        for (var node = 0; node < _visible.Length; node++)
        {
            var isVisible = truth.IsVisible(node);
            _visible[node] += isVisible ? 1 : 0;
            if (predicted is not { } partner)
                continue;
            var isPredicted = partner.IsVisible(node);
            _falsePositives += !isVisible && isPredicted ? 1 : 0;
            _trueNegatives += !isVisible && !isPredicted ? 1 : 0;
            _falseNegatives += isVisible && !isPredicted ? 1 : 0;
            if (!isVisible || !isPredicted)
                continue;
            var distance = KeypointSimilarity.Distance(truth, partner, node);
            _distances[node].Add(distance);
            found.Add(distance);
        }
        return found;
    }

    public ErrorSummary All() => ErrorSummary.Of([.. _distances.SelectMany(d => d)], _visible.Sum(), options.Radius);

    public ErrorSummary Of(int node) => ErrorSummary.Of(_distances[node], _visible[node], options.Radius);

    public VisibilityMetrics Visibility() =>
        new(_distances.Sum(d => d.Count), _falsePositives, _trueNegatives, _falseNegatives);

    public PckCurve Pck()
    {
        var thresholds = options.PckThresholds;
        int[][] hits =
        [
            .. _distances.Select(own => thresholds.Select(threshold => own.Count(d => d < threshold)).ToArray()),
        ];
        int[] totals = [.. _visible.Select(visible => options.Rules == EvaluationRules.SleapNN ? _pairs : visible)];
        return new PckCurve(
            thresholds,
            [.. thresholds.Select((_, t) => Share(hits.Sum(own => own[t]), totals.Sum()))],
            [.. hits.Select((own, node) => Share(own.Sum(), totals[node] * thresholds.Length))]
        );
    }

    private static double Share(int part, int whole) => whole == 0 ? double.NaN : (double)part / whole;
}
