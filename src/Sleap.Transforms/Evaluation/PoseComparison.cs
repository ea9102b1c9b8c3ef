using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Collects the differences between true and predicted instances, frame by frame.</summary>
internal sealed class PoseComparison
{
    private readonly Skeleton _skeleton;
    private readonly EvaluationOptions _options;
    private readonly EvaluationSimilarity _similarity;
    private readonly NodeComparison _nodes;
    private readonly RankedMatches _oks = new();
    private readonly RankedMatches _pck = new();
    private readonly CentroidComparison _centroids;
    private readonly IdentityComparison _identities = new();
    private readonly TrackComparison _tracks;
    private readonly List<FrameError> _frames = [];
    private double _oksSum;
    private int _pairs;

    public PoseComparison(Skeleton skeleton, EvaluationOptions options)
    {
        _skeleton = skeleton;
        _options = options.Checked(skeleton);
        _similarity = new EvaluationSimilarity(skeleton, options);
        _nodes = new NodeComparison(skeleton, options);
        _centroids = new CentroidComparison(skeleton, options);
        _tracks = new TrackComparison(options.TrackOks);
    }

    public void Add(string video, int frameIndex, InstanceArray truth, InstanceArray predicted)
    {
        var oks = _similarity.Oks(truth, predicted);
        var partners =
            _options.Rules == EvaluationRules.SleapNN
                ? InstancePairing.ByScore(predicted.Scores, oks, _options.PairOks)
                : InstancePairing.ByDistance(truth, predicted);
        List<double> distances = [];
        for (var t = 0; t < truth.Count; t++)
        {
            InstanceView? partner = partners[t] >= 0 ? predicted[partners[t]] : null;
            distances.AddRange(_nodes.Add(truth[t], partner));
            if (partner is { } found)
                AddPair(truth[t], found, oks[t, partners[t]]);
        }
        if (_options.Rules == EvaluationRules.SleapNN)
        {
            AddRanked(truth, predicted, partners, oks);
        }
        else
        {
            _oks.AddFrame(predicted.Scores, oks);
            _pck.AddFrame(predicted.Scores, _similarity.Pck(truth, predicted));
        }
        _centroids.Add(truth, predicted);
        _tracks.Add(video, frameIndex, truth, predicted, oks);
        var pairs = partners.Count(partner => partner >= 0);
        _frames.Add(
            new FrameError(
                video,
                frameIndex,
                truth.Count,
                predicted.Count,
                truth.Count - pairs,
                predicted.Count - pairs,
                truth.Sum(instance => instance.VisibleNodes.Count()),
                distances.Count,
                distances.Count == 0 ? double.NaN : distances.Average(),
                distances.Count == 0 ? double.NaN : distances.Max()
            )
        );
    }

    public PoseMetrics Result()
    {
        int instances = _frames.Sum(frame => frame.Instances),
            predicted = _frames.Sum(frame => frame.Predicted);
        var counted = _options.Rules == EvaluationRules.SleapNN ? _pairs : instances;
        return new PoseMetrics
        {
            Frames = _frames.Count,
            Instances = instances,
            Predicted = predicted,
            Missed = instances - _pairs,
            Spurious = predicted - _pairs,
            Radius = _options.Radius,
            Rules = _options.Rules,
            All = _nodes.All(),
            Nodes = [.. _skeleton.Nodes.Select((node, i) => new NodeError(node, _nodes.Of(i)))],
            Oks = _oks.Result(),
            Pck = _pck.Result(),
            MeanOks = counted == 0 ? double.NaN : _oksSum / counted,
            PckCurve = _nodes.Pck(),
            Visibility = _nodes.Visibility(),
            Centroids = _centroids.Result(),
            Identities = _identities.Result(),
            Tracks = _tracks.Result(),
            PerFrame = [.. _frames],
        };
    }

    private void AddPair(InstanceView truth, InstanceView predicted, double oks)
    {
        _pairs++;
        _oksSum += oks;
        _identities.Add(truth.Track, predicted.Track);
    }

    private void AddRanked(InstanceArray truth, InstanceArray predicted, int[] partners, double[,] oks)
    {
        _oks.AddTruths(truth.Count);
        _pck.AddTruths(truth.Count);
        // In sleap-nn's order of predictions, which matters for equal scores.
        foreach (var prediction in RankedMatches.ByScore(predicted.Scores))
        {
            var t = Array.IndexOf(partners, prediction);
            if (t < 0)
                continue;
            _oks.AddPair(predicted[prediction].Score, oks[t, prediction]);
            _pck.AddPair(predicted[prediction].Score, _similarity.Pck(truth[t], predicted[prediction]));
        }
    }
}

/// <summary>Collects the distances of nodes: their summary, the PCK curve and visibility.</summary>
internal sealed class NodeComparison(Skeleton skeleton, EvaluationOptions options)
{
    private readonly List<double>[] _distances = [.. skeleton.Nodes.Select(_ => new List<double>())];
    private readonly int[] _visible = new int[skeleton.Nodes.Length];
    private int _pairs;
    private int _falsePositives;
    private int _trueNegatives;
    private int _falseNegatives;

    /// <summary>Adds a true instance and its partner; returns the distances of the nodes found.</summary>
    public List<double> Add(InstanceView truth, InstanceView? predicted)
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
            var distance = KeypointSimilarity.Distance(truth.Points, partner.Points, node);
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
