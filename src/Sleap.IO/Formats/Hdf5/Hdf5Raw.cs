namespace Sleap.IO;

/// <summary>
/// The content of a dataset or attribute as it is stored, to be written elsewhere without being understood.
/// </summary>
/// <param name="Type">What the elements are.</param>
/// <param name="TypeMessage">The same as the file spells it.</param>
/// <param name="Sizes">Sizes, rows first; empty for a scalar.</param>
/// <param name="Bytes">The elements; empty when they are of variable length.</param>
/// <param name="Items">Each element of variable length; empty otherwise.</param>
internal sealed record Hdf5Raw(Hdf5Type Type, byte[] TypeMessage, long[] Sizes, byte[] Bytes, byte[][] Items)
{
    /// <summary>Sizes of a chunk; empty when the elements lie in one piece.</summary>
    public int[] Chunk { get; init; } = [];

    /// <summary>Whether chunks were packed.</summary>
    public bool IsPacked { get; init; }
}
