namespace Sleap.IO;

/// <summary>The skeleton of tables, which name nodes and nothing else.</summary>
internal static class CsvSkeleton
{
    /// <summary>
    /// The skeleton asked for, when it has every node of the file; otherwise one of the file's nodes in their order.
    /// </summary>
    /// <exception cref="PoseFormatException">The file has a node that the skeleton lacks.</exception>
    public static Skeleton Choose(Skeleton? asked, IEnumerable<string> nodes, string path)
    {
        if (asked is null)
        {
            try
            {
                return new Skeleton("", nodes);
            }
            catch (ArgumentException fault)
            {
                throw new PoseFormatException(path, "node names", fault.Message, fault);
            }
        }
        var unknown = nodes.Where(n => asked.IndexOf(n) < 0).ToList();
        return unknown.Count == 0
            ? asked
            : throw new PoseFormatException(
                path,
                null,
                $"the nodes {string.Join(", ", unknown)} are not in the "
                    + $"skeleton '{asked.Name}' ({string.Join(", ", asked.Nodes)})."
            );
    }
}
