using System.Globalization;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// Chooses among candidates, one after the other: frames with kinds of poses that the model is often in doubt about and
/// that are not labeled or chosen yet, spread over time.
/// </summary>
internal sealed class SuggestionSearch
{
    // A doubt is named where that of four fifths of the candidates is smaller.
    private const double Remarkable = 0.8;

    // Kinds of poses that are told apart, for each frame that is asked for.
    private const int KindsOfFrame = 2,
        MaxKinds = 200;

    private readonly IReadOnlyList<Candidate> _candidates;
    private readonly Skeleton _skeleton;
    private readonly double _size;
    private readonly double[] _scores;
    private readonly int _usualCount;
    private readonly (double Value, string Reason)[] _ranked;
    private readonly List<float[]> _knownShapes;

    /// <param name="candidates">The candidates.</param>
    /// <param name="labels">What is labeled; null: nothing.</param>
    /// <param name="skeleton">The skeleton of the predictions.</param>
    public SuggestionSearch(IReadOnlyList<Candidate> candidates, Labels? labels, Skeleton skeleton)
    {
        (_candidates, _skeleton) = (candidates, skeleton);
        InstanceView[] all = [.. candidates.SelectMany(candidate => candidate.Found)];
        _size = Math.Max(1, Median(all.Select(instance => Diagonal(instance.Points))));
        _scores =
        [
            .. Enumerable
                .Range(0, skeleton.Nodes.Length)
                .Select(node =>
                    Median(all.Where(one => one.IsVisible(node)).Select(one => (double)one.PeakScores[node]))
                ),
        ];
        _usualCount = candidates
            .CountBy(candidate => candidate.Found.Count)
            .OrderByDescending(count => count.Value)
            .Select(count => count.Key)
            .FirstOrDefault();
        _knownShapes =
        [
            .. (labels?.Frames ?? [])
                .SelectMany(frame => frame.Instances)
                .Where(instance => !instance.IsPredicted)
                .Select(instance => Shape(PointsOf(instance))),
        ];
        _ranked = Rank([.. candidates.Select(Judge)]);
    }

    /// <summary>Chooses frames, the most useful first.</summary>
    /// <remarks>
    /// A kind of pose is worth the doubts of all candidates that show it, so that what is rare and what is sure count
    /// less than what is often wrong; each label of the kind halves it (density-weighted uncertainty, Settles and Craven,
    /// 2008).
    /// </remarks>
    public IReadOnlyList<FrameSuggestion> Choose(int count)
    {
        float[][][] shapes = [.. _candidates.Select(one => one.Found.Select(pose => Shape(pose.Points)).ToArray())];
        var clusters = PoseClusters.Of([.. shapes.SelectMany(one => one)], Math.Min(MaxKinds, KindsOfFrame * count));
        int[][] kinds = [.. shapes.Select(one => one.Select(clusters.GroupOf).ToArray())];
        var worth = new double[clusters.Count];
        for (var i = 0; i < kinds.Length; i++)
        {
            foreach (var kind in kinds[i])
                worth[kind] += _ranked[i].Value;
        }
        var usual = worth.Length == 0 ? 1 : worth.Average();
        if (clusters.Count > 0)
        {
            foreach (var known in _knownShapes)
                worth[clusters.GroupOf(known)] /= 2;
        }

        // Half of the mean distance in time of frames chosen evenly.
        var gap = Math.Max(1, _candidates.Select(one => one.FrameIndex).DefaultIfEmpty(0).Max() / (2.0 * count));
        var near = new double[_candidates.Count];
        Array.Fill(near, 1);
        HashSet<int> chosen = [];
        List<FrameSuggestion> suggestions = [];
        while (suggestions.Count < Math.Min(count, _candidates.Count))
        {
            var best = Enumerable
                .Range(0, _candidates.Count)
                .Where(i => !chosen.Contains(i))
                .MaxBy(i =>
                    near[i]
                    * (0.5 + _ranked[i].Value)
                    * kinds[i].Select(kind => worth[kind]).DefaultIfEmpty(usual).Average()
                );
            chosen.Add(best);
            suggestions.Add(
                new(
                    _candidates[best].Video,
                    _candidates[best].FrameIndex,
                    _ranked[best].Value,
                    _ranked[best].Reason,
                    [.. _candidates[best].Found.Select(found => PredictedInstance.Of(found, _skeleton))]
                )
            );
            foreach (var kind in kinds[best])
                worth[kind] /= 2;
            for (var i = 0; i < near.Length; i++)
                near[i] = Math.Min(near[i], Difference(i, best, gap));
        }
        return suggestions;
    }

    // What a frame would add to one that is chosen: 0 to 1.
    private double Difference(int one, int other, double gap) =>
        _candidates[one].Video != _candidates[other].Video
            ? 1
            : Math.Min(1, Math.Abs(_candidates[one].FrameIndex - _candidates[other].FrameIndex) / gap);

    // The mean of the ranks of the doubts among the candidates.
    private (double Value, string Reason)[] Rank(IReadOnlyList<Doubt[]> doubts)
    {
        var values = new double[doubts.Count];
        var reasons = doubts.Select(_ => new List<(double Rank, string Text)>()).ToArray();
        for (var kind = 0; doubts.Count > 0 && kind < doubts[0].Length; kind++)
        {
            double[] sorted = [.. doubts.Select(one => one[kind].Amount).Order()];
            for (var i = 0; i < values.Length; i++)
            {
                var rank = (double)Below(sorted, doubts[i][kind].Amount) / sorted.Length;
                values[i] += rank / doubts[i].Length;
                if (rank >= Remarkable)
                    reasons[i].Add((rank, doubts[i][kind].Text));
            }
        }
        return
        [
            .. values.Zip(
                reasons,
                (value, own) =>
                    (
                        value,
                        own.Count == 0
                            ? "a kind of pose that the model is often unsure about"
                            : string.Join("; ", own.OrderByDescending(one => one.Rank).Select(one => one.Text))
                    )
            ),
        ];
    }

    private static int Below(double[] sorted, double value)
    {
        var found = Array.BinarySearch(sorted, value);
        while (found > 0 && sorted[found - 1] == value)
            found--;
        return Math.Max(0, found);
    }

    private Doubt[] Judge(Candidate candidate)
    {
        var (found, nodes) = (candidate.Found, _skeleton.Nodes.Length);
        var missing = found.Sum(instance => nodes - instance.VisibleNodes.Count());
        var lost = found.Sum(instance =>
            instance.VisibleNodes.Sum(node =>
                Math.Max(0, 1 - instance.PeakScores[node] / Math.Max(1e-6, _scores[node]))
            )
        );
        var scores = found.Select(instance => instance.Score).Where(float.IsFinite).DefaultIfEmpty(0).Average();
        var score = Math.Abs(found.Count - _usualCount) + (missing + lost) / nodes;
        var turn = Disagreement(found, candidate.Turned);
        var jump = candidate.Next is null ? 0 : Disagreement(found, candidate.Next);
        var pose = found.Select(instance => Unusual(Shape(instance.Points))).DefaultIfEmpty(0).Max();
        return
        [
            new(
                score,
                found.Count != _usualCount ? $"{Count(found.Count, "instance")}, mostly {_usualCount}"
                    : missing > 0 ? $"{missing} of {Count(nodes * found.Count, "node")} missing"
                    : string.Create(CultureInfo.InvariantCulture, $"low scores, {scores:0.00} on average")
            ),
            new(turn, $"nodes move by {Pixels(turn, found)} when the image is turned"),
            new(jump, $"nodes move by {Pixels(jump, found)} to the next frame"),
            new(pose, "a pose unlike those that are labeled"),
        ];
    }

    private string Pixels(double disagreement, InstanceArray found) =>
        string.Create(CultureInfo.InvariantCulture, $"{disagreement * _size / Math.Max(1, found.Count):0.0} px");

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    // How far a pose is from the nearest known one, in instance sizes.
    private double Unusual(float[] shape) =>
        _knownShapes.Count == 0 ? 0 : Math.Sqrt(_knownShapes.Min(known => PoseClusters.Distance(shape, known)));

    // Sum over instances of the mean distance in instance sizes, at most 1 each; one that is missing counts 1.
    private double Disagreement(InstanceArray one, InstanceArray other)
    {
        var partners = InstancePairing.ByDistance(one, other);
        var paired = partners.Count(partner => partner >= 0);
        double sum = one.Count + other.Count - 2 * paired;
        for (var i = 0; i < partners.Length; i++)
        {
            if (partners[i] < 0)
                continue;
            var nodes = 0;
            var total = 0.0;
            for (var node = 0; node < one.Nodes; node++)
            {
                var distance = KeypointSimilarity.Distance(one[i].Points, other[partners[i]].Points, node);
                if (double.IsNaN(distance))
                    continue;
                total += Math.Min(1, distance / _size);
                nodes++;
            }
            sum += total / Math.Max(1, nodes);
        }
        return sum;
    }

    // Distances between all pairs of nodes, which do not depend on place and direction.
    private float[] Shape(ReadOnlySpan<float> points)
    {
        List<float> shape = [];
        for (var a = 0; a < points.Length / 2; a++)
        {
            for (var b = a + 1; b < points.Length / 2; b++)
            {
                shape.Add(
                    (float)(double.Hypot(points[2 * a] - points[2 * b], points[2 * a + 1] - points[2 * b + 1]) / _size)
                );
            }
        }
        return [.. shape];
    }

    // Nodes are matched by name, as labels may have them in another order.
    private float[] PointsOf(Instance instance) =>
        [
            .. _skeleton
                .Nodes.Select(instance.Skeleton.IndexOf)
                .SelectMany(node =>
                    node < 0
                        ? (float[])[float.NaN, float.NaN]
                        : [(float)instance.Points[node].X, (float)instance.Points[node].Y]
                ),
        ];

    private static double Diagonal(ReadOnlySpan<float> points)
    {
        var box = Box.Around(points);
        return double.Hypot(box.Right - box.Left, box.Bottom - box.Top);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Where(double.IsFinite).Order()];
        return sorted.Length == 0 ? double.NaN : sorted[sorted.Length / 2];
    }

    private readonly record struct Doubt(double Amount, string Text);
}
