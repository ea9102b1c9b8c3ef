using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>Who a model is of.</summary>
/// <param name="Skeleton">The nodes it finds and the edges between them.</param>
/// <param name="Classes">The animals it tells apart by name; empty where it tells none.</param>
internal sealed record PoseSubject(Skeleton Skeleton, IReadOnlyList<string> Classes)
{
    /// <summary>
    /// Stands for the animals that are not known before labels are read: enough to check options and announce types.
    /// </summary>
    public static PoseSubject Unknown { get; } = new(new Skeleton("", ["a", "b"], [new Edge(0, 1)]), ["class"]);
}
