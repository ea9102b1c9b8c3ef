namespace Sleap.IO;

/// <summary>Where the elements of a dataset lie (HDF5 File Format Specification, IV.A.2.i).</summary>
/// <param name="Kind">In the header, in one piece, or in chunks.</param>
internal sealed record Hdf5Layout(Hdf5Layout.Kinds Kind)
{
    public enum Kinds
    {
        Compact = 0,
        Contiguous = 1,
        Chunked = 2,
        Virtual = 3,
    }

    /// <summary>How chunks are found.</summary>
    public enum Indexes
    {
        Tree = 0,
        Single = 1,
        Implicit = 2,
        FixedArray = 3,
        ExtensibleArray = 4,
        Tree2 = 5,
    }

    /// <summary>Address of the elements or of the index of chunks; -1 when nothing was written.</summary>
    public long Address { get; private init; } = -1;

    /// <summary>Elements that lie in the header.</summary>
    public byte[] Compact { get; private init; } = [];

    /// <summary>Sizes of a chunk in elements; empty when there are no chunks.</summary>
    public int[] Chunk { get; private init; } = [];

    public Indexes Index { get; private init; }

    /// <summary>Whether filters are left out for chunks that reach beyond the data.</summary>
    public bool KeepsPartialChunksPlain { get; private init; }

    /// <summary>Of a single chunk: its bytes in the file, or -1 when it is not packed.</summary>
    public long SingleStored { get; private init; } = -1;

    /// <summary>Of a single chunk: filters that were left out, a bit each.</summary>
    public uint SingleMask { get; private init; }

    /// <summary>Reads a layout message.</summary>
    public static Hdf5Layout Read(Hdf5Cursor from)
    {
        var version = from.U8();
        if (version is 1 or 2)
            return ReadOld(from);
        if (version is not (3 or 4))
            throw from.Fault($"has a layout of version {version}, and 1 to 4 can be read");
        var kind = (Kinds)from.U8();
        switch (kind)
        {
            case Kinds.Compact:
                return new Hdf5Layout(kind) { Compact = from.Take(from.U16()).ToArray() };
            case Kinds.Contiguous:
                return new Hdf5Layout(kind) { Address = from.Offset() };
            case Kinds.Chunked when version == 3:
                int axes = from.U8();
                var address = from.Offset();
                return new Hdf5Layout(kind) { Address = address, Chunk = ReadChunk(from, axes - 1, sizeof(uint)) };
            case Kinds.Chunked:
                return ReadNewChunked(from);
            case Kinds.Virtual when version == 4:
                throw from.Fault("is put together from other datasets (a virtual dataset), which is not read here");
            default:
                throw from.Fault($"has a layout of the unknown class {(int)kind}");
        }
    }

    private static Hdf5Layout ReadNewChunked(Hdf5Cursor from)
    {
        const int PlainPartialChunks = 1;
        const int PackedSingleChunk = 2;
        var flags = from.U8();
        int axes = from.U8();
        int numberSize = from.U8();
        var chunk = ReadChunk(from, axes - 1, numberSize);
        from.Skip(numberSize);
        var index = (Indexes)from.U8();
        var isPacked = index == Indexes.Single && (flags & PackedSingleChunk) != 0;
        var stored = isPacked ? from.Length() : -1;
        var mask = isPacked ? from.U32() : 0;
        // Settings of the index; arrays and trees repeat theirs in their own headers.
        from.Skip(
            index switch
            {
                Indexes.Single or Indexes.Implicit => 0,
                Indexes.FixedArray => 1,
                Indexes.ExtensibleArray => 5,
                Indexes.Tree2 => 6,
                _ => throw from.Fault($"has an index of chunks of the unknown type {(int)index}"),
            }
        );
        return new Hdf5Layout(Kinds.Chunked)
        {
            Chunk = chunk,
            Index = index,
            SingleStored = stored,
            SingleMask = mask,
            Address = from.Offset(),
            KeepsPartialChunksPlain = (flags & PlainPartialChunks) != 0,
        };
    }

    private static Hdf5Layout ReadOld(Hdf5Cursor from)
    {
        int axes = from.U8();
        var kind = (Kinds)from.U8();
        from.Skip(5);
        var address = kind == Kinds.Compact ? -1 : from.Offset();
        var sizes = ReadChunk(from, axes - (kind == Kinds.Chunked ? 1 : 0), sizeof(uint));
        return kind switch
        {
            Kinds.Chunked => new Hdf5Layout(kind) { Address = address, Chunk = sizes },
            Kinds.Contiguous => new Hdf5Layout(kind) { Address = address },
            Kinds.Compact => new Hdf5Layout(kind)
            {
                Compact = from.Take((int)Math.Min(from.U32(), int.MaxValue)).ToArray(),
            },
            _ => throw from.Fault($"has a layout of the unknown class {(int)kind}"),
        };
    }

    /// <summary>Sizes of a chunk; the size of an element stands behind them.</summary>
    private static int[] ReadChunk(Hdf5Cursor from, int axes, int numberSize)
    {
        if (axes is < 0 or > Hdf5Space.MaxRank)
            throw from.Fault($"has chunks of {axes} axes");
        var sizes = new int[axes];
        for (var i = 0; i < axes; i++)
        {
            var size = from.Number(numberSize);
            sizes[i] = size is >= 0 and <= int.MaxValue ? (int)size : int.MaxValue;
        }
        return sizes;
    }
}
