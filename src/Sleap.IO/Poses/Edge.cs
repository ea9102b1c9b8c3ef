namespace Sleap.IO;

/// <summary>A body edge between two nodes of a skeleton.</summary>
/// <param name="Source">Position of the node the edge starts from in <see cref="Skeleton.Nodes"/>.</param>
/// <param name="Destination">Position of the node the edge leads to.</param>
public readonly record struct Edge(int Source, int Destination);
