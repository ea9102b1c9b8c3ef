using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>How peaks and the connections between them are grouped into instances.</summary>
public enum GroupingRule
{
    /// <summary>
    /// Pairs below the minimum score are excluded from the matching of peaks. Connections are then processed by
    /// descending score, over all edges together, and join two parts of an instance unless both have the same node. All
    /// edges of the skeleton are used.
    /// </summary>
    StrongestFirst,

    /// <summary>
    /// The rule of sleap-nn 0.3.5. Pairs with low scores take part in the matching, where they can displace a good
    /// pair, and are dropped afterwards. Edges are processed breadth-first from the first root, so unconnected parts of
    /// a skeleton and second paths to a node are never used. A connection from a peak without an instance to a peak
    /// with one is dropped. If two instances claim a peak, the later connection wins.
    /// </summary>
    SleapNN,
}

/// <summary>Two peaks that belong to one instance according to the part affinity fields.</summary>
/// <param name="Sample">Sample of the batch.</param>
/// <param name="Edge">Index of the edge.</param>
/// <param name="Source">Index of the peak at the edge's source, among all peaks.</param>
/// <param name="Destination">Index of the peak at the edge's destination.</param>
/// <param name="Score">
/// Mean agreement of field and line, 1 if they agree along the whole line, minus the penalty for long edges.
/// </param>
internal readonly record struct PeakConnection(int Sample, int Edge, int Source, int Destination, float Score);

/// <summary>
/// All pairs of peaks that an edge could connect, ordered by sample, edge, source peak and destination peak.
/// </summary>
/// <param name="Samples">Sample of each pair.</param>
/// <param name="Edges">Edge of each pair.</param>
/// <param name="Sources">Index of the peak at the edge's source.</param>
/// <param name="Destinations">Index of the peak at the edge's destination.</param>
internal sealed record PeakPairs(long[] Samples, long[] Edges, long[] Sources, long[] Destinations)
{
    public int Count => Samples.Length;

    /// <param name="samples">Sample of each peak.</param>
    /// <param name="nodes">Node of each peak.</param>
    /// <param name="edges">The skeleton's edges.</param>
    public static PeakPairs Of(long[] samples, long[] nodes, IReadOnlyList<Edge> edges)
    {
        var peaks = Enumerable.Range(0, samples.Length).ToLookup(peak => (samples[peak], nodes[peak]));
        List<(long Sample, long Edge, long[] From, long[] To)> tables = [];
        foreach (var current in samples.Distinct().Order())
        {
            for (var k = 0; k < edges.Count; k++)
                tables.Add((current, k, Peaks(current, edges[k].Source), Peaks(current, edges[k].Destination)));
        }

        var count = tables.Sum(table => table.From.Length * table.To.Length);
        var pairs = new PeakPairs(new long[count], new long[count], new long[count], new long[count]);
        var at = 0;
        foreach (var (sample, edge, from, to) in tables)
        {
            foreach (var source in from)
            {
                pairs.Samples.AsSpan(at, to.Length).Fill(sample);
                pairs.Edges.AsSpan(at, to.Length).Fill(edge);
                pairs.Sources.AsSpan(at, to.Length).Fill(source);
                to.CopyTo(pairs.Destinations, at);
                at += to.Length;
            }
        }

        return pairs;

        long[] Peaks(long sample, int node) => [.. peaks[(sample, node)].Select(peak => (long)peak)];
    }
}

/// <summary>Selects connections among the pairs of peaks of each sample and edge.</summary>
internal static class PeakMatching
{
    // Cost of a pair with a NaN score (two peaks at one place): larger than all other costs together.
    private const double ForbiddenCost = 1e9;

    /// <summary>
    /// Returns the connections of at least a minimum score, with each peak at most once per edge, so that the sum of
    /// scores is largest.
    /// </summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="scores">The scores of the pairs; NaN for two peaks at one place.</param>
    /// <param name="minScore">Minimum score.</param>
    /// <param name="matchAll">
    /// Whether pairs below the minimum take part in the matching with their scores, instead of counting as no
    /// connection.
    /// </param>
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

    // Pairs of one sample and edge form a complete table of sources × destinations, in row order.
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
            var score = float.IsFinite(scores[i]) ? scores[i] : -ForbiddenCost;
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

/// <summary>Groups the peaks of one frame into instances along connections.</summary>
internal static class PartAssembly
{
    /// <summary>Joins parts by descending score of the connections, unless both have the same node.</summary>
    /// <param name="connections">Connections of one sample.</param>
    /// <param name="nodeOf">Node of each peak of the batch.</param>
    /// <returns>Instance of each peak that has a connection, numbered by their first peak.</returns>
    public static Dictionary<int, int> StrongestFirst(IReadOnlyList<PeakConnection> connections, long[] nodeOf)
    {
        var parts = new Dictionary<int, Part>(); // peak -> its part, one object for all peaks of a part
        Part PartOf(int peak) =>
            parts.TryGetValue(peak, out var part) ? part : parts[peak] = new([peak], [nodeOf[peak]]);
        foreach (var connection in connections.OrderByDescending(connection => connection.Score))
        {
            Part one = PartOf(connection.Source),
                other = PartOf(connection.Destination);
            if (one.Peaks.Count < other.Peaks.Count)
                (one, other) = (other, one);
            if (ReferenceEquals(one, other) || one.Nodes.Overlaps(other.Nodes))
                continue;
            foreach (var peak in other.Peaks)
                parts[peak] = one;
            one.Peaks.AddRange(other.Peaks);
            one.Nodes.UnionWith(other.Nodes);
        }

        var instanceOf = new Dictionary<int, int>();
        var instances = 0;
        foreach (var peak in parts.Keys.Order())
        {
            if (instanceOf.ContainsKey(peak) || parts[peak].Peaks.Count < 2)
                continue;
            foreach (var member in parts[peak].Peaks)
                instanceOf[member] = instances;
            instances++;
        }

        return instanceOf;
    }

    private sealed record Part(List<int> Peaks, HashSet<long> Nodes);

    /// <summary>Groups as sleap-nn 0.3.5 does, see <see cref="GroupingRule.SleapNN"/>.</summary>
    /// <param name="connections">Connections of one sample, edge by edge in the order of the edges.</param>
    /// <param name="nodeOf">Node of each peak of the batch.</param>
    /// <returns>Instance of each peak, in the order in which peaks were first assigned.</returns>
    public static IReadOnlyList<KeyValuePair<int, int>> SleapNN(IEnumerable<PeakConnection> connections, long[] nodeOf)
    {
        var instanceOf = new OrderedDictionary<int, int>();
        var instances = 0;
        foreach (var connection in connections)
        {
            (var source, var destination) = (connection.Source, connection.Destination);
            var known = instanceOf.TryGetValue(source, out var instance);
            if (!instanceOf.TryGetValue(destination, out var before))
            {
                if (!known)
                    instanceOf.Add(source, instance = instances++);
                instanceOf.Add(destination, instance);
            }
            else if (known && before != instance)
            {
                instanceOf[destination] = instance;
                Join(instanceOf, before, instance, nodeOf);
            }
        }

        return instanceOf;
    }

    // Merges two instances that share no node.
    private static void Join(OrderedDictionary<int, int> instanceOf, int from, int to, long[] nodeOf)
    {
        int[] moving = [.. instanceOf.Where(pair => pair.Value == from).Select(pair => pair.Key)];
        var nodes = instanceOf.Where(pair => pair.Value == to).Select(pair => nodeOf[pair.Key]).ToHashSet();
        if (moving.Any(peak => nodes.Contains(nodeOf[peak])))
            return;
        foreach (var peak in moving)
            instanceOf[peak] = to;
    }
}

/// <summary>The order in which sleap-nn processes a skeleton's edges.</summary>
internal static class EdgeOrder
{
    /// <summary>
    /// Returns the edges breadth-first from the root: the first node, in the order of the edges, that no edge leads to,
    /// or the first node if an edge leads to every node. Edges to a node already reached, and edges that are not
    /// reached, are left out.
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
