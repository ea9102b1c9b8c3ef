namespace Sleap.IO;

/// <summary>A chunk in the file.</summary>
/// <param name="Number">Its number among the chunks of the dataset, rows first.</param>
/// <param name="Address">Where it lies.</param>
/// <param name="Stored">Its bytes in the file.</param>
/// <param name="Mask">Filters that were left out, a bit each.</param>
internal readonly record struct Hdf5Chunk(long Number, long Address, long Stored, uint Mask);

/// <summary>
/// Finds the chunks of a dataset, in whichever of HDF5's ways they are kept: a tree of the first version, or one of the
/// five indexes of layout version 4 (HDF5 File Format Specification, VII).
/// </summary>
internal sealed class Hdf5ChunkIndex
{
    private const int MaxDepth = 32;
    private const int PlainRecord = 10;
    private const int PackedRecord = 11;

    private readonly Hdf5File _file;
    private readonly Hdf5ChunkGrid _grid;
    private readonly string _place;
    private readonly bool _isFiltered;
    private readonly List<Hdf5Chunk> _chunks = [];
    private long _left;

    private Hdf5ChunkIndex(Hdf5File file, Hdf5ChunkGrid grid, bool isFiltered, string place)
    {
        (_file, _grid, _isFiltered, _place) = (file, grid, isFiltered, place);
        _left = file.Length;
    }

    /// <summary>The chunks that were written, by number.</summary>
    /// <param name="file">The file.</param>
    /// <param name="layout">Where the index lies.</param>
    /// <param name="grid">How the data are divided into chunks.</param>
    /// <param name="isFiltered">Whether chunks are packed or have a checksum.</param>
    /// <param name="place">The dataset, for messages.</param>
    public static List<Hdf5Chunk> Read(
        Hdf5File file,
        Hdf5Layout layout,
        Hdf5ChunkGrid grid,
        bool isFiltered,
        string place
    )
    {
        var index = new Hdf5ChunkIndex(file, grid, isFiltered, place);
        if (layout.Address >= 0 && grid.Count > 0)
            index.Read(layout);
        var isInOrder = true;
        for (var i = 1; i < index._chunks.Count; i++)
            isInOrder &= index._chunks[i - 1].Number <= index._chunks[i].Number;
        if (!isInOrder)
            index._chunks.Sort((a, b) => a.Number.CompareTo(b.Number));
        return index._chunks;
    }

    private void Read(Hdf5Layout layout)
    {
        switch (layout.Index)
        {
            case Hdf5Layout.Indexes.Tree:
                ReadTree(layout.Address, new Hdf5Walk(_file, _place), MaxDepth);
                break;
            case Hdf5Layout.Indexes.Single:
                Add(
                    0,
                    layout.Address,
                    layout.SingleStored < 0 ? _grid.ChunkBytes : layout.SingleStored,
                    layout.SingleMask
                );
                break;
            case Hdf5Layout.Indexes.Implicit:
                ReadImplicit(layout.Address);
                break;
            case Hdf5Layout.Indexes.FixedArray:
                new Hdf5FixedArray(_file, _place, AddElement).Read(layout.Address, _isFiltered, _grid.MaxCount);
                break;
            case Hdf5Layout.Indexes.ExtensibleArray:
                new Hdf5ExtensibleArray(_file, _place, AddElement).Read(layout.Address, _isFiltered);
                break;
            default:
                ReadTree2(layout.Address);
                break;
        }
    }

    /// <summary>No index: all chunks lie one after the other.</summary>
    private void ReadImplicit(long address)
    {
        var bytes = _grid.MaxCount * (decimal)_grid.ChunkBytes;
        if (bytes > _file.Length)
            throw _file.Fault(_place, $"declares {bytes} bytes in chunks, more than the file has");
        for (var i = 0L; i < _grid.MaxCount; i++)
            Add(_grid.NumberOf(i), address + (i * _grid.ChunkBytes), _grid.ChunkBytes, 0);
    }

    private void Add(long number, long address, long stored, uint mask)
    {
        if (number < 0 || address < 0)
            return;
        // No two chunks of an undamaged file share bytes.
        if (stored < 0 || stored > _left)
            throw _file.Fault(_place, "is damaged: its chunks have more bytes than the file");
        _left -= stored;
        if (_chunks.Count >= _grid.Count)
            throw _file.Fault(_place, "has more chunks than fit into it");
        _chunks.Add(new Hdf5Chunk(number, address, stored, mask));
    }

    /// <summary>An element of an array of chunks: address, and for packed chunks bytes in the file and mask.</summary>
    private void AddElement(long index, Hdf5Cursor element)
    {
        var address = element.Offset();
        var (stored, mask) = _isFiltered
            ? (element.Number(element.Left - sizeof(uint)), element.U32())
            : (_grid.ChunkBytes, 0);
        Add(address < 0 ? -1 : _grid.NumberOf(index), address, stored, mask);
    }

    /// <summary>A tree of the first version (III.A.1): keys are bytes, mask and first element of each chunk.</summary>
    private void ReadTree(long node, Hdf5Walk walk, int depth)
    {
        var start = _file.CursorUpTo(node, 24, _place);
        start.Signature("TREE");
        if (start.U8() != 1 || depth == 0)
            throw start.Fault("has a damaged tree of chunks");
        var level = start.U8();
        int used = start.U16();
        var head = 8 + (2 * _file.OffsetSize);
        var keySize = 8 + (8 * (_grid.Rank + 1));
        var size = (used * (long)(keySize + _file.OffsetSize)) + keySize;
        walk.Enter(node, head + size);
        var body = _file.Cursor(node + head, size, _place);
        for (var i = 0; i < used; i++)
        {
            var (stored, mask) = (body.U32(), body.U32());
            var corner = body.Part(8 * (_grid.Rank + 1));
            var child = body.Offset();
            if (level > 0)
                ReadTree(child, walk, Math.Min(depth - 1, level));
            else
                Add(_grid.NumberAt(corner, isInElements: true), child, stored, mask);
        }
    }

    /// <summary>A tree of the second version: records are address, bytes and mask if packed, and the chunk's place.</summary>
    private void ReadTree2(long address)
    {
        var tree = new Hdf5BTree2(_file, address, _place, _isFiltered ? PackedRecord : PlainRecord);
        var sizeSize = tree.RecordSize - _file.OffsetSize - (8 * _grid.Rank) - sizeof(uint);
        tree.ForEach(record =>
        {
            var at = record.Offset();
            var (stored, mask) = _isFiltered ? (record.Number(sizeSize), record.U32()) : (_grid.ChunkBytes, 0);
            Add(_grid.NumberAt(record, isInElements: false), at, stored, mask);
        });
    }
}
