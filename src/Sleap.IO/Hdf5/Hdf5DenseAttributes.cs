using System.Text;

namespace Sleap.IO;

/// <summary>
/// Writes the attributes of an object outside its header, where they may have more than 64 kB: each as a large object of
/// a fractal heap, which a tree of their names' checksums leads to (HDF5 File Format Specification, III.G and IV.A.2.v).
/// </summary>
internal sealed class Hdf5DenseAttributes(Hdf5Output output, string name)
{
    private const int LeastNode = 512;
    private const int NodeOverhead = 10;
    private const int HugeObject = 0x10;
    private const int HugeRecord = 1;
    private const int NameRecord = 8;

    /// <summary>Writes the attributes; gives back the message that leads to them.</summary>
    public byte[] Write(IReadOnlyList<(string Name, byte[] Message)> attributes)
    {
        var objects = attributes
            .Select((a, i) => (Number: i + 1, a.Message.Length, Address: output.Add(a.Message, name)))
            .ToList();
        var hugeTree = WriteTree(
            HugeRecord,
            [.. objects.Select(o => new Hdf5Bytes().I64(o.Address).I64(o.Length).I64(o.Number).ToArray())]
        );
        var heap = WriteHeap(hugeTree, objects.Count, objects.Sum(o => (long)o.Length));
        var names = attributes
            .Select((a, i) => (Name: Encoding.UTF8.GetBytes(a.Name), Number: i + 1))
            .Select(a => (Hash: Hdf5Checksum.OfMetadata(a.Name), a.Name, a.Number))
            .OrderBy(a => a.Hash)
            .ThenBy(a => a.Name, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)));
        // The number of the object in 7 bytes, then flags and the order of creation, which is not kept.
        var nameTree = WriteTree(
            NameRecord,
            [
                .. names.Select(a =>
                    new Hdf5Bytes().I64(((long)a.Number << 8) | HugeObject).Zeros(5).U32(a.Hash).ToArray()
                ),
            ]
        );
        return new Hdf5Bytes().U8(0).U8(0).I64(heap).I64(nameTree).ToArray();
    }

    /// <summary>Puts the checksum behind a structure.</summary>
    public static Hdf5Bytes Checked(Hdf5Bytes structure) => structure.U32(Hdf5Checksum.OfMetadata(structure.Span));

    /// <summary>A tree of version 2 that is one leaf (III.A.2).</summary>
    private long WriteTree(int kind, IReadOnlyList<byte[]> records)
    {
        var leaf = new Hdf5Bytes().Ascii("BTLF").U8(0).U8(kind);
        foreach (var record in records)
            leaf.Add(record);
        var size = Math.Max(LeastNode, NodeOverhead + (records.Count * records[0].Length));
        var root = output.Add(Checked(leaf).Zeros(size - leaf.Length).Span, name);
        var header = new Hdf5Bytes()
            .Ascii("BTHD")
            .U8(0)
            .U8(kind)
            .U32(size)
            .U16(records[0].Length)
            .U16(0) // depth
            .U8(100) // Nodes are split when full,
            .U8(40) // and joined below 40 %.
            .I64(root)
            .U16(records.Count)
            .I64(records.Count);
        return output.Add(Checked(header).Span, name);
    }

    /// <summary>The header of a heap without blocks, with libhdf5's sizes for attributes.</summary>
    private long WriteHeap(long hugeTree, int count, long bytes) =>
        output.Add(
            Checked(
                new Hdf5Bytes()
                    .Ascii("FRHP")
                    .U8(0)
                    .U16(8) // bytes of an ID
                    .U16(0) // no filters
                    .U8(2) // Blocks have checksums.
                    .U32(4096) // bytes of an object in a block, at most
                    .I64(count + 1)
                    .I64(hugeTree)
                    .I64(0)
                    .I64(Hdf5Output.Undefined) // free space
                    .Zeros(4 * 8) // bytes and objects in blocks
                    .I64(bytes)
                    .I64(count)
                    .Zeros(2 * 8) // bytes and objects within IDs
                    .U16(4) // blocks in a row
                    .I64(1024)
                    .I64(65536)
                    .U16(40) // bits of a position in the heap
                    .U16(1)
                    .I64(Hdf5Output.Undefined) // the first block
                    .U16(0)
            ).Span,
            name
        );
}
