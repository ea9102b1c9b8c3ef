namespace Sleap.IO;

/// <summary>What the two kinds of arrays of chunk addresses have in common: blocks and pages of elements.</summary>
/// <param name="file">The file.</param>
/// <param name="place">The dataset, for messages.</param>
/// <param name="use">Gets the number of each element and a cursor over it.</param>
internal abstract class Hdf5ChunkArray(Hdf5File file, string place, Action<long, Hdf5Cursor> use)
{
    protected Hdf5File File { get; } = file;

    protected Hdf5Walk Walk { get; } = new(file, place);

    /// <summary>Address of the header, which the blocks repeat.</summary>
    protected long HeaderAddress { get; private set; }

    /// <summary>Bytes of an element.</summary>
    protected int ElementSize { get; set; }

    /// <summary>Elements in a page of a large block.</summary>
    protected long PageElements { get; set; }

    /// <summary>A cursor behind signature, version and client of the header.</summary>
    protected Hdf5Cursor Header(long address, long size, string signature, bool isFiltered)
    {
        HeaderAddress = address;
        var header = Checked(address, size);
        header.Signature(signature);
        CheckClient(header, isFiltered);
        return header;
    }

    /// <summary>A cursor behind signature, version, client and header's address of a block.</summary>
    protected Hdf5Cursor Block(long address, long size, string signature, bool isFiltered)
    {
        var block = Checked(address, size);
        block.Signature(signature);
        CheckClient(block, isFiltered);
        return block.Offset() == HeaderAddress
            ? block
            : throw block.Fault("is damaged: a block of its index of chunks belongs to another index");
    }

    protected void ReadElements(Hdf5Cursor block, long first, long count)
    {
        for (var i = 0L; i < count; i++)
            use(first + i, block.Part(ElementSize));
    }

    /// <summary>Pages of elements, each with a checksum.</summary>
    /// <param name="address">Where the first page begins.</param>
    /// <param name="first">Number of the first element.</param>
    /// <param name="count">Number of elements.</param>
    /// <param name="isWritten">Whether a page was ever written.</param>
    protected void ReadPages(long address, long first, long count, Func<long, bool> isWritten)
    {
        for (long page = 0, done = 0; done < count; page++)
        {
            var elements = Math.Min(PageElements, count - done);
            var size = (elements * ElementSize) + sizeof(uint);
            if (isWritten(page))
                ReadElements(Checked(address, size), first + done, elements);
            address += size;
            done += elements;
        }
    }

    /// <summary>A bit of a bitmap, the highest bit of a byte first.</summary>
    protected static bool IsSet(byte[] bitmap, long bit) =>
        bit / 8 < bitmap.Length && (bitmap[bit / 8] & (0x80 >> (int)(bit % 8))) != 0;

    private Hdf5Cursor Checked(long address, long size)
    {
        Walk.Enter(address, size);
        return File.Checked(address, size, place);
    }

    private static void CheckClient(Hdf5Cursor from, bool isFiltered)
    {
        if (from.U8() != 0 || from.U8() != (isFiltered ? 1 : 0))
            throw from.Fault("has an index of chunks of an unknown version or for other chunks");
    }
}

/// <summary>
/// Addresses of the chunks of a dataset that cannot grow without limit (HDF5 File Format Specification, VII.C).
/// </summary>
internal sealed class Hdf5FixedArray(Hdf5File file, string place, Action<long, Hdf5Cursor> use)
    : Hdf5ChunkArray(file, place, use)
{
    /// <summary>Reads the array at an address.</summary>
    /// <param name="address">Where its header begins.</param>
    /// <param name="isFiltered">Whether chunks are packed.</param>
    /// <param name="chunks">Number of chunks that the dataset can have.</param>
    public void Read(long address, bool isFiltered, long chunks)
    {
        var header = Header(address, 12L + File.LengthSize + File.OffsetSize, "FAHD", isFiltered);
        ElementSize = header.U8();
        int pageBits = header.U8();
        var count = header.Length();
        var blockAt = header.Offset();
        if (count != chunks || count > File.Length || pageBits > 32)
            throw header.Fault($"has {chunks} chunks and an index of {count}");
        if (blockAt < 0)
            return;
        PageElements = 1L << pageBits;
        var head = 6L + File.OffsetSize;
        if (count <= PageElements)
        {
            var size = head + (count * ElementSize) + sizeof(uint);
            ReadElements(Block(blockAt, size, "FADB", isFiltered), 0, count);
            return;
        }
        var pages = (count + PageElements - 1) / PageElements;
        var bitmapSize = (pages + 7) / 8;
        var block = Block(blockAt, head + bitmapSize + sizeof(uint), "FADB", isFiltered);
        var bitmap = block.Take((int)bitmapSize).ToArray();
        ReadPages(blockAt + head + bitmapSize + sizeof(uint), 0, count, page => IsSet(bitmap, page));
    }
}
