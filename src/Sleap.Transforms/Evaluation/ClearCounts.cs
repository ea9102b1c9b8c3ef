namespace Sleap.Transforms;

/// <summary>
/// The pairs of the CLEAR MOT figures: in each frame a true track keeps the predicted one it had in the frame before
/// where that is still similar enough.
/// </summary>
internal sealed class ClearCounts(double threshold)
{
    // Outweighs any sum of similarities within a frame, so that kept pairs come first.
    private const double Kept = 1000;
    private const double Rounding = 1e-12;

    private readonly Dictionary<int, int> _last = [];
    private readonly Dictionary<int, int> _periods = [];
    private readonly Dictionary<(int Truth, int Predicted), int> _together = [];
    private Dictionary<int, int> _before = [];

    public int Pairs { get; private set; }

    public int Switches { get; private set; }

    public double SimilaritySum { get; private set; }

    /// <summary>Frames in which each true track is paired.</summary>
    public Dictionary<int, int> Matched { get; } = [];

    public int Fragmentations => _periods.Values.Sum(periods => periods - 1);

    /// <summary>
    /// Share of the pairs that belong to the true track which their predicted track is paired with most.
    /// </summary>
    public double Purity =>
        Pairs == 0
            ? double.NaN
            : (double)_together.GroupBy(pair => pair.Key.Predicted).Sum(track => track.Max(pair => pair.Value)) / Pairs;

    public void Add(TrackedFrame frame)
    {
        // As in TrackEval, a frame without true or without predicted instances does not interrupt the pairs before it.
        if (frame.Truth.Length == 0 || frame.Predicted.Length == 0)
            return;
        var cost = new double[frame.Truth.Length, frame.Predicted.Length];
        for (var t = 0; t < frame.Truth.Length; t++)
        {
            for (var p = 0; p < frame.Predicted.Length; p++)
            {
                if (frame.Similarity[t, p] >= threshold - Rounding)
                {
                    cost[t, p] =
                        -frame.Similarity[t, p]
                        - (_before.TryGetValue(frame.Truth[t], out var kept) && kept == frame.Predicted[p] ? Kept : 0);
                }
            }
        }

        var partners = Assignment.Solve(cost);
        Dictionary<int, int> now = [];
        for (var t = 0; t < partners.Length; t++)
        {
            if (partners[t] >= 0 && cost[t, partners[t]] < -Rounding)
                AddPair(frame.Truth[t], frame.Predicted[partners[t]], frame.Similarity[t, partners[t]], now);
        }

        _before = now;
    }

    private void AddPair(int truth, int predicted, double similarity, Dictionary<int, int> now)
    {
        Pairs++;
        SimilaritySum += similarity;
        if (_last.TryGetValue(truth, out var last) && last != predicted)
            Switches++;
        _last[truth] = predicted;
        now[truth] = predicted;
        Matched[truth] = Matched.GetValueOrDefault(truth) + 1;
        _together[(truth, predicted)] = _together.GetValueOrDefault((truth, predicted)) + 1;
        if (!_before.ContainsKey(truth))
            _periods[truth] = _periods.GetValueOrDefault(truth) + 1;
    }
}
