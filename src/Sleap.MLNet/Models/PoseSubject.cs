using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>What a model is of.</summary>
/// <param name="Skeleton">The nodes it finds and the edges between them.</param>
/// <param name="Classes">Names of the instances that it tells apart; empty where it tells none.</param>
internal sealed record PoseSubject(Skeleton Skeleton, IReadOnlyList<string> Classes)
{
    /// <summary>
    /// Stands for the subject before labels are read: enough to check options and to announce column types.
    /// </summary>
    public static PoseSubject Placeholder { get; } = new(new Skeleton("", ["a", "b"], [new Edge(0, 1)]), ["class"]);
}
