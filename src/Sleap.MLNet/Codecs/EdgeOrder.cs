using Sleap.IO;

namespace Sleap.MLNet;

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
