namespace Sleap.IO;

/// <summary>
/// Guards a walk through blocks that name each other by address. No two blocks of an undamaged file share bytes: a walk
/// comes to none twice, and reads no more bytes than the file has.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="place">The object, for messages.</param>
internal sealed class Hdf5Walk(Hdf5File file, string place)
{
    private HashSet<long>? _visited;
    private long _first = -1;
    private long _left = file.Length;

    /// <summary>Enters a block.</summary>
    /// <exception cref="PoseFormatException">The walk was there already, or has read too much.</exception>
    public void Enter(long address, long size)
    {
        // Most walks have one block.
        if (_first < 0)
            _first = address;
        else if (!(_visited ??= [_first]).Add(address))
            throw file.Fault(place, $"is damaged: the block at the byte {address} leads back to itself");
        Spend(size);
    }

    /// <summary>Counts bytes that belong to one block only, without keeping where they lie.</summary>
    public void Spend(long size)
    {
        if (size < 0 || size > _left)
            throw file.Fault(place, "is damaged: its blocks have more bytes than the file");
        file.SpendMetadata(size, place);
        _left -= size;
    }
}
