namespace Sleap.IO;

/// <summary>Two nodes that change places when the animal is mirrored, as a left and a right ear do.</summary>
/// <param name="First">Position of one node in <see cref="Skeleton.Nodes"/>; in a skeleton the smaller of the
/// two.</param>
/// <param name="Second">Position of the other node.</param>
public readonly record struct Symmetry(int First, int Second);
