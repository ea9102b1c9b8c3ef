using System.Collections.Immutable;

namespace Sleap.Transforms;

/// <summary>HOTA and its parts at each similarity (Luiten et al., IJCV 2020).</summary>
internal sealed class HotaCounts
{
    private const double Rounding = 2.2e-16;

    private readonly Dictionary<(int Truth, int Predicted), double> _alignment;
    private readonly Dictionary<int, int> _truthLengths;
    private readonly Dictionary<int, int> _predictedLengths;

    // How often each pair of tracks is paired at each similarity.
    private readonly Dictionary<(int Truth, int Predicted), int[]> _pairs = [];
    private readonly int[] _truePositives = new int[Alphas.Length];
    private readonly double[] _similarity = new double[Alphas.Length];

    public HotaCounts(IReadOnlyList<TrackedFrame> frames)
    {
        _truthLengths = frames.SelectMany(frame => frame.Truth).CountBy(track => track).ToDictionary();
        _predictedLengths = frames.SelectMany(frame => frame.Predicted).CountBy(track => track).ToDictionary();
        _alignment = Align(frames);
        foreach (var frame in frames)
            Pair(frame);
        int truths = _truthLengths.Values.Sum(),
            predictions = _predictedLengths.Values.Sum();
        Detection = [.. _truePositives.Select(pairs => (double)pairs / Math.Max(1, truths + predictions - pairs))];
        Association = [.. Alphas.Select((_, a) => AssociationAt(a))];
        Hota = [.. Detection.Zip(Association, (detection, association) => Math.Sqrt(detection * association))];
        // Without a pair, TrackEval says 1.
        Localization = [.. _similarity.Zip(_truePositives, (sum, pairs) => pairs == 0 ? 1 : sum / pairs)];
    }

    /// <summary>0.05, 0.10, … 0.95.</summary>
    public static ImmutableArray<double> Alphas { get; } = [.. Enumerable.Range(1, 19).Select(i => i * 0.05)];

    public ImmutableArray<double> Hota { get; }

    public ImmutableArray<double> Detection { get; }

    public ImmutableArray<double> Association { get; }

    public ImmutableArray<double> Localization { get; }

    /// <summary>
    /// How well each true track agrees with each predicted one over all frames: the sum of their shares of similarity,
    /// as an intersection over union.
    /// </summary>
    private Dictionary<(int Truth, int Predicted), double> Align(IReadOnlyList<TrackedFrame> frames)
    {
        Dictionary<(int Truth, int Predicted), double> sums = [];
        foreach (var frame in frames)
        {
            double[] rows =
            [
                .. frame.Truth.Select((_, t) => frame.Predicted.Select((_, p) => frame.Similarity[t, p]).Sum()),
            ];
            double[] columns =
            [
                .. frame.Predicted.Select((_, p) => frame.Truth.Select((_, t) => frame.Similarity[t, p]).Sum()),
            ];
            for (var t = 0; t < frame.Truth.Length; t++)
            {
                for (var p = 0; p < frame.Predicted.Length; p++)
                {
                    var union = rows[t] + columns[p] - frame.Similarity[t, p];
                    if (union > Rounding)
                    {
                        sums[(frame.Truth[t], frame.Predicted[p])] =
                            sums.GetValueOrDefault((frame.Truth[t], frame.Predicted[p]))
                            + (frame.Similarity[t, p] / union);
                    }
                }
            }
        }
        return sums.ToDictionary(
            sum => sum.Key,
            sum => sum.Value / (_truthLengths[sum.Key.Truth] + _predictedLengths[sum.Key.Predicted] - sum.Value)
        );
    }

    private void Pair(TrackedFrame frame)
    {
        if (frame.Truth.Length == 0 || frame.Predicted.Length == 0)
            return;
        var cost = new double[frame.Truth.Length, frame.Predicted.Length];
        for (var t = 0; t < frame.Truth.Length; t++)
        {
            for (var p = 0; p < frame.Predicted.Length; p++)
            {
                cost[t, p] =
                    -_alignment.GetValueOrDefault((frame.Truth[t], frame.Predicted[p])) * frame.Similarity[t, p];
            }
        }

        var partners = Assignment.Solve(cost);
        for (var t = 0; t < partners.Length; t++)
        {
            if (partners[t] < 0)
                continue;
            var similarity = frame.Similarity[t, partners[t]];
            for (var a = 0; a < Alphas.Length && similarity >= Alphas[a] - Rounding; a++)
            {
                _truePositives[a]++;
                _similarity[a] += similarity;
                var key = (frame.Truth[t], frame.Predicted[partners[t]]);
                if (!_pairs.TryGetValue(key, out var counts))
                    _pairs.Add(key, counts = new int[Alphas.Length]);
                counts[a]++;
            }
        }
    }

    private double AssociationAt(int alpha)
    {
        double sum = 0;
        foreach ((var tracks, var counts) in _pairs)
        {
            sum +=
                (double)counts[alpha]
                * counts[alpha]
                / Math.Max(1, _truthLengths[tracks.Truth] + _predictedLengths[tracks.Predicted] - counts[alpha]);
        }

        return sum / Math.Max(1, _truePositives[alpha]);
    }
}
