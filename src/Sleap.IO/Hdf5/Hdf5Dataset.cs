namespace Sleap.IO;

/// <summary>A dataset: its sizes, the type of its elements, and where they lie.</summary>
internal sealed class Hdf5Dataset
{
    private const int MaxRank = 32;
    private const int MaxDepth = 32;

    private readonly Hdf5File _file;
    private readonly Hdf5Filters _filters;
    private readonly Layouts _layout;
    private readonly long _address = -1;
    private readonly byte[] _compact = [];
    private readonly int[] _chunk = [];
    private readonly HashSet<long> _visited = [];
    private long _chunksLeft;

    /// <summary>Reads what a header says of its dataset.</summary>
    /// <param name="file">The file.</param>
    /// <param name="header">The object's header.</param>
    /// <param name="name">The object's name.</param>
    /// <exception cref="PoseFormatException">The object is not a dataset, or one that cannot be read.</exception>
    public Hdf5Dataset(Hdf5File file, Hdf5Header header, string name)
    {
        _file = file;
        Name = name;
        Sizes = ReadSpace(header.Find(Hdf5Message.Dataspace) ?? throw file.Fault(name, "is not a dataset"));
        var typeFrom = header.Find(Hdf5Message.Datatype) ?? throw file.Fault(name, "is not a dataset");
        TypeMessage = typeFrom.Take(typeFrom.Left).ToArray();
        Type = Hdf5Type.Read(typeFrom.Of(TypeMessage));
        _filters = Hdf5Filters.Read(header.Find(Hdf5Message.Filters));
        var from = header.Find(Hdf5Message.Layout) ?? throw file.Fault(name, "is not a dataset");
        (_layout, _address, _compact, _chunk) = ReadLayout(from);
        if (_layout == Layouts.Chunked && (_chunk.Length != Sizes.Length || _chunk.Any(c => c <= 0)))
            throw file.Fault(name, $"has chunks of {_chunk.Length} axes, and the data have {Sizes.Length}");
    }

    private enum Layouts
    {
        Compact = 0,
        Contiguous = 1,
        Chunked = 2,
    }

    public string Name { get; }

    /// <summary>Sizes, rows first; empty for a scalar.</summary>
    public long[] Sizes { get; }

    public Hdf5Type Type { get; }

    /// <summary>The type as the file spells it.</summary>
    public byte[] TypeMessage { get; }

    /// <summary>Sizes of a chunk; empty when the elements lie in one piece.</summary>
    public IReadOnlyList<int> Chunk => _layout == Layouts.Chunked ? _chunk : [];

    /// <summary>Whether chunks are packed.</summary>
    public bool IsPacked => _filters.IsPacking;

    /// <summary>Number of elements; refused when the file cannot hold so many.</summary>
    public long Count
    {
        get
        {
            decimal count = 1;
            foreach (var size in Sizes)
                count = size == 0 ? 0 : Math.Min(count * size, long.MaxValue);
            return count * Type.Size <= _file.MaxDataBytes
                ? (long)count
                : throw Fault($"declares {count} elements of {Type.Size} bytes, more than the file can hold");
        }
    }

    /// <summary>Sizes of a dataspace message; a null dataspace is one axis of no elements.</summary>
    public static long[] ReadSpace(Hdf5Cursor from)
    {
        var version = from.U8();
        int rank = from.U8();
        var flags = from.U8();
        if (version is not (1 or 2) || rank > MaxRank)
            throw from.Fault($"has a dataspace of version {version} and {rank} axes");
        var kind =
            version == 2 ? from.U8()
            : rank == 0 ? 0
            : 1;
        if (version == 1)
            from.Skip(5);
        if (kind == 2)
            return [0];
        var sizes = new long[rank];
        for (var i = 0; i < rank; i++)
            sizes[i] = from.Length();
        // The most sizes behind them matter to writers only.
        return flags > 3 ? throw from.Fault("has a damaged dataspace") : sizes;
    }

    /// <summary>The elements' bytes as stored, rows first.</summary>
    public byte[] ReadAll()
    {
        var bytes = new byte[Count * Type.Size];
        ReadAll(bytes);
        return bytes;
    }

    /// <inheritdoc cref="ReadAll()"/>
    public void ReadAll(Span<byte> bytes) => ReadRows(0, Sizes.Length == 0 ? 1 : Sizes[0], bytes);

    /// <summary>The bytes of some rows.</summary>
    public void ReadRows(long first, long count, Span<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        var rowBytes = bytes.Length / count;
        switch (_layout)
        {
            case Layouts.Compact:
                if ((first + count) * rowBytes > _compact.Length)
                    throw Fault("is shorter than it says");
                _compact.AsSpan((int)(first * rowBytes), bytes.Length).CopyTo(bytes);
                break;
            case Layouts.Contiguous:
                // Never written: zeros.
                bytes.Clear();
                if (_address >= 0)
                    _file.ReadInto(_address + (first * rowBytes), bytes, Name);
                break;
            default:
                bytes.Clear();
                _visited.Clear();
                _chunksLeft = Sizes.Select((s, a) => (s + _chunk[a] - 1) / _chunk[a]).Aggregate(1L, (a, b) => a * b);
                if (_address >= 0)
                    ReadTree(_address, first, count, bytes, MaxDepth);
                break;
        }
    }

    public PoseFormatException Fault(string cause) => _file.Fault(Name, cause);

    private (Layouts, long, byte[], int[]) ReadLayout(Hdf5Cursor from)
    {
        var version = from.U8();
        if (version is 1 or 2)
            return ReadOldLayout(from);
        if (version is not (3 or 4))
            throw Fault($"has a layout of version {version}");
        var kind = (Layouts)from.U8();
        switch (kind)
        {
            case Layouts.Compact:
                return (kind, -1, from.Take(from.U16()).ToArray(), []);
            case Layouts.Contiguous:
                return (kind, from.Offset(), [], []);
            case Layouts.Chunked when version == 3:
                int axes = from.U8();
                var tree = from.Offset();
                return (kind, tree, [], ReadChunk(from, axes - 1));
            default:
                throw Fault(
                    "is laid out in a way of the newest HDF5 files, which is not read here; run 'h5repack --low=0 "
                        + "--high=0 IN OUT' or write it without libver='latest'"
                );
        }
    }

    private (Layouts, long, byte[], int[]) ReadOldLayout(Hdf5Cursor from)
    {
        int axes = from.U8();
        var kind = (Layouts)from.U8();
        from.Skip(5);
        var place = kind == Layouts.Compact ? -1 : from.Offset();
        var sizes = ReadChunk(from, axes - (kind == Layouts.Chunked ? 1 : 0));
        if (kind == Layouts.Chunked)
            from.Skip(4);
        return (
            kind,
            place,
            kind == Layouts.Compact ? from.Take((int)Math.Min(from.U32(), int.MaxValue)).ToArray() : [],
            kind == Layouts.Chunked ? sizes : []
        );
    }

    private int[] ReadChunk(Hdf5Cursor from, int axes)
    {
        if (axes is < 0 or > MaxRank)
            throw Fault($"has chunks of {axes} axes");
        var sizes = new int[axes];
        for (var i = 0; i < axes; i++)
            sizes[i] = (int)Math.Min(from.U32(), int.MaxValue);
        return sizes;
    }

    private void ReadTree(long node, long first, long count, Span<byte> bytes, int depth)
    {
        var start = _file.CursorUpTo(node, 24, Name);
        start.Signature("TREE");
        if (start.U8() != 1 || depth == 0 || !_visited.Add(node))
            throw Fault("has a damaged tree of chunks");
        var level = start.U8();
        int used = start.U16();
        var keySize = 8 + (8 * (Sizes.Length + 1));
        var body = _file.Cursor(
            node + 8 + (2 * _file.OffsetSize),
            (used * (long)(keySize + _file.OffsetSize)) + keySize,
            Name
        );
        var corner = new long[Sizes.Length];
        for (var i = 0; i < used; i++)
        {
            var (size, mask) = (body.U32(), body.U32());
            for (var a = 0; a < corner.Length; a++)
                corner[a] = body.Sized(8);
            body.Skip(8);
            var child = body.Offset();
            if (level > 0)
                ReadTree(child, first, count, bytes, Math.Min(depth - 1, level));
            else if (corner[0] < first + count && corner[0] + _chunk[0] > first)
                CopyChunk(child, size, mask, corner, first, count, bytes);
        }
    }

    private void CopyChunk(long child, uint stored, uint mask, long[] corner, long first, long count, Span<byte> bytes)
    {
        var chunkBytes = _chunk.Aggregate((decimal)Type.Size, (a, b) => Math.Min(a * b, long.MaxValue));
        if (chunkBytes > _file.MaxDataBytes)
            throw Fault($"declares chunks of {chunkBytes} bytes, more than the file can hold");
        if (corner.Where((c, a) => c < 0 || c >= Sizes[a]).Any())
            return;
        if (_chunksLeft-- <= 0)
            throw Fault("has more chunks than fit into it");
        var elements = _filters.Undo(_file.Read(child, stored, Name), mask, (long)chunkBytes, Type.Size, _file, Name);
        CopyAxis(elements, 0, bytes, 0, 0, corner, first, count);
    }

    /// <summary>Copies the part of a chunk that lies within the data and the wanted rows, an axis at a time.</summary>
    private void CopyAxis(
        byte[] elements,
        long from,
        Span<byte> bytes,
        long to,
        int axis,
        long[] corner,
        long first,
        long count
    )
    {
        var (low, high) = axis == 0 ? (first, first + count) : (0, Sizes[axis]);
        var (start, end) = (Math.Max(corner[axis], low), Math.Min(corner[axis] + _chunk[axis], high));
        if (start >= end)
            return;
        long chunkStep = Type.Size,
            dataStep = Type.Size;
        for (var a = axis + 1; a < Sizes.Length; a++)
        {
            chunkStep *= _chunk[a];
            dataStep *= Sizes[a];
        }
        if (axis == Sizes.Length - 1)
        {
            elements
                .AsSpan((int)(from + ((start - corner[axis]) * chunkStep)), (int)((end - start) * chunkStep))
                .CopyTo(bytes[(int)(to + ((start - low) * dataStep))..]);
            return;
        }
        for (var i = start; i < end; i++)
        {
            CopyAxis(
                elements,
                from + ((i - corner[axis]) * chunkStep),
                bytes,
                to + ((i - low) * dataStep),
                axis + 1,
                corner,
                first,
                count
            );
        }
    }
}
