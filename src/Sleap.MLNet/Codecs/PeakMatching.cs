using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>Chooses among the pairs of peaks of each sample and edge.</summary>
internal static class PeakMatching
{
    // What a pair costs whose score is no number, for two peaks at one place: more than all others together.
    private const double Forbidden = 1e9;

    /// <summary>
    /// Connections of at least a score, each peak at most once an edge, so that the sum of scores is largest.
    /// </summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="scores">Their scores; NaN for two peaks at one place.</param>
    /// <param name="minScore">Least score.</param>
    /// <param name="matchAll">Whether pairs below it take part in the matching, with their scores, instead of counting
    /// as no connection.</param>
    public static List<PeakConnection> Match(PeakPairs pairs, float[] scores, float minScore, bool matchAll)
    {
        var connections = new List<PeakConnection>();
        for (int start = 0, end; start < pairs.Count; start = end)
        {
            for (
                end = start;
                end < pairs.Count
                    && pairs.Samples[end] == pairs.Samples[start]
                    && pairs.Edges[end] == pairs.Edges[start];

            )
            {
                end++;
            }

            MatchOne(pairs, scores, start, end, minScore, matchAll, connections);
        }

        return connections;
    }

    // Pairs of one sample and edge are a whole table: sources times destinations, row by row.
    private static void MatchOne(
        PeakPairs pairs,
        float[] scores,
        int start,
        int end,
        float minScore,
        bool matchAll,
        List<PeakConnection> connections
    )
    {
        var columns = 1;
        while (start + columns < end && pairs.Sources[start + columns] == pairs.Sources[start])
            columns++;
        var cost = new double[(end - start) / columns, columns];
        for (var i = start; i < end; i++)
        {
            var score = float.IsFinite(scores[i]) ? scores[i] : -Forbidden;
            cost[(i - start) / columns, (i - start) % columns] =
                matchAll || score >= minScore ? -score : Math.Max(-minScore, 0);
        }

        var destination = Assignment.Solve(cost);
        for (var row = 0; row < destination.Length; row++)
        {
            var pair = start + row * columns + destination[row];
            if (destination[row] >= 0 && scores[pair] >= minScore)
            {
                connections.Add(
                    new(
                        (int)pairs.Samples[pair],
                        (int)pairs.Edges[pair],
                        (int)pairs.Sources[pair],
                        (int)pairs.Destinations[pair],
                        scores[pair]
                    )
                );
            }
        }
    }
}
