namespace Sleap.MLNet;

/// <summary>Two peaks that a part affinity field says belong to one animal.</summary>
/// <param name="Sample">Sample of the batch.</param>
/// <param name="Edge">Number of the edge.</param>
/// <param name="Source">The peak at the edge's source, counted among all peaks.</param>
/// <param name="Destination">The peak at its destination.</param>
/// <param name="Score">How well field and line agree: 1 if all along the line, less what the line is too long.</param>
internal readonly record struct PeakConnection(int Sample, int Edge, int Source, int Destination, float Score);
