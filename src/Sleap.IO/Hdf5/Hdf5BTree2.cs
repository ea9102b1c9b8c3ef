using System.Numerics;

namespace Sleap.IO;

/// <summary>
/// A B-tree of version 2: records of one size in no order that matters here (HDF5 File Format Specification, III.A.2).
/// </summary>
internal sealed class Hdf5BTree2
{
    // Signature, version, type and checksum of a node.
    private const int NodeOverhead = 10;
    private const int MaxDepth = 32;

    private readonly Hdf5File _file;
    private readonly string _place;
    private readonly Hdf5Walk _walk;
    private readonly int _type;
    private readonly int _depth;
    private readonly long _root;
    private readonly int _rootRecords;
    private readonly long _nodeSize;

    // By height above the leaves: bytes of the number of all records below a child.
    private readonly int[] _totalSizes;
    private readonly int _countSize;

    /// <summary>Reads the header of a tree.</summary>
    /// <param name="file">The file.</param>
    /// <param name="address">Where the header begins.</param>
    /// <param name="place">The object, for messages.</param>
    /// <param name="types">Types of records that may be in it.</param>
    public Hdf5BTree2(Hdf5File file, long address, string place, params ReadOnlySpan<int> types)
    {
        (_file, _place, _walk) = (file, place, new Hdf5Walk(file, place));
        var size = 22L + file.OffsetSize + file.LengthSize;
        _walk.Enter(address, size);
        var header = file.Checked(address, size, place);
        header.Signature("BTHD");
        var version = header.U8();
        _type = header.U8();
        if (version != 0 || !types.Contains(_type))
            throw header.Fault($"has a tree of version {version} with records of type {_type}");
        _nodeSize = header.U32();
        RecordSize = header.U16();
        _depth = header.U16();
        header.Skip(2);
        (_root, _rootRecords) = (header.Offset(), header.U16());
        if (RecordSize == 0 || _depth > MaxDepth || _nodeSize < NodeOverhead + RecordSize || _nodeSize > file.Length)
            throw header.Fault($"has a tree of depth {_depth} with nodes of {_nodeSize} bytes");
        (_countSize, _totalSizes) = NumberSizes();
    }

    /// <summary>Bytes of a record.</summary>
    public int RecordSize { get; }

    /// <summary>Goes through all records.</summary>
    /// <param name="use">Gets a cursor over each record.</param>
    public void ForEach(Action<Hdf5Cursor> use)
    {
        if (_root >= 0)
            Visit(_root, _rootRecords, _depth, use);
    }

    private void Visit(long address, int records, int height, Action<Hdf5Cursor> use)
    {
        var pointer = _file.OffsetSize + _countSize + _totalSizes[height];
        // The checksum stands behind what is used of the node.
        var size = NodeOverhead + ((long)records * RecordSize) + (height > 0 ? (records + 1L) * pointer : 0);
        if (size > _nodeSize)
            throw _file.Fault(_place, $"has a node of {records} records in a tree with nodes of {_nodeSize} bytes");
        _walk.Enter(address, size);
        var node = _file.Checked(address, size, _place);
        node.Signature(height > 0 ? "BTIN" : "BTLF");
        if (node.U8() != 0 || node.U8() != _type)
            throw node.Fault("has a damaged tree");
        for (var i = 0; i < records; i++)
            use(node.Part(RecordSize));
        if (height == 0)
            return;
        for (var i = 0; i <= records; i++)
        {
            var child = node.Offset();
            var count = node.Number(_countSize);
            if (count is < 0 or > ushort.MaxValue)
                throw node.Fault($"has a node of {count} records");
            node.Skip(_totalSizes[height]);
            Visit(child, (int)count, height - 1, use);
        }
    }

    /// <summary>Bytes of the numbers beside the address of a child, which follow from what fits into a node.</summary>
    private (int Count, int[] Totals) NumberSizes()
    {
        var most = (_nodeSize - NodeOverhead) / RecordSize;
        var countSize = SizeOf((UInt128)most);
        var totals = new int[_depth + 1];
        var below = (UInt128)most;
        // A child that is a leaf has no second number: its records are all.
        var belowSize = 0;
        for (var height = 1; height <= _depth; height++)
        {
            totals[height] = belowSize;
            var pointer = _file.OffsetSize + countSize + belowSize;
            most = Math.Max(0, _nodeSize - NodeOverhead - pointer) / (RecordSize + pointer);
            below = UInt128.Min((((UInt128)most + 1) * below) + (UInt128)most, ulong.MaxValue);
            belowSize = SizeOf(below);
        }
        return (countSize, totals);
    }

    private static int SizeOf(UInt128 limit) => (BitOperations.Log2((ulong)limit) / 8) + 1;
}
