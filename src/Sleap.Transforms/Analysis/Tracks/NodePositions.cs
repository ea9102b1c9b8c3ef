using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Finds the nodes that options name.</summary>
internal static class NodePositions
{
    /// <exception cref="ArgumentException">The skeleton has no such node.</exception>
    public static int Of(Skeleton skeleton, string node, string component)
    {
        var position = skeleton.IndexOf(node);
        return position >= 0
            ? position
            : throw new ArgumentException(
                $"{component}: the skeleton has no node '{node}'. It has: {string.Join(", ", skeleton.Nodes)}."
            );
    }

    /// <summary>−1 for no node.</summary>
    public static int OfOptional(Skeleton skeleton, string? node, string component) =>
        node is null ? -1 : Of(skeleton, node, component);

    public static int[] Of(Skeleton skeleton, IEnumerable<string> nodes, string component) =>
        [.. nodes.Select(node => Of(skeleton, node, component))];
}
