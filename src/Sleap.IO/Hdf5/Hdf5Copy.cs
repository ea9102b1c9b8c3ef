namespace Sleap.IO;

/// <summary>
/// Copies objects from one HDF5 file to another as they are: groups, datasets and attributes of any type but
/// references.
/// </summary>
/// <param name="from">The file to copy from.</param>
/// <param name="to">The file to copy to.</param>
/// <param name="changed">Datasets by name that are written instead of those of the file.</param>
internal sealed class Hdf5Copy(Hdf5Reader from, Hdf5Writer to, IReadOnlyDictionary<string, Hdf5Raw>? changed = null)
{
    private const int MaxDepth = 16;
    private const int MaxObjects = 100_000;
    private const int MaxName = 1024;

    private int _objects;

    /// <summary>What could not be copied and why, one sentence each.</summary>
    public List<string> Remarks { get; } = [];

    /// <summary>Copies an object with everything in it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="copied">The name of the copy; null: the same.</param>
    public void Copy(string name, string? copied = null) => Copy(name, copied ?? name, MaxDepth);

    private void Copy(string name, string copied, int depth)
    {
        try
        {
            Count(name, depth);
            if (from.IsDataset(name))
            {
                to.Raw(copied, changed?.GetValueOrDefault(name) ?? from.ReadRaw(name, leavesUnwritten: true));
            }
            else
            {
                to.Group(copied);
                foreach (var (link, target) in from.Links(name))
                {
                    Count($"{name}/{link}", depth);
                    Remarks.Add($"{name}/{link}: is a link to {OneLine.Short(target)}, and links are not copied.");
                }
                foreach (var member in from.Members(name))
                    Copy($"{name}/{member}", $"{copied}/{member}", depth - 1);
            }
            foreach (var (attribute, value) in from.ReadRawAttributes(name))
                to.RawAttribute(copied, attribute, value);
        }
        catch (Exception fault) when (fault is PoseFormatException or IOException)
        {
            if (_objects <= MaxObjects)
            {
                Remarks.Add(
                    $"{OneLine.Short(name)}: cannot be copied ({(fault as PoseFormatException)?.Cause ?? fault.Message})"
                );
            }
        }
    }

    private void Count(string name, int depth)
    {
        if (++_objects > MaxObjects || depth == 0 || name.Length > MaxName)
            throw new PoseFormatException(from.Path, OneLine.Short(name), "lies in groups without end.");
    }
}

/// <summary>
/// The content of a dataset or attribute as it is stored, to be written elsewhere without being understood.
/// </summary>
/// <param name="Type">What the elements are.</param>
/// <param name="TypeMessage">The same as the file spells it.</param>
/// <param name="Sizes">Sizes, rows first; empty for a scalar.</param>
/// <param name="Bytes">The elements; empty when they are of variable length, or none was written.</param>
/// <param name="Items">Each element of variable length; empty otherwise.</param>
internal sealed record Hdf5Raw(Hdf5Type Type, byte[] TypeMessage, long[] Sizes, byte[] Bytes, byte[][] Items)
{
    /// <summary>Sizes of a chunk; empty when the elements lie in one piece.</summary>
    public int[] Chunk { get; init; } = [];

    /// <summary>Whether chunks were packed.</summary>
    public bool IsPacked { get; init; }
}
