using System.Numerics;

namespace Sleap.IO;

/// <summary>
/// Addresses of the chunks of a dataset that can grow along one axis (HDF5 File Format Specification, VII.D). The first
/// ones lie in an index block, the next ones in data blocks that it names, and all further ones in data blocks that
/// super blocks name. Blocks become larger: those of super block u have 2^((u + 1) / 2) times as many elements as the
/// smallest, and there are 2^(u / 2) of them, in whole numbers.
/// </summary>
internal sealed class Hdf5ExtensibleArray(Hdf5File file, string place, Action<long, Hdf5Cursor> use)
    : Hdf5ChunkArray(file, place, use)
{
    private const int MaxBits = 62;

    private bool _isFiltered;
    private int _offsetSize;
    private long _smallestBlock;

    /// <summary>Reads the array at an address.</summary>
    /// <param name="address">Where its header begins.</param>
    /// <param name="isFiltered">Whether chunks are packed.</param>
    public void Read(long address, bool isFiltered)
    {
        _isFiltered = isFiltered;
        var header = Header(address, 16L + (6 * File.LengthSize) + File.OffsetSize, "EAHD", isFiltered);
        ElementSize = header.U8();
        int bits = header.U8();
        int indexElements = header.U8();
        _smallestBlock = header.U8();
        int smallestSuper = header.U8();
        int pageBits = header.U8();
        header.Skip(6 * File.LengthSize);
        var indexAt = header.Offset();
        var supers = 1 + bits - BitOperations.Log2((ulong)Math.Max(1, _smallestBlock));
        // The data blocks of the first super blocks are named by the index block itself.
        var direct = 2 * BitOperations.Log2((uint)Math.Max(1, smallestSuper));
        if (
            bits is 0 or > MaxBits
            || pageBits > 32
            || !BitOperations.IsPow2(_smallestBlock)
            || !BitOperations.IsPow2(smallestSuper)
            || direct > supers
        )
        {
            throw header.Fault("has a damaged index of chunks");
        }

        if (indexAt < 0)
            return;
        PageElements = 1L << pageBits;
        _offsetSize = (bits + 7) / 8;
        var addresses = (2 * (smallestSuper - 1)) + supers - direct;
        var size = 10L + File.OffsetSize + (indexElements * ElementSize) + ((long)addresses * File.OffsetSize);
        var index = Block(indexAt, size, "EAIB", isFiltered);
        ReadElements(index, 0, indexElements);
        long first = indexElements;
        for (var super = 0; super < supers; super++)
        {
            var (blocks, elements) = (1L << (super / 2), _smallestBlock << ((super + 1) / 2));
            if (super < direct)
            {
                for (var i = 0L; i < blocks; i++)
                    ReadBlock(index.Offset(), first + (i * elements), elements, _ => true);
            }
            else
            {
                ReadSuper(index.Offset(), first, blocks, elements);
            }

            first += blocks * elements;
        }
    }

    private void ReadSuper(long address, long first, long blocks, long elements)
    {
        if (address < 0)
            return;
        // Which pages of its data blocks were written.
        var pages = elements > PageElements ? elements / PageElements : 0;
        var bitmapSize = blocks * ((pages + 7) / 8);
        var size = 10L + File.OffsetSize + _offsetSize + bitmapSize + (blocks * File.OffsetSize);
        var super = Block(address, size, "EASB", _isFiltered);
        super.Skip(_offsetSize);
        var bitmap = super.Take((int)bitmapSize).ToArray();
        for (var i = 0L; i < blocks; i++)
        {
            var block = i;
            ReadBlock(
                super.Offset(),
                first + (block * elements),
                elements,
                page => IsSet(bitmap, (block * pages) + page)
            );
        }
    }

    private void ReadBlock(long address, long first, long elements, Func<long, bool> isWritten)
    {
        if (address < 0)
            return;
        var head = 6L + File.OffsetSize + _offsetSize;
        if (elements <= PageElements)
        {
            var block = Block(address, head + (elements * ElementSize) + sizeof(uint), "EADB", _isFiltered);
            block.Skip(_offsetSize);
            ReadElements(block, first, elements);
            return;
        }
        Block(address, head + sizeof(uint), "EADB", _isFiltered);
        ReadPages(address + head + sizeof(uint), first, elements, isWritten);
    }
}
