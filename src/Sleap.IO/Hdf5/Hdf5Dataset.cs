namespace Sleap.IO;

/// <summary>Gets elements that lie one after the other.</summary>
/// <param name="stored">The elements as stored.</param>
/// <param name="first">Number of the first one, counted from the first that was asked for.</param>
internal delegate void Hdf5Sink(ReadOnlySpan<byte> stored, int first);

/// <summary>A dataset: its sizes, the type of its elements, and where they lie.</summary>
internal sealed class Hdf5Dataset
{
    // More than a page of the file, which is then not kept, and less than what the runtime collects rarely.
    private const int BlockBytes = 80_000;

    private readonly Hdf5File _file;
    private readonly Hdf5Filters _filters;
    private readonly Hdf5Space _space;
    private readonly Hdf5Layout _layout;
    private readonly byte[] _fill;
    private Hdf5Chunks? _chunks;

    /// <summary>Reads what a header says of its dataset.</summary>
    /// <param name="file">The file.</param>
    /// <param name="header">The object's header.</param>
    /// <param name="name">The object's name.</param>
    /// <exception cref="PoseFormatException">The object is not a dataset, or one that cannot be read.</exception>
    public Hdf5Dataset(Hdf5File file, Hdf5Header header, string name)
    {
        _file = file;
        Name = name;
        Hdf5Cursor Message(Hdf5Message kind) => header.Find(kind) ?? throw file.Fault(name, "is not a dataset");
        _space = Hdf5Space.Read(Message(Hdf5Message.Dataspace));
        var type = Message(Hdf5Message.Datatype);
        TypeMessage = type.Take(type.Left).ToArray();
        Type = Hdf5Type.Read(type.Of(TypeMessage));
        if (header.Has(Hdf5Message.ExternalFiles))
            throw file.Fault(name, "keeps its elements in other files, which are not read here");
        _filters = Hdf5Filters.Read(header.Find(Hdf5Message.Filters));
        _fill = Hdf5FillValue.Read(header, Type.Size);
        _layout = Hdf5Layout.Read(Message(Hdf5Message.Layout));
    }

    public string Name { get; }

    /// <summary>Sizes, rows first; empty for a scalar.</summary>
    public long[] Sizes => _space.Sizes;

    public Hdf5Type Type { get; }

    /// <summary>The type as the file spells it.</summary>
    public byte[] TypeMessage { get; }

    /// <summary>Sizes of a chunk; empty when the elements lie in one piece.</summary>
    public IReadOnlyList<int> Chunk => _layout.Chunk;

    /// <summary>Whether chunks are packed.</summary>
    public bool IsPacked => _filters.IsPacking;

    /// <summary>Number of elements; refused when the file cannot hold so many.</summary>
    public long Count => CountOf(Rows);

    /// <summary>Elements of a row.</summary>
    /// <exception cref="PoseFormatException">The file cannot hold so many.</exception>
    public long RowCount => CountOf(1);

    private long Rows => Sizes.Length == 0 ? 1 : Sizes[0];

    /// <summary>An array for what is made of the elements, one for each.</summary>
    public T[] Allocate<T>()
        where T : unmanaged => _file.Allocate<T>(Count, Name);

    /// <summary>An array for what is made of the rows, one for each.</summary>
    public T[] AllocateRows<T>()
        where T : unmanaged => _file.Allocate<T>(Rows, Name);

    /// <summary>The elements' bytes as stored, rows first.</summary>
    public byte[] ReadAll() => ReadRows(0, Rows);

    /// <summary>The bytes of some rows.</summary>
    public byte[] ReadRows(long first, long count)
    {
        var bytes = _file.Allocate<byte>(CountOf(count) * Type.Size, Name);
        Read(first, count, (stored, at) => stored.CopyTo(bytes.AsSpan(at * Type.Size)));
        return bytes;
    }

    /// <summary>Hands all elements to a sink; see <see cref="Read(long, long, Hdf5Sink)"/>.</summary>
    public void Read(Hdf5Sink sink) => Read(0, Rows, sink);

    /// <summary>
    /// Hands the elements of some rows to a sink, in parts and in any order. Elements that were never written come
    /// first, and only if their fill value is not zero: then each element comes once, or twice when it was written.
    /// </summary>
    public void Read(long first, long count, Hdf5Sink sink)
    {
        var (rowElements, elements) = (CountOf(1), CountOf(count));
        if (elements == 0)
            return;
        if (first < 0 || first > Rows - count)
            throw Fault($"has no rows {first} to {first + count}");
        switch (_layout.Kind)
        {
            case Hdf5Layout.Kinds.Compact:
                if ((first + count) * rowElements * Type.Size > _layout.Compact.Length)
                    throw Fault("is shorter than it says");
                sink(_layout.Compact.AsSpan((int)(first * rowElements * Type.Size), (int)elements * Type.Size), 0);
                break;
            case Hdf5Layout.Kinds.Contiguous when _layout.Address < 0:
                Fill((int)elements, sink);
                break;
            case Hdf5Layout.Kinds.Contiguous:
                ReadContiguous(_layout.Address + (first * rowElements * Type.Size), (int)elements, sink);
                break;
            default:
                _chunks ??= new Hdf5Chunks(_file, _layout, _space, Type.Size, _filters, Name);
                if (_chunks.Lacks(first, count))
                    Fill((int)elements, sink);
                _chunks.Read(first, count, sink);
                break;
        }
    }

    public PoseFormatException Fault(string cause) => _file.Fault(Name, cause);

    private void ReadContiguous(long address, int elements, Hdf5Sink sink)
    {
        _file.Check(address, (long)elements * Type.Size, Name);
        var inBlock = Math.Clamp(BlockBytes / Type.Size, 1, elements);
        var block = new byte[inBlock * Type.Size];
        for (var at = 0; at < elements; at += inBlock)
        {
            var part = block.AsSpan(0, Math.Min(inBlock, elements - at) * Type.Size);
            _file.ReadInto(address + ((long)at * Type.Size), part, Name);
            sink(part, at);
        }
    }

    private void Fill(int elements, Hdf5Sink sink)
    {
        if (_fill.Length == 0)
            return;
        var inBlock = Math.Clamp(BlockBytes / Type.Size, 1, elements);
        var block = new byte[inBlock * Type.Size];
        for (var i = 0; i < inBlock; i++)
            _fill.CopyTo(block, i * Type.Size);
        for (var at = 0; at < elements; at += inBlock)
            sink(block.AsSpan(0, Math.Min(inBlock, elements - at) * Type.Size), at);
    }

    private long CountOf(long rows)
    {
        decimal count = rows;
        foreach (var size in Sizes.Skip(1))
            count = size == 0 ? 0 : Math.Min(count * size, long.MaxValue);
        return count * Type.Size <= _file.MaxDataBytes ? (long)count : throw _file.TooLarge(count * Type.Size, Name);
    }
}
