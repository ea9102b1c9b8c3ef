namespace Sleap.IO;

/// <summary>
/// Writes a B-tree of version 1 over what is known whole (HDF5 File Format Specification, III.A.1): full nodes from
/// left to right, level by level.
/// </summary>
/// <param name="output">The file.</param>
/// <param name="kind">0 for members of a group, 1 for chunks.</param>
/// <param name="k">Half the children of a node at most.</param>
/// <param name="name">The object, for messages.</param>
internal sealed class Hdf5Tree(Hdf5Output output, int kind, int k, string name)
{
    /// <summary>Of groups; the superblock has it.</summary>
    public const int GroupK = 16;

    /// <summary>Of chunks: what readers take where the superblock is of version 0, which has no place for it.</summary>
    public const int ChunkK = 32;

    /// <summary>Writes the tree; gives back the address of its root.</summary>
    /// <param name="children">Addresses of what it leads to.</param>
    /// <param name="keys">The key in front of each child, and one behind the last; all of one length.</param>
    public long Write(IReadOnlyList<long> children, IReadOnlyList<byte[]> keys)
    {
        for (var level = 0; ; level++)
        {
            var count = Math.Max(1, (children.Count + (2 * k) - 1) / (2 * k));
            var size = 24 + (2 * k * 8) + (((2 * k) + 1) * keys[0].Length);
            var first = output.Allocate((long)count * size);
            var (nodes, nodeKeys) = (new long[count], new byte[count + 1][]);
            for (var n = 0; n < count; n++)
            {
                var (start, end) = (n * 2 * k, Math.Min((n + 1) * 2 * k, children.Count));
                (nodes[n], nodeKeys[n]) = (first + ((long)n * size), keys[start]);
                var node = new Hdf5Bytes().Ascii("TREE").U8(kind).U8(level).U16(end - start);
                node.I64(n == 0 ? Hdf5Output.Undefined : nodes[n] - size);
                node.I64(n == count - 1 ? Hdf5Output.Undefined : nodes[n] + size);
                for (var i = start; i < end; i++)
                    node.Add(keys[i]).I64(children[i]);
                output.Write(nodes[n], node.Add(keys[end]).Zeros(size - node.Length).Span, name);
            }
            if (count == 1)
                return first;
            nodeKeys[count] = keys[children.Count];
            (children, keys) = (nodes, nodeKeys);
        }
    }
}
