using System.Text;

namespace Sleap.IO;

/// <summary>The members of a group, in whichever of HDF5's ways it keeps them.</summary>
internal static class Hdf5Group
{
    private const int MostMembers = 1 << 20;
    private const int MostDepth = 32;
    private const int MostNodes = 1 << 16;

    /// <summary>
    /// Names and header addresses of a group's members, and where its soft links lead; external links are left out.
    /// </summary>
    public static (Dictionary<string, long> Members, Dictionary<string, string> Links) Members(
        Hdf5Bytes file,
        Hdf5Header group,
        string name
    )
    {
        var found = (
            Members: new Dictionary<string, long>(StringComparer.Ordinal),
            Links: new Dictionary<string, string>(StringComparer.Ordinal)
        );
        if (group.Find(Hdf5Message.SymbolTable) is { } table)
        {
            var (tree, heap) = (table.Offset(), table.Offset());
            AddTree(file, tree, Heap(file, heap, name), found, name, []);
        }
        foreach (var link in group.All(Hdf5Message.Link))
            AddLink(link, found);
        if (group.Find(Hdf5Message.LinkInfo) is { } info)
        {
            info.Skip(1);
            if ((info.U8() & 1) != 0)
                info.Skip(8);
            if (info.Offset() >= 0)
            {
                throw file.Fault(
                    name,
                    "keeps its members in the dense layout of the newest HDF5 files, which is not "
                        + "read here; run 'h5repack --low=0 --high=0 IN OUT' or write it without libver='latest'"
                );
            }
        }
        return found;
    }

    private static byte[] Heap(Hdf5Bytes file, long address, string name)
    {
        var header = file.CursorUpTo(address, 64, name);
        header.Signature("HEAP");
        header.Skip(4);
        var size = header.Length();
        header.Length();
        return file.Read(header.Offset(), size, name);
    }

    private static void AddTree(
        Hdf5Bytes file,
        long address,
        byte[] heap,
        (Dictionary<string, long> Members, Dictionary<string, string> Links) found,
        string name,
        HashSet<long> visited,
        int depth = MostDepth
    )
    {
        var start = file.CursorUpTo(address, 24, name);
        start.Signature("TREE");
        if (start.U8() != 0 || visited.Count >= MostNodes || !visited.Add(address) || depth == 0)
            throw file.Fault(name, "has a damaged tree of members");
        var level = start.U8();
        int used = start.U16();
        var fixedSize = 8 + (2 * file.OffsetSize);
        var node = file.Cursor(
            address + fixedSize,
            (used * (long)(file.LengthSize + file.OffsetSize)) + file.LengthSize,
            name
        );
        for (var i = 0; i < used; i++)
        {
            node.Length();
            var child = node.Offset();
            if (level > 0)
                AddTree(file, child, heap, found, name, visited, depth - 1);
            else
                AddLeaf(file, child, heap, found, name);
        }
    }

    private static void AddLeaf(
        Hdf5Bytes file,
        long address,
        byte[] heap,
        (Dictionary<string, long> Members, Dictionary<string, string> Links) found,
        string name
    )
    {
        var start = file.CursorUpTo(address, 8, name);
        start.Signature("SNOD");
        start.Skip(2);
        int used = start.U16();
        var leaf = file.Cursor(address + 8, used * (long)((2 * file.OffsetSize) + 24), name);
        for (var i = 0; i < used; i++)
        {
            var (nameAt, header, kind) = (leaf.Offset(), leaf.Offset(), leaf.U32());
            leaf.Skip(4);
            var targetAt = leaf.U32();
            leaf.Skip(12);
            // Kind 2 is a soft link.
            if (kind != 2)
                found.Members[Text(file, heap, nameAt, name)] = header;
            else
                found.Links[Text(file, heap, nameAt, name)] = Text(file, heap, targetAt, name);
            if (found.Members.Count + found.Links.Count > MostMembers)
                throw file.Fault(name, "has members without end");
        }
    }

    private static string Text(Hdf5Bytes file, byte[] heap, long at, string name)
    {
        if (at < 0 || at >= heap.Length)
            throw file.Fault(name, "has a member whose name lies outside its heap");
        var text = heap.AsSpan((int)at);
        var end = text.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? text : text[..end]);
    }

    private static void AddLink(
        Hdf5Cursor link,
        (Dictionary<string, long> Members, Dictionary<string, string> Links) found
    )
    {
        link.Skip(1);
        var flags = link.U8();
        var kind = (flags & 8) != 0 ? link.U8() : 0;
        link.Skip(((flags & 4) != 0 ? 8 : 0) + ((flags & 0x10) != 0 ? 1 : 0));
        var length = link.Sized(1 << (flags & 3));
        var text = Encoding.UTF8.GetString(link.Take((int)Math.Clamp(length, 0, int.MaxValue)));
        if (kind == 0)
            found.Members[text] = link.Offset();
        else if (kind == 1)
            found.Links[text] = Encoding.UTF8.GetString(link.Take(link.U16()));
    }
}
