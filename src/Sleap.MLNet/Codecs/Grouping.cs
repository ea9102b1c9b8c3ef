using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>How peaks and the connections between them become animals.</summary>
public enum GroupingRule
{
    /// <summary>
    /// Pairs below the least score don't count when peaks are matched. Then connections are taken by falling score,
    /// whichever edge they are of, and two parts of an animal are joined unless both have the same node. Every edge of
    /// the skeleton is used.
    /// </summary>
    StrongestFirst,

    /// <summary>
    /// As sleap-nn 0.3.5. Pairs that are dropped afterwards for their low score still take part in the matching and can
    /// displace a good one. Edges are taken breadth-first from the first root, so that a skeleton's other parts and
    /// second ways to a node are never used; a connection from a peak not yet known to a known one is dropped; where
    /// two animals claim a peak, the later connection has it.
    /// </summary>
    SleapNN,
}

/// <summary>Two peaks that a part affinity field says belong to one animal.</summary>
/// <param name="Sample">Sample of the batch.</param>
/// <param name="Edge">Number of the edge.</param>
/// <param name="Source">The peak at the edge's source, counted among all peaks.</param>
/// <param name="Destination">The peak at its destination.</param>
/// <param name="Score">How well field and line agree: 1 if all along the line, less what the line is too long.</param>
internal readonly record struct PeakConnection(int Sample, int Edge, int Source, int Destination, float Score);

/// <summary>
/// All pairs of peaks that an edge could connect, ordered by sample, edge, source peak and destination peak.
/// </summary>
/// <param name="Samples">Sample of each pair.</param>
/// <param name="Edges">Edge of each pair.</param>
/// <param name="Sources">Peak at the edge's source.</param>
/// <param name="Destinations">Peak at its destination.</param>
internal sealed record PeakPairs(long[] Samples, long[] Edges, long[] Sources, long[] Destinations)
{
    public int Count => Samples.Length;

    /// <param name="samples">Sample of each peak.</param>
    /// <param name="nodes">Node of each peak.</param>
    /// <param name="edges">The skeleton's edges.</param>
    public static PeakPairs Of(long[] samples, long[] nodes, IReadOnlyList<Edge> edges)
    {
        var peaks = Enumerable.Range(0, samples.Length).ToLookup(peak => (samples[peak], nodes[peak]));
        List<long> sample = [],
            edge = [],
            source = [],
            destination = [];
        foreach (var current in samples.Distinct().Order())
        {
            for (var k = 0; k < edges.Count; k++)
            {
                foreach (var from in peaks[(current, edges[k].Source)])
                {
                    foreach (var to in peaks[(current, edges[k].Destination)])
                    {
                        sample.Add(current);
                        edge.Add(k);
                        source.Add(from);
                        destination.Add(to);
                    }
                }
            }
        }

        return new PeakPairs([.. sample], [.. edge], [.. source], [.. destination]);
    }
}

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

/// <summary>Puts the peaks of one frame together to animals along connections.</summary>
internal static class PartAssembly
{
    /// <summary>Joins parts by falling score of the connections, unless both have the same node.</summary>
    /// <param name="connections">Of one sample.</param>
    /// <param name="nodeOf">Node of each peak of the batch.</param>
    /// <returns>Animal of each peak in a connection, numbered by their first peak.</returns>
    public static Dictionary<int, int> StrongestFirst(IReadOnlyList<PeakConnection> connections, long[] nodeOf)
    {
        var parts = new Dictionary<int, List<int>>(); // peak -> the peaks of its part, one list for all of them
        List<int> PartOf(int peak) => parts.TryGetValue(peak, out var part) ? part : parts[peak] = [peak];
        foreach (var connection in connections.OrderByDescending(connection => connection.Score))
        {
            List<int> one = PartOf(connection.Source),
                other = PartOf(connection.Destination);
            if (ReferenceEquals(one, other) || one.Any(peak => other.Any(rival => nodeOf[rival] == nodeOf[peak])))
                continue;
            if (one.Count < other.Count)
                (one, other) = (other, one);
            foreach (var peak in other)
                parts[peak] = one;
            one.AddRange(other);
        }

        var animalOf = new Dictionary<int, int>();
        var animals = 0;
        foreach (var peak in parts.Keys.Order())
        {
            if (animalOf.ContainsKey(peak) || parts[peak].Count < 2)
                continue;
            foreach (var member in parts[peak])
                animalOf[member] = animals;
            animals++;
        }

        return animalOf;
    }

    /// <summary>As sleap-nn 0.3.5 does: see <see cref="GroupingRule.SleapNN"/>.</summary>
    /// <param name="connections">Of one sample, edge by edge in the order of the edges.</param>
    /// <param name="nodeOf">Node of each peak of the batch.</param>
    /// <returns>Animal of each peak, in the order in which peaks were first given one.</returns>
    public static IReadOnlyList<KeyValuePair<int, int>> SleapNN(IEnumerable<PeakConnection> connections, long[] nodeOf)
    {
        var animalOf = new OrderedDictionary<int, int>();
        var animals = 0;
        foreach (var connection in connections)
        {
            (var source, var destination) = (connection.Source, connection.Destination);
            var known = animalOf.TryGetValue(source, out var animal);
            if (!animalOf.TryGetValue(destination, out var before))
            {
                if (!known)
                    animalOf.Add(source, animal = animals++);
                animalOf.Add(destination, animal);
            }
            else if (known && before != animal)
            {
                animalOf[destination] = animal;
                Join(animalOf, before, animal, nodeOf);
            }
        }

        return animalOf;
    }

    // Two animals that share no node are one.
    private static void Join(OrderedDictionary<int, int> animalOf, int from, int to, long[] nodeOf)
    {
        int[] moving = [.. animalOf.Where(pair => pair.Value == from).Select(pair => pair.Key)];
        var nodes = animalOf.Where(pair => pair.Value == to).Select(pair => nodeOf[pair.Key]).ToHashSet();
        if (moving.Any(peak => nodes.Contains(nodeOf[peak])))
            return;
        foreach (var peak in moving)
            animalOf[peak] = to;
    }
}

/// <summary>The order that sleap-nn takes a skeleton's edges in.</summary>
internal static class EdgeOrder
{
    /// <summary>
    /// Breadth-first from the first node, as the edges name them, that no edge leads to; edges that lead to a node
    /// already reached, and those not reached, are not in it. Where every node has an edge leading to it, from the
    /// first.
    /// </summary>
    public static int[] BreadthFirst(IReadOnlyList<Edge> edges)
    {
        if (edges.Count == 0)
            return [];
        int[] nodes = [.. edges.SelectMany(edge => new[] { edge.Source, edge.Destination }).Distinct()];
        var targets = edges.Select(edge => edge.Destination).ToHashSet();
        var root = nodes.Where(node => !targets.Contains(node)).Append(nodes[0]).First();
        var order = new List<int>();
        var reached = new HashSet<int> { root };
        var queue = new Queue<int>([root]);
        while (queue.TryDequeue(out var node))
        {
            for (var k = 0; k < edges.Count; k++)
            {
                if (edges[k].Source != node || !reached.Add(edges[k].Destination))
                    continue;
                order.Add(k);
                queue.Enqueue(edges[k].Destination);
            }
        }

        return [.. order];
    }
}
