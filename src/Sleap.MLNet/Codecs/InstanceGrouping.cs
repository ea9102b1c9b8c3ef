using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>
/// Puts peaks together to animals along connections, as sleap-nn does: edges breadth first from the root of the skeleton, so that each
/// connection grows an animal that is there, starts one, or joins two that share no node.
/// </summary>
internal sealed class InstanceGrouping
{
    private readonly Edge[] _edges;
    private readonly int[] _order;
    private readonly int _nodes;

    /// <param name="edges">The skeleton's edges.</param>
    /// <param name="nodes">The skeleton's number of nodes.</param>
    public InstanceGrouping(IEnumerable<Edge> edges, int nodes)
    {
        _edges = [.. edges];
        _order = BreadthFirst(_edges);
        _nodes = nodes;
    }

    /// <summary>Least number of peaks of an animal.</summary>
    public int MinPeaks { get; init; }

    /// <summary>The edges that are followed, in order. Those not reached from the root, and the second edge into a node, are left out.</summary>
    public IReadOnlyList<int> EdgeOrder => _order;

    /// <summary>The animals of each image.</summary>
    /// <param name="connections">Of all images, by image, edge and source peak.</param>
    /// <param name="peakNodes">Node of each peak.</param>
    /// <param name="images">How many images.</param>
    /// <returns>Of each image its animals: for each node the peak, −1 = missing; and the sum of the scores of the connections.</returns>
    public List<(int[] Peaks, float Score)>[] Group(IReadOnlyList<PeakConnection> connections, long[] peakNodes, int images)
    {
        var result = new List<(int[], float)>[images];
        var byImage = connections.ToLookup(connection => connection.Sample);
        for (var image = 0; image < images; image++) result[image] = GroupOne(byImage[image].ToLookup(connection => connection.Edge), peakNodes);
        return result;
    }

    private List<(int[], float)> GroupOne(ILookup<int, PeakConnection> connections, long[] peakNodes)
    {
        var instanceOf = new Dictionary<int, int>();
        var next = 0;
        foreach (var edge in _order)
            foreach (var connection in connections[edge])
                Join(connection, instanceOf, peakNodes, ref next);

        var animals = new Dictionary<int, (int[] Peaks, float Score)>();
        foreach (var (peak, instance) in instanceOf)
        {
            if (!animals.TryGetValue(instance, out var animal)) animals[instance] = animal = (Missing(), 0);
            animal.Peaks[peakNodes[peak]] = peak;
        }
        foreach (var edge in _order)
            foreach (var connection in connections[edge])
                if (instanceOf.TryGetValue(connection.Source, out var instance))
                    animals[instance] = animals[instance] with { Score = animals[instance].Score + connection.Score };
        return [.. animals.OrderBy(animal => animal.Key).Select(animal => animal.Value).Where(animal => animal.Peaks.Count(peak => peak >= 0) >= MinPeaks)];
    }

    private static void Join(PeakConnection connection, Dictionary<int, int> instanceOf, long[] peakNodes, ref int next)
    {
        var (sourceKnown, targetKnown) = (instanceOf.TryGetValue(connection.Source, out var source), instanceOf.TryGetValue(connection.Destination, out var target));
        if (!sourceKnown)
        {
            if (targetKnown) return; // the target has its animal already
            instanceOf[connection.Source] = instanceOf[connection.Destination] = next++;
            return;
        }
        instanceOf[connection.Destination] = source;
        if (!targetKnown || source == target) return;
        int[] others = [.. instanceOf.Where(entry => entry.Value == target).Select(entry => entry.Key)];
        var own = instanceOf.Where(entry => entry.Value == source).Select(entry => peakNodes[entry.Key]).ToHashSet();
        if (others.Any(peak => own.Contains(peakNodes[peak]))) return;
        foreach (var peak in others) instanceOf[peak] = source;
    }

    private int[] Missing()
    {
        var peaks = new int[_nodes];
        Array.Fill(peaks, -1);
        return peaks;
    }

    private static int[] BreadthFirst(Edge[] edges)
    {
        // The root is the first node, as edges name them, that no edge leads to.
        var roots = edges.SelectMany(edge => new[] { edge.Source, edge.Destination }).Where(node => !edges.Any(edge => edge.Destination == node)).ToArray();
        if (roots.Length == 0) return [.. Enumerable.Range(0, edges.Length)]; // a ring has no root
        var (order, reached, queue) = (new List<int>(), new HashSet<int> { roots[0] }, new Queue<int>([roots[0]]));
        while (queue.TryDequeue(out var node))
        {
            for (var edge = 0; edge < edges.Length; edge++)
            {
                if (edges[edge].Source != node || !reached.Add(edges[edge].Destination)) continue;
                order.Add(edge);
                queue.Enqueue(edges[edge].Destination);
            }
        }
        return [.. order];
    }
}
