/// <summary>
/// How well tracks keep identities when every animal is where the truth has it, so that only the identities can be wrong. Switches as in CLEAR MOT
/// (Bernardin and Stiefelhagen 2008), IDF1 (Ristani et al. 2016), HOTA (Luiten et al. 2021), for detections that agree exactly.
/// </summary>
internal sealed class TrackScore
{
    private readonly Dictionary<(int Truth, int Track), int> _together = [];
    private readonly Dictionary<int, int> _truths = [];
    private readonly Dictionary<int, int> _tracks = [];
    private readonly Dictionary<int, int> _last = [];

    public int Switches { get; private set; }

    public int Tracks => _tracks.Count;

    public double Idf1 => 2.0 * BestPairs() / (_truths.Values.Sum() + _tracks.Values.Sum());

    public double Hota
    {
        get
        {
            double found = _together.Values.Sum();
            double missed = _truths.Values.Sum() - found, extra = _tracks.Values.Sum() - found;
            double association = _together.Sum(pair => (double)pair.Value * pair.Value / (_truths[pair.Key.Truth] + _tracks[pair.Key.Track] - pair.Value));
            return Math.Sqrt(found / (found + missed + extra) * (association / found));
        }
    }

    /// <summary>Adds one animal: its true identity and its track, −1 where it has none.</summary>
    public void Add(int truth, int track)
    {
        if (truth >= 0) _truths[truth] = _truths.GetValueOrDefault(truth) + 1;
        if (track >= 0) _tracks[track] = _tracks.GetValueOrDefault(track) + 1;
        if (truth < 0 || track < 0) return;
        _together[(truth, track)] = _together.GetValueOrDefault((truth, track)) + 1;
        if (_last.TryGetValue(truth, out var last) && last != track) Switches++;
        _last[truth] = track;
    }

    // The pairing of identities with tracks that shares the most animals: augmenting paths over the few identities, by the auction's simplest form.
    private int BestPairs()
    {
        int[] truths = [.. _truths.Keys], tracks = [.. _tracks.Keys];
        var prices = new double[tracks.Length];
        var owner = Enumerable.Repeat(-1, tracks.Length).ToArray();
        var waiting = new Queue<int>(Enumerable.Range(0, truths.Length));
        // Bids rise by less than 1 / identities, which makes the result exact for whole numbers.
        var step = 1.0 / (truths.Length + 1);
        while (waiting.TryDequeue(out var bidder))
        {
            var gains = tracks.Select((track, i) => _together.GetValueOrDefault((truths[bidder], track)) - prices[i]).ToArray();
            var best = Array.IndexOf(gains, gains.Max());
            if (gains[best] <= 0) continue;
            var second = gains.Where((_, i) => i != best).Append(0).Max();
            prices[best] += gains[best] - Math.Max(0, second) + step;
            if (owner[best] >= 0) waiting.Enqueue(owner[best]);
            owner[best] = bidder;
        }
        return Enumerable.Range(0, tracks.Length).Where(i => owner[i] >= 0).Sum(i => _together.GetValueOrDefault((truths[owner[i]], tracks[i])));
    }
}
