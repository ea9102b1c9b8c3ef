using System.Text;

namespace Sleap.IO;

/// <summary>
/// A group to be, kept as HDF5 does by default: a local heap of names, and a tree over leaves of members in the order of
/// their names (HDF5 File Format Specification, III.A to III.D).
/// </summary>
internal sealed class Hdf5NewGroup : Hdf5NewObject
{
    /// <summary>Half the members of a leaf at most; the superblock has it.</summary>
    public const int LeafK = 4;

    private const int EntrySize = 40;

    // strcmp's order, of the bytes of UTF-8.
    private readonly SortedDictionary<byte[], (string Name, Hdf5NewObject Object)> _members = new(
        Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b))
    );

    /// <summary>Address of the tree, once written.</summary>
    public long Tree { get; private set; }

    /// <summary>Address of the heap, once written.</summary>
    public long Heap { get; private set; }

    public Hdf5NewObject? Find(string name) =>
        _members.TryGetValue(Encoding.UTF8.GetBytes(name), out var found) ? found.Object : null;

    public void Add(string name, Hdf5NewObject member) => _members.Add(Encoding.UTF8.GetBytes(name), (name, member));

    public override long Write(Hdf5Output output, string name)
    {
        // The name at 0 is empty: the key before the first member.
        var heap = new Hdf5Bytes().Zeros(8);
        var entries = new List<(long NameAt, byte[] Entry)>();
        foreach (var (_, (member, content)) in _members)
        {
            var header = content.Write(output, $"{name}/{member}");
            var nameAt = heap.Length;
            heap.PaddedName(member);
            entries.Add(
                (nameAt, content is Hdf5NewLink link ? LinkEntry(nameAt, link, heap) : Entry(nameAt, header, content))
            );
        }
        Heap = WriteHeap(output, heap, name);
        Tree = WriteTree(output, entries, name);
        return WriteHeader(output, name, [(Hdf5Message.SymbolTable, new Hdf5Bytes().I64(Tree).I64(Heap).ToArray())]);
    }

    /// <summary>An entry of a leaf, or of the superblock; of groups it repeats where tree and heap are.</summary>
    public static byte[] Entry(long nameAt, long header, Hdf5NewObject content)
    {
        var entry = new Hdf5Bytes().I64(nameAt).I64(header);
        return content is Hdf5NewGroup group
            ? entry.U32(1).U32(0).I64(group.Tree).I64(group.Heap).ToArray()
            : entry.Zeros(24).ToArray();
    }

    /// <summary>An entry of a soft link: no header, and the place of its target in the heap (III.C).</summary>
    private static byte[] LinkEntry(long nameAt, Hdf5NewLink link, Hdf5Bytes heap)
    {
        var targetAt = heap.Length;
        heap.PaddedName(link.Target);
        return new Hdf5Bytes().I64(nameAt).I64(Hdf5Output.Undefined).U32(2).U32(0).U32(targetAt).Zeros(12).ToArray();
    }

    private static long WriteHeap(Hdf5Output output, Hdf5Bytes names, string name)
    {
        var data = output.Add(names.Span, name);
        // 1 stands for no free space.
        return output.Add(new Hdf5Bytes().Ascii("HEAP").U32(0).I64(names.Length).I64(1).I64(data).Span, name);
    }

    private static long WriteTree(Hdf5Output output, List<(long NameAt, byte[] Entry)> entries, string name)
    {
        var leaves = new List<long>();
        // A key in front, and the last name of each leaf behind it.
        var keys = new List<byte[]> { new byte[8] };
        foreach (var part in entries.Chunk(2 * LeafK))
        {
            var leaf = new Hdf5Bytes().Ascii("SNOD").U8(1).U8(0).U16(part.Length);
            foreach (var (_, entry) in part)
                leaf.Add(entry);
            leaves.Add(output.Add(leaf.Zeros(EntrySize * ((2 * LeafK) - part.Length)).Span, name));
            keys.Add(new Hdf5Bytes().I64(part[^1].NameAt).ToArray());
        }
        return new Hdf5Tree(output, kind: 0, Hdf5Tree.GroupK, name).Write(leaves, keys);
    }
}

/// <summary>A soft link to be: its group holds all of it.</summary>
/// <param name="target">Path of the object that it leads to.</param>
internal sealed class Hdf5NewLink(string target) : Hdf5NewObject
{
    public string Target => target;

    public override long Write(Hdf5Output output, string name) => Hdf5Output.Undefined;
}
