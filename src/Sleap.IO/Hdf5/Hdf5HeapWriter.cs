namespace Sleap.IO;

/// <summary>
/// Writes elements of variable length into global heaps (HDF5 File Format Specification, III.E): collections of 4096
/// bytes, which is the least, and larger ones for single large elements.
/// </summary>
internal sealed class Hdf5HeapWriter(Hdf5Output output)
{
    private const int HeadSize = 16;
    private const int CollectionSize = 4096;

    private Hdf5Bytes? _open;
    private long _address;
    private int _count;

    /// <summary>Puts elements into the heap; gives back how they stand in a dataset.</summary>
    /// <param name="items">The bytes of each.</param>
    /// <param name="itemSize">Bytes of an item of an element; 1 for text.</param>
    /// <param name="name">The dataset or attribute, for messages.</param>
    public byte[] Add(IReadOnlyList<byte[]> items, int itemSize, string name)
    {
        var elements = new Hdf5Bytes();
        foreach (var item in items)
        {
            var (address, index) = item.Length == 0 ? (0, 0) : Add(item, name);
            elements.U32(item.Length / itemSize).I64(address).U32(index);
        }
        return elements.ToArray();
    }

    /// <summary>Writes the collection that still has room.</summary>
    public void Flush()
    {
        if (_open is null)
            return;
        var free = CollectionSize - _open.Length;
        // Object 0 is what is left free, if that is as long as its head.
        if (free >= HeadSize)
            _open.Zeros(8).I64(free);
        _open.Zeros(CollectionSize - _open.Length);
        output.Write(_address, _open.Span, "the heap of texts");
        _open = null;
    }

    private (long Address, int Index) Add(byte[] item, string name)
    {
        var size = HeadSize + ((item.Length + 7) & ~7);
        if (HeadSize + size > CollectionSize)
            return (output.Add(Append(Begin(HeadSize + size), 1, item).Span, name), 1);
        if (_open is not null && _open.Length + size > CollectionSize)
            Flush();
        if (_open is null)
        {
            (_open, _count) = (Begin(CollectionSize), 0);
            _address = output.Allocate(CollectionSize);
        }
        Append(_open, ++_count, item);
        return (_address, _count);
    }

    private static Hdf5Bytes Begin(long size) => new Hdf5Bytes().Ascii("GCOL").U8(1).Zeros(3).I64(size);

    private static Hdf5Bytes Append(Hdf5Bytes collection, int index, byte[] item) =>
        collection.U16(index).U16(1).U32(0).I64(item.Length).Add(item).Pad();
}
