using System.Numerics;

namespace Sleap.IO;

/// <summary>
/// A heap in which a group keeps its links, or an object its attributes, when they are many or large (HDF5 File Format
/// Specification, III.G).
/// </summary>
internal sealed class Hdf5FractalHeap
{
    private const int MaxIdSize = 64;

    private readonly Hdf5File _file;
    private readonly string _place;
    private readonly Hdf5Walk _walk;
    private readonly Hdf5Walk _objects;
    private readonly long _address;
    private readonly int _idSize;
    private readonly bool _isChecked;
    private readonly int _width;
    private readonly long _startSize;
    private readonly long _maxDirectSize;
    private readonly int _offsetSize;
    private readonly int _lengthSize;
    private readonly long _hugeTree;

    // Blocks of objects: where each begins among the bytes of the heap, and in the file.
    private readonly SortedList<long, (long Address, long Size)> _blocks = [];
    private readonly HashSet<long> _checkedBlocks = [];
    private Dictionary<long, (long Address, long Size)>? _huge;

    /// <summary>Reads the header of a heap and finds its blocks.</summary>
    /// <param name="file">The file.</param>
    /// <param name="address">Where the header begins.</param>
    /// <param name="place">The object, for messages.</param>
    public Hdf5FractalHeap(Hdf5File file, long address, string place)
    {
        (_file, _place, _address) = (file, place, address);
        (_walk, _objects) = (new Hdf5Walk(file, place), new Hdf5Walk(file, place));
        var size = 26L + (12 * file.LengthSize) + (3 * file.OffsetSize);
        // With filters, the header is longer: its beginning says so, before the checksum can be found.
        var start = file.Cursor(address, size, place);
        start.Signature("FRHP");
        if (start.U8() is not 0 and var version)
            throw start.Fault($"has a heap of version {version}");
        start.Skip(2);
        if (start.U16() > 0)
            throw start.Fault("has a heap that is packed with filters, which is not read here");
        _walk.Enter(address, size);
        var header = file.Checked(address, size, place);
        header.Skip(5);
        _idSize = header.U16();
        header.Skip(2);
        _isChecked = (header.U8() & 2) != 0;
        var maxManaged = header.U32();
        header.Length();
        _hugeTree = header.Offset();
        header.Skip((9 * file.LengthSize) + file.OffsetSize);
        _width = header.U16();
        (_startSize, _maxDirectSize) = (header.Length(), header.Length());
        int heapBits = header.U16();
        header.Skip(2);
        var (root, rows) = (header.Offset(), header.U16());
        if (
            !BitOperations.IsPow2(_width)
            || !BitOperations.IsPow2(_startSize)
            || !BitOperations.IsPow2(_maxDirectSize)
            || _maxDirectSize < _startSize
            || _maxDirectSize > uint.MaxValue
            || heapBits is 0 or > 63
            || _idSize is < 2 or > MaxIdSize
        )
        {
            throw header.Fault("has a heap whose header is damaged");
        }

        _offsetSize = (heapBits + 7) / 8;
        _lengthSize = Math.Min(
            (BitOperations.Log2((ulong)_maxDirectSize) + 7) / 8,
            (BitOperations.Log2(Math.Max(1, maxManaged)) / 8) + 1
        );
        if (root >= 0 && rows == 0)
            AddBlock(root, 0, _startSize);
        else if (root >= 0)
            AddRows(root, 0, rows);
    }

    /// <summary>The bytes of an object.</summary>
    /// <param name="id">The record of the object, with the cursor at its heap ID.</param>
    /// <param name="idSize">Bytes of the ID that the record has place for.</param>
    public Hdf5Cursor Find(Hdf5Cursor id, int idSize)
    {
        if (idSize < _idSize)
            throw _file.Fault(_place, $"names objects of its heap with {idSize} bytes, and the heap with {_idSize}");
        var from = id.Part(idSize);
        var first = from.U8();
        return (first >> 4) switch
        {
            0 => Managed(from.Number(_offsetSize), from.Number(_lengthSize)),
            1 => Huge(from),
            // Up to 16 bytes in the ID itself, or more where IDs are long.
            2 when _idSize <= 17 => from.Part((first & 0xF) + 1),
            2 => from.Part((((first & 0xF) << 8) | from.U8()) + 1),
            _ => throw _file.Fault(_place, "names an object of its heap in an unknown way"),
        };
    }

    private Hdf5Cursor Managed(long offset, long length)
    {
        var (low, high) = (0, _blocks.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _blocks.GetKeyAtIndex(middle) <= offset ? (middle + 1, high) : (low, middle);
        }
        if (low == 0 || length < 0)
            throw _file.Fault(_place, $"names an object at {offset} of its heap, where none is");
        var start = _blocks.GetKeyAtIndex(low - 1);
        var (address, size) = _blocks.GetValueAtIndex(low - 1);
        if (length > size || offset - start > size - length)
            throw _file.Fault(_place, $"names an object at {offset} of its heap, where none is");
        if (_isChecked && _checkedBlocks.Add(address))
            Check(address, size);
        return Object(address + (offset - start), length);
    }

    private Hdf5Cursor Huge(Hdf5Cursor id)
    {
        // The ID holds address and length where they fit, else the number of the object.
        if (_file.OffsetSize + _file.LengthSize <= _idSize - 1)
            return Object(id.Offset(), id.Length());
        var number = id.Number(Math.Min(_idSize - 1, sizeof(long)));
        _huge ??= HugeObjects();
        return _huge.TryGetValue(number, out var found)
            ? Object(found.Address, found.Size)
            : throw _file.Fault(_place, $"names the large object {number} of its heap, which is not there");
    }

    /// <summary>No two objects of an undamaged heap share bytes.</summary>
    private Hdf5Cursor Object(long address, long size)
    {
        _objects.Spend(size);
        return _file.Cursor(address, size, _place);
    }

    /// <summary>Records of type 1: address, length and number.</summary>
    private Dictionary<long, (long, long)> HugeObjects()
    {
        var objects = new Dictionary<long, (long, long)>();
        if (_hugeTree >= 0)
        {
            new Hdf5BTree2(_file, _hugeTree, _place, 1).ForEach(record =>
            {
                var (address, size) = (record.Offset(), record.Length());
                objects[record.Length()] = (address, size);
            });
        }
        return objects;
    }

    /// <summary>
    /// Adds the blocks that an indirect block names: rows of blocks, of which the first two rows have the start size and
    /// each further one twice the size of the one before.
    /// </summary>
    private void AddRows(long address, long offset, int rows)
    {
        var directRows = Log2(_maxDirectSize) - Log2(_startSize) + 2;
        if (rows > directRows + sizeof(long) * 8)
            throw _file.Fault(_place, $"has a heap of {rows} rows");
        var count = (long)rows * _width;
        var size = 9L + _file.OffsetSize + _offsetSize + (count * _file.OffsetSize);
        _walk.Enter(address, size);
        var block = _file.Checked(address, size, _place);
        block.Signature("FHIB");
        if (block.U8() != 0 || block.Offset() != _address || block.Number(_offsetSize) != offset)
            throw block.Fault("has a damaged heap");
        for (var row = 0; row < rows; row++)
        {
            var shift = Math.Max(0, row - 1);
            if (Log2(_startSize) + shift + Log2(_width) > 62)
                throw block.Fault($"has a heap of {rows} rows");
            var blockSize = _startSize << shift;
            for (var i = 0; i < _width; i++, offset += blockSize)
            {
                var child = block.Offset();
                if (child < 0)
                    continue;
                if (row < directRows)
                    AddBlock(child, offset, blockSize);
                else
                    AddRows(child, offset, Log2(blockSize) - Log2(_startSize) - Log2(_width) + 1);
            }
        }
    }

    private void AddBlock(long address, long offset, long size)
    {
        _walk.Enter(address, size);
        _blocks[offset] = (address, size);
    }

    /// <summary>The checksum of a block is made over all of it, with zeros where the checksum stands.</summary>
    private void Check(long address, long size)
    {
        var bytes = _file.Read(address, size, _place);
        var at = 5 + _file.OffsetSize + _offsetSize;
        if (bytes.Length < at + sizeof(uint) || !bytes.AsSpan(0, 4).SequenceEqual("FHDB"u8))
            throw _file.Fault(_place, "has a damaged heap");
        var stored = BitConverter.ToUInt32(bytes, at);
        bytes.AsSpan(at, sizeof(uint)).Clear();
        if (Hdf5Checksum.OfMetadata(bytes) != stored)
            throw _file.Fault(_place, $"has a damaged heap block at the byte {address}: its checksum is wrong");
    }

    private static int Log2(long value) => BitOperations.Log2((ulong)value);
}
