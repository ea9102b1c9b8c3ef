using System.Collections.Immutable;

namespace Sleap.Transforms;

/// <summary>
/// Precision and recall of predictions ranked by score, where a prediction is right when its similarity to a true
/// instance reaches a threshold.
/// </summary>
/// <param name="Thresholds">The ten similarities at which it is computed: 0.50, 0.55, … 0.95.</param>
/// <param name="AP">Average precision at each, 0 to 1: the mean over the recalls 0, 0.01, … 1 of the highest precision
/// at that recall or a higher one, as in COCO. NaN when there is no true instance.</param>
/// <param name="AR">Recall of all predictions at each, 0 to 1: the share of true instances found. NaN when there is no
/// true instance.</param>
public sealed record AveragePrecision(
    ImmutableArray<double> Thresholds,
    ImmutableArray<double> AP,
    ImmutableArray<double> AR
)
{
    /// <summary>Mean of <see cref="AP"/>; NaN when there is no true instance.</summary>
    public double MeanAP => AP.Average();

    /// <summary>Mean of <see cref="AR"/>; NaN when there is no true instance.</summary>
    public double MeanAR => AR.Average();
}

/// <summary>
/// Collects predictions with their scores and whether they are right at each threshold, and computes average precision.
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
    /// Numbers of the predictions by falling score; equal scores keep their order, and NaN (no score) comes last.
    /// </summary>
    public static int[] ByScore(IReadOnlyList<float> scores) =>
        [
            .. Enumerable
                .Range(0, scores.Count)
                .OrderByDescending(p => float.IsNaN(scores[p]) ? float.NegativeInfinity : scores[p]),
        ];

    /// <summary>
    /// Adds a frame by COCO's rules: at each threshold, by falling score, each prediction takes the most similar true
    /// instance that is free and reaches it.
    /// </summary>
    public void AddFrame(IReadOnlyList<float> scores, double[,] similarity)
    {
        var truths = similarity.GetLength(0);
        _total += truths;
        var order = ByScore(scores);
        var right = new ushort[scores.Count];
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
        for (var prediction = 0; prediction < scores.Count; prediction++)
            _ranked.Add((scores[prediction], right[prediction]));
    }

    /// <summary>Adds a pair that is made already (sleap-nn's rules).</summary>
    public void AddPair(float score, double similarity)
    {
        var right = 0;
        for (var t = 0; t < Thresholds.Length; t++)
            right |= similarity >= Thresholds[t] ? 1 << t : 0;
        _ranked.Add((score, (ushort)right));
    }

    /// <summary>Adds to the number of true instances (sleap-nn's rules).</summary>
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
