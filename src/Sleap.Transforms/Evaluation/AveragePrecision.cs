using System.Collections.Immutable;

namespace Sleap.Transforms;

/// <summary>
/// Precision and recall of predictions ranked by score, where a prediction is right when its similarity to a true
/// animal reaches a threshold.
/// </summary>
/// <param name="Thresholds">The similarities: 0.50, 0.55, … 0.95.</param>
/// <param name="AP">Average precision at each: the mean of the precision at the recalls 0, 0.01, … 1, the precision
/// made falling from the right (PASCAL VOC 2012, COCO).</param>
/// <param name="AR">Recall of all predictions at each: the share of true animals found.</param>
public sealed record AveragePrecision(
    ImmutableArray<double> Thresholds,
    ImmutableArray<double> AP,
    ImmutableArray<double> AR
)
{
    /// <summary>Mean of <see cref="AP"/>; NaN when there is no true animal.</summary>
    public double MeanAP => AP.Average();

    /// <summary>Mean of <see cref="AR"/>; NaN when there is no true animal.</summary>
    public double MeanAR => AR.Average();
}

/// <summary>
/// Gathers predictions with their scores and whether they are right at each threshold, and makes average precision of
/// them.
/// </summary>
internal sealed class RankedMatches
{
    private const int RecallSteps = 100;

    private readonly List<(float Score, ushort Right)> _ranked = [];
    private int _total;

    /// <summary>0.50, 0.55, … 0.95.</summary>
    public static ImmutableArray<double> Thresholds { get; } =
    [.. Enumerable.Range(0, 10).Select(i => i == 9 ? 0.95 : 0.5 + (i * ((0.95 - 0.5) / 9)))];

    /// <summary>
    /// The predictions by falling score; equal scores keep their order, and no score (NaN) comes last.
    /// </summary>
    public static int[] ByScore(IReadOnlyList<PoseInstance> predicted) =>
        [
            .. Enumerable
                .Range(0, predicted.Count)
                .OrderByDescending(p => float.IsNaN(predicted[p].Score) ? float.NegativeInfinity : predicted[p].Score),
        ];

    /// <summary>
    /// One frame by COCO's rules: at each threshold, predictions take by falling score the most similar free true
    /// animal that reaches it.
    /// </summary>
    public void AddFrame(IReadOnlyList<PoseInstance> predicted, double[,] similarity)
    {
        var truths = similarity.GetLength(0);
        _total += truths;
        var order = ByScore(predicted);
        var right = new ushort[predicted.Count];
        for (var t = 0; t < Thresholds.Length; t++)
        {
            var taken = new bool[truths];
            foreach (var prediction in order)
            {
                var best = -1;
                for (var truth = 0; truth < truths; truth++)
                {
                    if (
                        !taken[truth]
                        && similarity[truth, prediction] >= Thresholds[t]
                        && (best < 0 || similarity[truth, prediction] > similarity[best, prediction])
                    )
                    {
                        best = truth;
                    }
                }

                if (best < 0)
                    continue;
                taken[best] = true;
                right[prediction] |= (ushort)(1 << t);
            }
        }
        for (var prediction = 0; prediction < predicted.Count; prediction++)
            _ranked.Add((predicted[prediction].Score, right[prediction]));
    }

    /// <summary>A pair that was made beforehand (sleap-nn's rules).</summary>
    public void AddPair(float score, double similarity)
    {
        var right = 0;
        for (var t = 0; t < Thresholds.Length; t++)
            right |= similarity >= Thresholds[t] ? 1 << t : 0;
        _ranked.Add((score, (ushort)right));
    }

    /// <summary>Counts true animals, of which pairs were or were not made.</summary>
    public void AddTruths(int count) => _total += count;

    public AveragePrecision Result()
    {
        // OrderByDescending is stable, and NaN is the least of all floats.
        ushort[] ranked = [.. _ranked.OrderByDescending(one => one.Score).Select(one => one.Right)];
        (double AP, double AR)[] all = [.. Enumerable.Range(0, Thresholds.Length).Select(t => At(ranked, 1 << t))];
        return new AveragePrecision(Thresholds, [.. all.Select(one => one.AP)], [.. all.Select(one => one.AR)]);
    }

    private (double AP, double AR) At(ushort[] ranked, int bit)
    {
        if (_total == 0)
            return (double.NaN, double.NaN);
        var precision = new double[ranked.Length];
        var recall = new double[ranked.Length];
        var right = 0;
        for (var i = 0; i < ranked.Length; i++)
        {
            right += (ranked[i] & bit) != 0 ? 1 : 0;
            (precision[i], recall[i]) = ((double)right / (i + 1), (double)right / _total);
        }
        for (var i = ranked.Length - 2; i >= 0; i--)
            precision[i] = Math.Max(precision[i], precision[i + 1]);
        double sum = 0;
        var at = 0;
        for (var step = 0; step <= RecallSteps; step++)
        {
            while (at < recall.Length && recall[at] < (step == RecallSteps ? 1 : step * 0.01))
                at++;
            sum += at < recall.Length ? precision[at] : 0;
        }
        return (sum / (RecallSteps + 1), recall.Length == 0 ? 0 : recall[^1]);
    }
}
