using System.Text;

namespace Sleap.IO;

/// <summary>The members of a group, in whichever of HDF5's ways it keeps them; external links are left out.</summary>
internal sealed class Hdf5Group
{
    private const int MaxMembers = 1 << 20;
    private const int MaxDepth = 32;
    private const int MaxNodes = 1 << 16;

    private readonly Hdf5File _file;
    private readonly string _name;
    private readonly Dictionary<string, long> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);

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
            AddTree(tree, ReadHeap(heap), [], MaxDepth);
        }
        foreach (var link in header.All(Hdf5Message.Link))
            AddLink(link);
        if (header.Find(Hdf5Message.LinkInfo) is { } info)
            CheckIsCompact(info);
    }

    /// <summary>Header addresses of the members by name.</summary>
    public IReadOnlyDictionary<string, long> Members => _members;

    /// <summary>Soft links: name and the path that each leads to.</summary>
    public IReadOnlyDictionary<string, string> Links => _links;

    private void CheckIsCompact(Hdf5Cursor info)
    {
        info.Skip(1);
        if ((info.U8() & 1) != 0)
            info.Skip(8);
        if (info.Offset() >= 0)
        {
            throw _file.Fault(
                _name,
                "keeps its members in the dense layout of the newest HDF5 files, which is not read here; run 'h5repack "
                    + "--low=0 --high=0 IN OUT' or write it without libver='latest'"
            );
        }
    }

    private byte[] ReadHeap(long address)
    {
        var header = _file.CursorUpTo(address, 64, _name);
        header.Signature("HEAP");
        header.Skip(4);
        var size = header.Length();
        header.Length();
        return _file.Read(header.Offset(), size, _name);
    }

    private void AddTree(long address, byte[] heap, HashSet<long> visited, int depth)
    {
        var start = _file.CursorUpTo(address, 24, _name);
        start.Signature("TREE");
        if (start.U8() != 0 || visited.Count >= MaxNodes || !visited.Add(address) || depth == 0)
            throw _file.Fault(_name, "has a damaged tree of members");
        var level = start.U8();
        int used = start.U16();
        var fixedSize = 8 + (2 * _file.OffsetSize);
        var node = _file.Cursor(
            address + fixedSize,
            (used * (long)(_file.LengthSize + _file.OffsetSize)) + _file.LengthSize,
            _name
        );
        for (var i = 0; i < used; i++)
        {
            node.Length();
            var child = node.Offset();
            if (level > 0)
                AddTree(child, heap, visited, depth - 1);
            else
                AddLeaf(child, heap);
        }
    }

    private void AddLeaf(long address, byte[] heap)
    {
        var start = _file.CursorUpTo(address, 8, _name);
        start.Signature("SNOD");
        start.Skip(2);
        int used = start.U16();
        var leaf = _file.Cursor(address + 8, used * (long)((2 * _file.OffsetSize) + 24), _name);
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
            if (_members.Count + _links.Count > MaxMembers)
                throw _file.Fault(_name, "has members without end");
        }
    }

    private string Text(byte[] heap, long at)
    {
        if (at < 0 || at >= heap.Length)
            throw _file.Fault(_name, "has a member whose name lies outside its heap");
        var text = heap.AsSpan((int)at);
        var end = text.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? text : text[..end]);
    }

    private void AddLink(Hdf5Cursor link)
    {
        link.Skip(1);
        var flags = link.U8();
        var kind = (flags & 8) != 0 ? link.U8() : 0;
        link.Skip(((flags & 4) != 0 ? 8 : 0) + ((flags & 0x10) != 0 ? 1 : 0));
        var length = link.Sized(1 << (flags & 3));
        var text = Encoding.UTF8.GetString(link.Take((int)Math.Clamp(length, 0, int.MaxValue)));
        if (kind == 0)
            _members[text] = link.Offset();
        else if (kind == 1)
            _links[text] = Encoding.UTF8.GetString(link.Take(link.U16()));
    }
}
