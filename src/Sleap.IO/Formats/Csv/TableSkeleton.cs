using System.Runtime.CompilerServices;

namespace Sleap.IO;

/// <summary>The skeleton of tables, which name nodes and nothing else.</summary>
internal static class TableSkeleton
{
    private const int MaxNodes = 10_000;
    private const long MaxPoints = 1L << 24;

    /// <summary>
    /// The skeleton asked for, when it has every node of the file; otherwise one of the file's nodes in their order.
    /// </summary>
    /// <exception cref="PoseFormatException">The file has a node that the skeleton lacks.</exception>
    public static Skeleton Choose(Skeleton? asked, IReadOnlyCollection<string> nodes, string path)
    {
        if (nodes.Count > MaxNodes)
        {
            throw new PoseFormatException(
                path,
                null,
                $"it names {nodes.Count:N0} nodes, and at most {MaxNodes:N0} are read."
            );
        }

        if (asked is null)
            return Skeleton.FromFile(path, "node names", "", nodes);
        var unknown = nodes.Where(n => asked.IndexOf(n) < 0).ToList();
        return unknown.Count == 0
            ? asked
            : throw new PoseFormatException(
                path,
                null,
                $"the nodes {OneLine.Some(unknown)} are not in the skeleton '{asked.Name}' "
                    + $"({OneLine.Some(asked.Nodes)})."
            );
    }

    /// <summary>
    /// Refuses a small file that would need much memory: each row may name a new node and begin a new instance.
    /// </summary>
    /// <param name="instances">Instances of the file, at most.</param>
    /// <param name="skeleton">Their skeleton.</param>
    /// <param name="numbers">Rows, or cells where a row has many points.</param>
    /// <param name="path">The file.</param>
    public static void CheckPoints(long instances, Skeleton skeleton, long numbers, string path)
    {
        var points = instances * skeleton.Nodes.Length;
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;
        if (points > Math.Min(MaxPoints + (100 * numbers), memory / Unsafe.SizeOf<Point>()))
        {
            throw new PoseFormatException(
                path,
                null,
                $"it names {instances:N0} instances of {skeleton.Nodes.Length:N0} nodes, more points than the file or "
                    + "the memory can hold."
            );
        }
    }
}
