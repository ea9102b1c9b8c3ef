namespace Sleap.IO;

/// <summary>
/// An object header: the messages that say what a group, dataset or type is (HDF5 File Format Specification, IV.A.1).
/// </summary>
internal sealed class Hdf5Header
{
    private const int MaxMessages = 1 << 16;
    private const int MaxPrefix = 64;

    private readonly List<(Hdf5Message Kind, Hdf5Cursor Body)> _messages = [];
    private readonly Hdf5File _file;
    private readonly string _name;
    private readonly bool _isReferredTo;
    private readonly Hdf5Walk _walk;

    private Hdf5Header(Hdf5File file, long address, string name, bool isReferredTo)
    {
        _file = file;
        _name = name;
        _isReferredTo = isReferredTo;
        _walk = new Hdf5Walk(file, name);
        var start = file.CursorUpTo(address, MaxPrefix, name);
        if (start.Is("OHDR"))
            ReadSecond(start, address);
        else
            ReadFirst(start, address);
    }

    /// <summary>Reads the header at an address.</summary>
    /// <param name="file">The file.</param>
    /// <param name="address">Where the header begins.</param>
    /// <param name="name">The object, for messages.</param>
    public static Hdf5Header Read(Hdf5File file, long address, string name) => new(file, address, name, false);

    /// <summary>The content of a message that is kept in another header, as a named type is.</summary>
    /// <param name="file">The file.</param>
    /// <param name="kind">Kind of the message.</param>
    /// <param name="from">The reference to the other header.</param>
    /// <param name="name">The object, for messages.</param>
    public static Hdf5Cursor Shared(Hdf5File file, Hdf5Message kind, Hdf5Cursor from, string name)
    {
        var version = from.U8();
        var where = from.U8();
        if (version == 1)
            from.Skip(6);
        if (version is 0 or > 3 || (version == 3 && where != 2))
            throw file.Fault(name, "keeps parts of its header in a heap of shared messages, which is not read here");
        return new Hdf5Header(file, from.Offset(), name, isReferredTo: true).Find(kind)
            ?? throw file.Fault(name, "refers to a shared part that is not there");
    }

    public bool Has(Hdf5Message kind) => _messages.Exists(m => m.Kind == kind);

    /// <summary>The first message of a kind, from its beginning, or null.</summary>
    public Hdf5Cursor? Find(Hdf5Message kind) => All(kind).FirstOrDefault();

    /// <summary>All messages of a kind, each from its beginning.</summary>
    public IEnumerable<Hdf5Cursor> All(Hdf5Message kind) =>
        _messages.Where(m => m.Kind == kind).Select(m => m.Body.FromStart());

    private void ReadFirst(Hdf5Cursor start, long address)
    {
        if (start.U8() != 1)
            throw start.Fault("has no object header where one should be");
        start.Skip(1);
        int count = start.U16();
        start.Skip(4);
        var blocks = new Queue<(long Address, long Size)>([(address + 16, start.U32())]);
        while (blocks.TryDequeue(out var block))
        {
            _walk.Enter(block.Address, block.Size);
            var cursor = _file.Cursor(block.Address, block.Size, _name);
            while (cursor.Left >= 8 && _messages.Count < count)
            {
                var kind = (Hdf5Message)cursor.U16();
                var length = cursor.U16();
                var flags = cursor.U8();
                cursor.Skip(3);
                Add(kind, flags, cursor.Part(length), blocks);
            }
        }
    }

    private void ReadSecond(Hdf5Cursor start, long address)
    {
        start.Signature("OHDR");
        var version = start.U8();
        var flags = start.U8();
        if (version != 2)
            throw start.Fault($"has an object header of version {version}");
        // Four times, and the numbers of attributes at which the storage changes.
        start.Skip(((flags & 0x20) != 0 ? 16 : 0) + ((flags & 0x10) != 0 ? 4 : 0));
        var size = start.Number(1 << (flags & 3));
        if (size < 0 || size > _file.Length)
            throw start.Fault($"has a header of {size} bytes");
        var prefix = start.Position;
        // With the order of attributes, each message has its number.
        var messageHead = (flags & 4) != 0 ? 6 : 4;
        var blocks = new Queue<(long Address, long Size)>([(address, prefix + size + 4)]);
        while (blocks.TryDequeue(out var block))
        {
            _walk.Enter(block.Address, block.Size);
            var cursor = _file.Checked(block.Address, block.Size, _name);
            if (block.Address == address)
                cursor.Skip(prefix);
            else
                cursor.Signature("OCHK");
            // Fewer bytes than a message's head are a gap.
            while (cursor.Left >= messageHead)
            {
                var kind = (Hdf5Message)cursor.U8();
                var length = cursor.U16();
                var messageFlags = cursor.U8();
                cursor.Skip(messageHead - 4);
                Add(kind, messageFlags, cursor.Part(length), blocks);
            }
        }
    }

    private void Add(Hdf5Message kind, byte flags, Hdf5Cursor body, Queue<(long, long)> blocks)
    {
        if (_messages.Count >= MaxMessages)
            throw _file.Fault(_name, "has a header without end");
        if (kind == Hdf5Message.Continuation)
            blocks.Enqueue((body.Offset(), body.Length()));
        else if ((flags & 2) == 0)
            _messages.Add((kind, body));
        // One step only: a named type's own messages are never shared.
        else if (_isReferredTo)
            throw _file.Fault(_name, "refers to a shared part that refers to another");
        else
            _messages.Add((kind, Shared(_file, kind, body, _name)));
    }
}

/// <summary>Kinds of messages in an object header.</summary>
internal enum Hdf5Message
{
    Dataspace = 0x01,
    LinkInfo = 0x02,
    Datatype = 0x03,
    OldFillValue = 0x04,
    FillValue = 0x05,
    Link = 0x06,
    ExternalFiles = 0x07,
    Layout = 0x08,
    Filters = 0x0B,
    Attribute = 0x0C,
    Continuation = 0x10,
    SymbolTable = 0x11,
    AttributeInfo = 0x15,
}
