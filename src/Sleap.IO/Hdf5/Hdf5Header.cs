using System.Text;

namespace Sleap.IO;

/// <summary>An object header: the messages that say what a group, dataset or type is.</summary>
internal sealed class Hdf5Header
{
    private const int MaxMessages = 1 << 16;

    private readonly List<(Hdf5Message Kind, Hdf5Cursor Body)> _messages = [];
    private readonly Hdf5File _file;
    private readonly string _name;
    private readonly bool _isReferredTo;

    private Hdf5Header(Hdf5File file, string name, bool isReferredTo = false)
    {
        _file = file;
        _name = name;
        _isReferredTo = isReferredTo;
    }

    /// <summary>Reads the header at an address.</summary>
    /// <param name="file">The file.</param>
    /// <param name="address">Where the header begins.</param>
    /// <param name="name">The object, for messages.</param>
    public static Hdf5Header Read(Hdf5File file, long address, string name)
    {
        var header = new Hdf5Header(file, name);
        var start = file.CursorUpTo(address, 64, name);
        if (start.Is("OHDR"))
            header.ReadSecond(start, address);
        else
            header.ReadFirst(start, address);
        return header;
    }

    public bool Has(Hdf5Message kind) => _messages.Any(m => m.Kind == kind);

    /// <summary>The first message of a kind, from its beginning, or null.</summary>
    public Hdf5Cursor? Find(Hdf5Message kind) => All(kind).FirstOrDefault();

    /// <summary>All messages of a kind, each from its beginning.</summary>
    public IEnumerable<Hdf5Cursor> All(Hdf5Message kind) => _messages.Where(m => m.Kind == kind).Select(m => m.Body);

    private void ReadFirst(Hdf5Cursor start, long address)
    {
        if (start.U8() != 1)
            throw start.Fault("has no object header where one should be");
        start.Skip(1);
        int count = start.U16();
        start.Skip(4);
        long size = start.U32();
        var blocks = new Queue<(long Address, long Size)>([(address + 16, size)]);
        var seen = new HashSet<long>();
        while (blocks.TryDequeue(out var block))
        {
            if (!seen.Add(block.Address))
                throw _file.Fault(_name, "has a header that leads back into itself");
            var cursor = _file.Cursor(block.Address, block.Size, _name);
            while (cursor.Left >= 8 && _messages.Count < count)
            {
                var kind = (Hdf5Message)cursor.U16();
                var length = cursor.U16();
                var flags = cursor.U8();
                cursor.Skip(3);
                Add(kind, flags, cursor.Part(length, _name), blocks);
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
        start.Skip(((flags & 0x20) != 0 ? 16 : 0) + ((flags & 0x10) != 0 ? 4 : 0));
        var size = start.Sized(1 << (flags & 3));
        var blocks = new Queue<(long Address, long Size)>([(address + start.Position, size)]);
        var seen = new HashSet<long>();
        while (blocks.TryDequeue(out var block))
        {
            if (!seen.Add(block.Address))
                throw _file.Fault(_name, "has a header that leads back into itself");
            var isFirst = seen.Count == 1;
            var cursor = _file.Cursor(block.Address, isFirst ? block.Size : block.Size - 4, _name);
            if (!isFirst)
                cursor.Signature("OCHK");
            var fixedSize = (flags & 4) != 0 ? 6 : 4;
            while (cursor.Left >= fixedSize)
            {
                var kind = (Hdf5Message)cursor.U8();
                var length = cursor.U16();
                var messageFlags = cursor.U8();
                cursor.Skip(fixedSize - 4);
                Add(kind, messageFlags, cursor.Part(length, _name), blocks);
            }
        }
    }

    private void Add(Hdf5Message kind, byte flags, Hdf5Cursor body, Queue<(long, long)> blocks)
    {
        if (_messages.Count >= MaxMessages)
            throw _file.Fault(_name, "has a header without end");
        if (kind == Hdf5Message.Continuation)
            blocks.Enqueue((body.Offset(), body.Length()));
        _messages.Add((kind, (flags & 2) != 0 ? Shared(kind, body) : body));
    }

    /// <summary>A message kept in another header, as a named type is.</summary>
    private Hdf5Cursor Shared(Hdf5Message kind, Hdf5Cursor body)
    {
        // One step only: a named type's own messages are never shared.
        if (_isReferredTo)
            throw _file.Fault(_name, "refers to a shared part that refers to another");
        var version = body.U8();
        var where = body.U8();
        if (version == 1)
            body.Skip(6);
        if (version > 3 || (version == 3 && where != 2))
            throw _file.Fault(_name, "keeps parts of its header in a shared heap, which is not read here");
        var address = body.Offset();
        var start = _file.CursorUpTo(address, 64, _name);
        var other = new Hdf5Header(_file, _name, isReferredTo: true);
        if (start.Is("OHDR"))
            other.ReadSecond(start, address);
        else
            other.ReadFirst(start, address);
        return other.Find(kind) ?? throw _file.Fault(_name, "refers to a shared part that is not there");
    }
}

/// <summary>Kinds of messages in an object header.</summary>
internal enum Hdf5Message
{
    Dataspace = 0x01,
    LinkInfo = 0x02,
    Datatype = 0x03,
    Link = 0x06,
    Layout = 0x08,
    Filters = 0x0B,
    Attribute = 0x0C,
    Continuation = 0x10,
    SymbolTable = 0x11,
    AttributeInfo = 0x15,
}

/// <summary>An attribute of a group or dataset.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What its elements are.</param>
/// <param name="TypeMessage">The same as the file spells it.</param>
/// <param name="Sizes">Its sizes, rows first; empty for a scalar.</param>
/// <param name="Bytes">Its elements as stored, perhaps with padding behind them.</param>
internal sealed record Hdf5Attribute(string Name, Hdf5Type Type, byte[] TypeMessage, long[] Sizes, byte[] Bytes)
{
    /// <summary>Reads an attribute message.</summary>
    public static Hdf5Attribute Read(Hdf5Cursor from)
    {
        var version = from.U8();
        var flags = from.U8();
        if (version is < 1 or > 3)
            throw from.Fault($"has an attribute of version {version}");
        var (nameSize, typeSize, spaceSize) = (from.U16(), from.U16(), from.U16());
        if (version == 3)
            from.Skip(1);
        int Padded(int size) => version == 1 ? (size + 7) & ~7 : size;
        var name = Encoding.UTF8.GetString(from.Take(Padded(nameSize))[..nameSize]).TrimEnd('\0');
        if ((flags & 1) != 0)
            throw from.Fault("has a type kept elsewhere, which is not read here");
        var typeMessage = from.Take(Padded(typeSize)).ToArray();
        var type = Hdf5Type.Read(from.Of(typeMessage));
        var sizes = Hdf5Dataset.ReadSpace(from.Part(Padded(spaceSize), from.Place));
        return new Hdf5Attribute(name, type, typeMessage, sizes, from.Take(from.Left).ToArray());
    }

    /// <summary>Whether an attribute-info message points to a heap of attributes.</summary>
    public static bool IsDense(Hdf5Cursor info)
    {
        info.Skip(1);
        if ((info.U8() & 1) != 0)
            info.Skip(2);
        return info.Offset() >= 0;
    }
}
