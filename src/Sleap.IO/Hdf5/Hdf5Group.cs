using System.Text;

namespace Sleap.IO;

/// <summary>The members of a group, in whichever of HDF5's ways it keeps them.</summary>
internal sealed class Hdf5Group
{
    private const int MaxMembers = 1 << 20;
    private const int MaxDepth = 32;
    private const int NameRecord = 5;
    private const int HashSize = 4;
    private const int HeapIdSize = 7;

    private readonly Hdf5File _file;
    private readonly string _name;
    private readonly Dictionary<string, long> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _externalLinks = new(StringComparer.Ordinal);
    private long _textLeft;

    /// <summary>Reads the members of a group.</summary>
    /// <param name="file">The file.</param>
    /// <param name="header">The group's header.</param>
    /// <param name="name">The group, for messages.</param>
    public Hdf5Group(Hdf5File file, Hdf5Header header, string name)
    {
        (_file, _name) = (file, name);
        if (header.Find(Hdf5Message.SymbolTable) is { } table)
        {
            var (tree, heap) = (table.Offset(), table.Offset());
            var texts = ReadHeap(heap);
            _textLeft = texts.Length;
            AddTree(tree, texts, new Hdf5Walk(file, name), MaxDepth);
        }
        foreach (var link in header.All(Hdf5Message.Link))
            AddLink(link);
        if (header.Find(Hdf5Message.LinkInfo) is { } info)
            AddDense(info);
    }

    /// <summary>Header addresses of the members by name; links are not among them.</summary>
    public IReadOnlyDictionary<string, long> Members => _members;

    /// <summary>Soft links: name and the path that each leads to.</summary>
    public IReadOnlyDictionary<string, string> Links => _links;

    /// <summary>Links into other files: name, and file and path that each leads to.</summary>
    public IReadOnlyDictionary<string, string> ExternalLinks => _externalLinks;

    /// <summary>Many links: each lies in a heap, which a tree of their names' hashes leads to (IV.A.2.c).</summary>
    private void AddDense(Hdf5Cursor info)
    {
        info.Skip(1);
        if ((info.U8() & 1) != 0)
            info.Skip(8);
        var (heapAt, treeAt) = (info.Offset(), info.Offset());
        if (heapAt < 0 || treeAt < 0)
            return;
        var heap = new Hdf5FractalHeap(_file, heapAt, _name);
        new Hdf5BTree2(_file, treeAt, _name, NameRecord).ForEach(record =>
        {
            record.Skip(HashSize);
            AddLink(heap.Find(record, HeapIdSize));
        });
    }

    private byte[] ReadHeap(long address)
    {
        var header = _file.CursorUpTo(address, 64, _name);
        header.Signature("HEAP");
        header.Skip(4);
        var size = header.Length();
        header.Length();
        _file.SpendMetadata(size, _name);
        return _file.Read(header.Offset(), size, _name);
    }

    private void AddTree(long address, byte[] heap, Hdf5Walk walk, int depth)
    {
        var start = _file.CursorUpTo(address, 24, _name);
        start.Signature("TREE");
        if (start.U8() != 0 || depth == 0)
            throw _file.Fault(_name, "has a damaged tree of members");
        var level = start.U8();
        int used = start.U16();
        var head = 8 + (2 * _file.OffsetSize);
        var size = (used * (long)(_file.LengthSize + _file.OffsetSize)) + _file.LengthSize;
        walk.Enter(address, head + size);
        var node = _file.Cursor(address + head, size, _name);
        for (var i = 0; i < used; i++)
        {
            node.Skip(_file.LengthSize);
            var child = node.Offset();
            if (level > 0)
                AddTree(child, heap, walk, depth - 1);
            else
                AddLeaf(child, heap, walk);
        }
    }

    private void AddLeaf(long address, byte[] heap, Hdf5Walk walk)
    {
        var start = _file.CursorUpTo(address, 8, _name);
        start.Signature("SNOD");
        start.Skip(2);
        int used = start.U16();
        var size = used * (long)((2 * _file.OffsetSize) + 24);
        walk.Enter(address, 8 + size);
        var leaf = _file.Cursor(address + 8, size, _name);
        for (var i = 0; i < used; i++)
        {
            var (nameAt, header, kind) = (leaf.Offset(), leaf.Offset(), leaf.U32());
            leaf.Skip(4);
            var targetAt = leaf.U32();
            leaf.Skip(12);
            // Kind 2 is a soft link.
            if (kind != 2)
                _members[Text(heap, nameAt)] = header;
            else
                _links[Text(heap, nameAt)] = Text(heap, targetAt);
            CheckCount();
        }
    }

    private string Text(byte[] heap, long at)
    {
        if (at < 0 || at >= heap.Length)
            throw _file.Fault(_name, "has a member whose name lies outside its heap");
        var text = heap.AsSpan((int)at);
        var end = text.IndexOf((byte)0);
        text = end < 0 ? text : text[..end];
        // No two names of an undamaged heap share bytes.
        _textLeft -= text.Length;
        return _textLeft >= 0
            ? Encoding.UTF8.GetString(text)
            : throw _file.Fault(_name, "has names with more bytes than their heap");
    }

    /// <summary>Adds what a link message says (IV.A.2.g).</summary>
    private void AddLink(Hdf5Cursor link)
    {
        const int Hard = 0;
        const int Soft = 1;
        const int External = 64;
        if (link.U8() is not 1 and var version)
            throw link.Fault($"has a link of version {version}");
        var flags = link.U8();
        var kind = (flags & 8) != 0 ? link.U8() : Hard;
        // Its number in the order of creation, and the encoding of its name.
        link.Skip(((flags & 4) != 0 ? 8 : 0) + ((flags & 0x10) != 0 ? 1 : 0));
        var length = link.Number(1 << (flags & 3));
        var name = Encoding.UTF8.GetString(link.Take((int)Math.Clamp(length, 0, int.MaxValue)));
        switch (kind)
        {
            case Hard:
                _members[name] = link.Offset();
                break;
            case Soft:
                _links[name] = Encoding.UTF8.GetString(link.Take(link.U16()));
                break;
            case External:
                var target = link.Part(link.U16());
                target.Skip(1);
                _externalLinks[name] = $"{target.ZeroEnded()}:{target.ZeroEnded()}";
                break;
        }
        CheckCount();
    }

    private void CheckCount()
    {
        if (_members.Count + _links.Count + _externalLinks.Count > MaxMembers)
            throw _file.Fault(_name, "has members without end");
    }
}
