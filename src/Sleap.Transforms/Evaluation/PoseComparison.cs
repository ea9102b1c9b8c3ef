using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Gathers the differences between true and predicted animals, frame by frame.</summary>
internal sealed class PoseComparison(Skeleton skeleton, double radius)
{
    // Stands for "no shared node": such a pair is undone after the assignment.
    private const double NoSharedNode = 1e6;

    private readonly List<double>[] _distances = [.. skeleton.Nodes.Select(_ => new List<double>())];
    private readonly int[] _visible = new int[skeleton.Nodes.Length];
    private int _frames;
    private int _instances;
    private int _predicted;
    private int _pairs;
    private int _tracked;
    private int _rightTracks;

    public void Add(IReadOnlyList<PoseInstance> truth, IReadOnlyList<PoseInstance> predicted)
    {
        _frames++;
        _instances += truth.Count;
        _predicted += predicted.Count;
        int[] partners = Pair(truth, predicted);
        for (int animal = 0; animal < truth.Count; animal++)
        {
            PoseInstance? partner = partners[animal] >= 0 ? predicted[partners[animal]] : null;
            AddDistances(truth[animal], partner);
            if (partner is { } found)
                AddPair(truth[animal], found);
        }
    }

    public PoseMetrics Result() => new()
    {
        Frames = _frames,
        Instances = _instances,
        Predicted = _predicted,
        Missed = _instances - _pairs,
        Spurious = _predicted - _pairs,
        Radius = radius,
        All = ErrorSummary.Of([.. _distances.SelectMany(d => d)], _visible.Sum(), radius),
        Nodes = [.. skeleton.Nodes.Select((node, i) => new NodeError(node, ErrorSummary.Of(_distances[i], _visible[i], radius)))],
        TrackAccuracy = _tracked == 0 ? double.NaN : (double)_rightTracks / _tracked,
    };

    private static int[] Pair(IReadOnlyList<PoseInstance> truth, IReadOnlyList<PoseInstance> predicted)
    {
        var cost = new double[truth.Count, predicted.Count];
        for (int t = 0; t < truth.Count; t++)
            for (int p = 0; p < predicted.Count; p++)
                cost[t, p] = MeanDistance(truth[t], predicted[p]);
        int[] partners = truth.Count == 0 || predicted.Count == 0 ? [.. truth.Select(_ => -1)] : Assignment.Solve(cost);
        for (int t = 0; t < truth.Count; t++)
            if (partners[t] >= 0 && cost[t, partners[t]] >= NoSharedNode)
                partners[t] = -1;
        return partners;
    }

    private static double MeanDistance(PoseInstance a, PoseInstance b)
    {
        double sum = 0;
        int shared = 0;
        for (int node = 0; node < a.Points.Length / 2; node++)
        {
            if (!a.IsVisible(node) || !b.IsVisible(node))
                continue;
            sum += Distance(a, b, node);
            shared++;
        }
        return shared == 0 ? NoSharedNode : sum / shared;
    }

    private static double Distance(PoseInstance a, PoseInstance b, int node) =>
        double.Hypot((double)a.Points[2 * node] - b.Points[2 * node], (double)a.Points[(2 * node) + 1] - b.Points[(2 * node) + 1]);

    private void AddDistances(PoseInstance truth, PoseInstance? predicted)
    {
        for (int node = 0; node < _visible.Length; node++)
        {
            if (!truth.IsVisible(node))
                continue;
            _visible[node]++;
            if (predicted is { } partner && partner.IsVisible(node))
                _distances[node].Add(Distance(truth, partner, node));
        }
    }

    private void AddPair(PoseInstance truth, PoseInstance predicted)
    {
        _pairs++;
        if (truth.Track is null || predicted.Track is null)
            return;
        _tracked++;
        _rightTracks += truth.Track == predicted.Track ? 1 : 0;
    }
}
