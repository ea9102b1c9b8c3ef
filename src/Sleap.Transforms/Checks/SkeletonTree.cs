using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Whether the edges of a skeleton connect its nodes to one tree.</summary>
internal sealed class SkeletonTree
{
    public SkeletonTree(Skeleton skeleton)
    {
        var (nodes, edges) = (skeleton.Nodes, skeleton.Edges);
        // The part of each node: the lowest node that it is connected to.
        int[] part = [.. Enumerable.Range(0, nodes.Length)];
        List<string> closing = [];
        foreach (var edge in edges)
        {
            int from = part[edge.Source],
                to = part[edge.Destination];
            if (from == to)
            {
                closing.Add($"{nodes[edge.Source]} - {nodes[edge.Destination]}");
                continue;
            }

            for (var node = 0; node < part.Length; node++)
            {
                if (part[node] == Math.Max(from, to))
                    part[node] = Math.Min(from, to);
            }
        }

        Alone = [.. nodes.Where((_, node) => part.Count(other => other == part[node]) == 1)];
        Parts = part.Distinct().Count();
        Closing = closing;
    }

    /// <summary>The nodes that no edge reaches.</summary>
    public IReadOnlyList<string> Alone { get; }

    /// <summary>Number of separate parts, a node without edges counted as one.</summary>
    public int Parts { get; }

    /// <summary>The edges that close a cycle.</summary>
    public IReadOnlyList<string> Closing { get; }

    /// <summary>What is wrong, one text each, such as "the edges have a cycle, closed by a - b".</summary>
    public IEnumerable<string> Faults()
    {
        if (Alone.Count > 0)
            yield return $"no edge reaches {string.Join(", ", Alone.Select(name => $"'{name}'"))}";
        else if (Parts > 1)
            yield return $"the edges connect the nodes to {Parts} separate parts";
        if (Closing.Count > 0)
            yield return $"the edges have a cycle, closed by {string.Join(", ", Closing)}";
    }
}
