using System.Text;

namespace Sleap.IO;

/// <summary>An attribute of a group or dataset.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What its elements are.</param>
/// <param name="TypeMessage">The same as the file spells it.</param>
/// <param name="Sizes">Its sizes, rows first; empty for a scalar.</param>
/// <param name="Bytes">Its elements as stored, perhaps with padding behind them.</param>
internal sealed record Hdf5Attribute(string Name, Hdf5Type Type, byte[] TypeMessage, long[] Sizes, byte[] Bytes)
{
    private const int NameRecord = 8;
    private const int HeapIdSize = 8;

    /// <summary>All attributes of an object.</summary>
    /// <param name="file">The file.</param>
    /// <param name="header">The object's header.</param>
    /// <param name="place">The object, for messages.</param>
    public static IReadOnlyList<Hdf5Attribute> ReadAll(Hdf5File file, Hdf5Header header, string place) =>
        [.. Messages(file, header, place).Select(message => Read(message, file))];

    /// <summary>The attribute of a name, or null. Types of others are not looked at.</summary>
    public static Hdf5Attribute? Find(Hdf5File file, Hdf5Header header, string place, string name) =>
        Messages(file, header, place).Find(message => ReadHead(message.FromStart()).Name == name) is { } found
            ? Read(found, file)
            : null;

    /// <summary>
    /// The messages of all attributes. Many or large ones lie in a heap each, which a tree of their names' hashes leads
    /// to (HDF5 File Format Specification, IV.A.2.v).
    /// </summary>
    private static List<Hdf5Cursor> Messages(Hdf5File file, Hdf5Header header, string place)
    {
        var messages = header.All(Hdf5Message.Attribute).ToList();
        if (header.Find(Hdf5Message.AttributeInfo) is not { } info)
            return messages;
        info.Skip(1);
        if ((info.U8() & 1) != 0)
            info.Skip(2);
        var (heapAt, treeAt) = (info.Offset(), info.Offset());
        if (heapAt < 0 || treeAt < 0)
            return messages;
        var heap = new Hdf5FractalHeap(file, heapAt, place);
        new Hdf5BTree2(file, treeAt, place, NameRecord).ForEach(record =>
        {
            messages.Add(heap.Find(record, HeapIdSize));
            if ((record.U8() & 2) != 0)
                throw record.Fault("keeps attributes in a heap of shared messages, which is not read here");
        });
        return messages;
    }

    /// <summary>Reads an attribute message (IV.A.2.m).</summary>
    private static Hdf5Attribute Read(Hdf5Cursor from, Hdf5File file)
    {
        var (name, head) = ReadHead(from);
        var typeFrom = from.Part(head.TypeSize);
        if ((head.Flags & 1) != 0)
            typeFrom = Hdf5Header.Shared(file, Hdf5Message.Datatype, typeFrom, from.Place);
        var typeMessage = typeFrom.Take(typeFrom.Left).ToArray();
        var type = Hdf5Type.Read(from.Of(typeMessage));
        var space = from.Part(head.SpaceSize);
        if ((head.Flags & 2) != 0)
            space = Hdf5Header.Shared(file, Hdf5Message.Dataspace, space, from.Place);
        var sizes = Hdf5Space.Read(space).Sizes;
        return new Hdf5Attribute(name, type, typeMessage, sizes, from.Take(from.Left).ToArray());
    }

    private static (string Name, (int Flags, int TypeSize, int SpaceSize) Head) ReadHead(Hdf5Cursor from)
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
        // The first version has no flags, and fills up its parts to 8 bytes.
        return (name, (version == 1 ? 0 : flags, Padded(typeSize), Padded(spaceSize)));
    }
}
