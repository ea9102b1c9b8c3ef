namespace Sleap.Transforms;

/// <summary>Collects tracked instances frame by frame, and computes the metrics of the tracks.</summary>
internal sealed class TrackComparison(double threshold)
{
    private readonly Dictionary<(string Video, string Track), int> _truth = [];
    private readonly Dictionary<(string Video, string Track), int> _predicted = [];
    private readonly Dictionary<string, int> _videos = new(StringComparer.Ordinal);
    private readonly List<(int Video, int FrameIndex, TrackedFrame Frame)> _frames = [];
    private int _predictedTracks;
    private bool _anyPredicted;

    /// <summary>Adds a frame; frames may come in any order.</summary>
    /// <param name="video">The video.</param>
    /// <param name="frameIndex">The frame number.</param>
    /// <param name="truth">True instances.</param>
    /// <param name="predicted">Predicted instances.</param>
    /// <param name="similarity">OKS, true × predicted.</param>
    public void Add(string video, int frameIndex, InstanceArray truth, InstanceArray predicted, double[,] similarity)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        int[] rows = [.. Enumerable.Range(0, truth.Count).Where(t => truth[t].Track is { } track && seen.Add(track))];
        int[] columns = [.. Enumerable.Range(0, predicted.Count).Except(OfUntracked(rows, similarity))];
        var part = new double[rows.Length, columns.Length];
        for (var r = 0; r < rows.Length; r++)
        {
            for (var c = 0; c < columns.Length; c++)
                part[r, c] = similarity[rows[r], columns[c]];
        }

        seen.Clear();
        _videos.TryAdd(video, _videos.Count);
        var frame = new TrackedFrame(
            [.. rows.Select(r => Number(_truth, (video, truth[r].Track!)))],
            [
                .. columns.Select(c =>
                    predicted[c].Track is { } track && seen.Add(track) ? Track(video, track) : _predictedTracks++
                ),
            ],
            part
        );
        _frames.Add((_videos[video], frameIndex, frame));
        _anyPredicted |= predicted.Any(instance => instance.Track is not null);
    }

    /// <summary>Null when the labels or the predictions have no tracks at all.</summary>
    public TrackMetrics? Result()
    {
        if (_truth.Count == 0 || !_anyPredicted)
            return null;
        TrackedFrame[] frames = [.. _frames.OrderBy(f => f.Video).ThenBy(f => f.FrameIndex).Select(f => f.Frame)];
        return Compute(frames, threshold);
    }

    /// <summary>The metrics of frames in order, whose tracks are numbered from 0.</summary>
    public static TrackMetrics Compute(IReadOnlyList<TrackedFrame> frames, double threshold)
    {
        var clear = new ClearCounts(threshold);
        foreach (var frame in frames)
            clear.Add(frame);
        var hota = new HotaCounts(frames);
        var lengths = Lengths(frames.SelectMany(frame => frame.Truth));
        double[] coverage =
        [
            .. lengths.Select(track => (double)clear.Matched.GetValueOrDefault(track.Key) / track.Value),
        ];
        int mostly = coverage.Count(share => share > 0.8),
            partly = coverage.Count(share => share is >= 0.2 and <= 0.8);
        return new TrackMetrics
        {
            TrueDetections = frames.Sum(frame => frame.Truth.Length),
            PredictedDetections = frames.Sum(frame => frame.Predicted.Length),
            TrueTracks = lengths.Count,
            PredictedTracks = frames.SelectMany(frame => frame.Predicted).Distinct().Count(),
            TruePositives = clear.Pairs,
            Switches = clear.Switches,
            Fragmentations = clear.Fragmentations,
            MostlyTracked = mostly,
            PartlyTracked = partly,
            MostlyLost = lengths.Count - mostly - partly,
            MOTP = clear.Pairs == 0 ? 0 : clear.SimilaritySum / clear.Pairs,
            IdentityTruePositives = IdentityPairs(frames, threshold),
            Coverage = coverage.DefaultIfEmpty(double.NaN).Average(),
            Purity = clear.Purity,
            Alphas = HotaCounts.Alphas,
            HOTAs = hota.Hota,
            DetAs = hota.Detection,
            AssAs = hota.Association,
            LocAs = hota.Localization,
        };
    }

    private int Track(string video, string track)
    {
        if (_predicted.TryGetValue((video, track), out var number))
            return number;
        _predicted.Add((video, track), _predictedTracks);
        return _predictedTracks++;
    }

    private static int Number<TKey>(Dictionary<TKey, int> numbers, TKey key)
        where TKey : notnull
    {
        numbers.TryAdd(key, numbers.Count);
        return numbers[key];
    }

    /// <summary>
    /// The predictions that are most similar to a true instance without a track: which track would be right for them is
    /// not known.
    /// </summary>
    private IEnumerable<int> OfUntracked(int[] tracked, double[,] similarity)
    {
        var truths = similarity.GetLength(0);
        if (tracked.Length == truths)
            yield break;
        for (var p = 0; p < similarity.GetLength(1); p++)
        {
            var best = Enumerable.Range(0, truths).MaxBy(t => similarity[t, p]);
            if (similarity[best, p] >= threshold && !tracked.Contains(best))
                yield return p;
        }
    }

    private static Dictionary<int, int> Lengths(IEnumerable<int> tracks) =>
        tracks.CountBy(track => track).ToDictionary();

    /// <summary>
    /// The largest number of similar pairs when each true track is one predicted track at most (Hungarian method over
    /// whole tracks).
    /// </summary>
    private static int IdentityPairs(IReadOnlyList<TrackedFrame> frames, double threshold)
    {
        Dictionary<(int, int), int> together = [];
        foreach (var frame in frames)
        {
            for (var t = 0; t < frame.Truth.Length; t++)
            {
                for (var p = 0; p < frame.Predicted.Length; p++)
                {
                    if (frame.Similarity[t, p] >= threshold)
                    {
                        together[(frame.Truth[t], frame.Predicted[p])] =
                            together.GetValueOrDefault((frame.Truth[t], frame.Predicted[p])) + 1;
                    }
                }
            }
        }

        if (together.Count == 0)
            return 0;
        // Only tracks that ever meet; the others cannot add to the sum.
        int[] truths = [.. together.Keys.Select(key => key.Item1).Distinct()],
            predictions = [.. together.Keys.Select(key => key.Item2).Distinct()];
        var cost = new double[truths.Length, predictions.Length];
        for (var t = 0; t < truths.Length; t++)
        {
            for (var p = 0; p < predictions.Length; p++)
                cost[t, p] = -together.GetValueOrDefault((truths[t], predictions[p]));
        }

        return (int)-Assignment.Solve(cost).Select((p, t) => p < 0 ? 0 : cost[t, p]).Sum();
    }
}

/// <summary>The instances of one frame by the numbers of their tracks, and how similar they are.</summary>
/// <param name="Truth">The true tracks; no two are the same.</param>
/// <param name="Predicted">The predicted tracks; no two are the same.</param>
/// <param name="Similarity">True × predicted, 0 to 1.</param>
internal sealed record TrackedFrame(int[] Truth, int[] Predicted, double[,] Similarity);
