using System.Collections.Immutable;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Finds nodes far away from the others, by the distances that the node usually has.</summary>
internal sealed class NodeDistances
{
    private const int MaxSampledFrames = 2000;
    private const int MinInstances = 20;
    private const double UsualTimes = 5;
    private const double OthersTimes = 3;

    // The 90th percentile of each node's distance from the center of the others; NaN where too few are known.
    private readonly Dictionary<Skeleton, double[]> _usual = [];

    /// <param name="frames">The frames, of which at most 2000, evenly spaced, are looked at.</param>
    public NodeDistances(IReadOnlyList<LabeledFrame> frames)
    {
        var samples = new Dictionary<Skeleton, List<double>[]>();
        var step = Math.Max(1, (int)Math.Ceiling((double)frames.Count / MaxSampledFrames));
        for (var i = 0; i < frames.Count; i += step)
        {
            foreach (var instance in frames[i].Instances)
            {
                if (!samples.TryGetValue(instance.Skeleton, out var lists))
                    samples[instance.Skeleton] = lists = [.. instance.Skeleton.Nodes.Select(_ => new List<double>())];
                foreach (var (node, distance) in Distances(instance.Points))
                    lists[node].Add(distance);
            }
        }
        foreach (var (skeleton, lists) in samples)
        {
            _usual[skeleton] =
            [
                .. lists.Select(list =>
                    list.Count < MinInstances ? double.NaN : ErrorSummary.Of([.. list], list.Count, 1).P90
                ),
            ];
        }
    }

    /// <summary>The nodes of an instance that are far away from the others.</summary>
    public IEnumerable<int> FarNodes(Instance instance)
    {
        if (!_usual.TryGetValue(instance.Skeleton, out var usual))
            return [];
        var distances = Distances(instance.Points);
        return distances
            .Where(one =>
                one.Distance > UsualTimes * usual[one.Node]
                && one.Distance
                    > OthersTimes * distances.Where(other => other.Node != one.Node).Max(other => other.Distance)
            )
            .Select(one => one.Node);
    }

    // The center is the median of both coordinates, which one far node does not move. At least four nodes.
    private static List<(int Node, double Distance)> Distances(ImmutableArray<Point> points)
    {
        List<(int Node, double Distance)> found = [];
        int[] visible = [.. Enumerable.Range(0, points.Length).Where(node => InstanceRules.IsVisible(points[node]))];
        if (visible.Length < 4)
            return found;
        double[] xs = [.. visible.Select(node => points[node].X).Order()],
            ys = [.. visible.Select(node => points[node].Y).Order()];
        var (x, y) = (xs[xs.Length / 2], ys[ys.Length / 2]);
        foreach (var node in visible)
            found.Add((node, double.Hypot(points[node].X - x, points[node].Y - y)));
        return found;
    }
}
