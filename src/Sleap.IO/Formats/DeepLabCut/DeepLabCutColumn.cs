namespace Sleap.IO;

/// <summary>One column of numbers in a DeepLabCut table.</summary>
internal sealed record DeepLabCutColumn(int Position, string Individual, string Node, string Coordinate);
