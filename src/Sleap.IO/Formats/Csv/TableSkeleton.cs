namespace Sleap.IO;

/// <summary>The skeleton of tables, which name nodes and nothing else.</summary>
internal static class TableSkeleton
{
    private const int MaxNodes = 10_000;
    private const long MaxPoints = 1L << 26;

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
                $"the nodes {string.Join(", ", unknown)} are not in the skeleton '{asked.Name}' "
                    + $"({string.Join(", ", asked.Nodes)})."
            );
    }

    /// <summary>
    /// Refuses a small file that would need much memory: each row may name a new node and begin a new instance.
    /// </summary>
    public static void CheckPoints(long instances, Skeleton skeleton, long rows, string path)
    {
        var points = instances * skeleton.Nodes.Length;
        if (points > MaxPoints + (100 * rows))
        {
            throw new PoseFormatException(
                path,
                null,
                $"{rows:N0} rows name {instances:N0} instances of {skeleton.Nodes.Length:N0} nodes; so few rows cannot "
                    + "hold so many points."
            );
        }
    }
}
