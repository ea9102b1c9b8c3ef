namespace Sleap.IO;

/// <summary>One column of numbers in a DeepLabCut table.</summary>
internal sealed record DeepLabCutColumn(int Position, string Individual, string Node, string Coordinate)
{
    /// <summary>What messages call it.</summary>
    public string Name { get; } = $"{Individual} {Node} {Coordinate}".Trim();
}
