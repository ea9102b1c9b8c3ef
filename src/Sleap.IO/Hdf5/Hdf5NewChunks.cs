using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sleap.IO;

/// <summary>A dataset in chunks of one size, which are written one after the other, the last axis fastest.</summary>
/// <param name="output">The file.</param>
/// <param name="name">The dataset, for messages.</param>
/// <param name="type">Its datatype message.</param>
/// <param name="elementSize">Bytes of an element.</param>
/// <param name="chunk">Elements of a chunk along each axis.</param>
/// <param name="isPacked">Whether chunks are deflated.</param>
internal sealed class Hdf5NewChunks(
    Hdf5Output output,
    string name,
    byte[] type,
    int elementSize,
    int[] chunk,
    bool isPacked
) : Hdf5NewDataset(type)
{
    private static readonly ZLibCompressionOptions Level = new() { CompressionLevel = 4 };

    private readonly List<long> _addresses = [];
    private readonly List<int> _stored = [];

    /// <summary>Sizes, rows first.</summary>
    public required long[] Sizes { get; set; }

    /// <summary>Whether rows can be added by others without end.</summary>
    public bool IsResizable { get; init; }

    /// <summary>Writes what is left before the header is.</summary>
    public Action? Finish { get; set; }

    /// <summary>Bytes of a chunk.</summary>
    public int ChunkBytes { get; } = chunk.Aggregate(elementSize, (a, b) => checked(a * b));

    /// <summary>Writes the next chunk, which is whole also where it reaches beyond the data.</summary>
    public void Add(ReadOnlySpan<byte> elements)
    {
        if (isPacked)
        {
            var packed = new MemoryStream();
            using (var deflater = new ZLibStream(packed, Level, leaveOpen: true))
                deflater.Write(elements);
            elements = packed.GetBuffer().AsSpan(0, (int)packed.Length);
        }
        _addresses.Add(output.Add(elements, name));
        _stored.Add(elements.Length);
    }

    /// <summary>Cuts all elements, rows first, into chunks and writes them.</summary>
    /// <typeparam name="T">What an element is made of: itself, or bytes.</typeparam>
    /// <param name="elements">The elements.</param>
    public void AddAll<T>(ReadOnlySpan<T> elements)
        where T : unmanaged
    {
        if (elements.IsEmpty)
            return;
        if (Sizes.SequenceEqual(chunk.Select(c => (long)c)))
        {
            Add(MemoryMarshal.AsBytes(elements));
            return;
        }
        var parts = elementSize / Unsafe.SizeOf<T>();
        var buffer = new T[ChunkBytes / Unsafe.SizeOf<T>()];
        var count = Grid().Aggregate(1L, (a, b) => a * b);
        for (var i = 0L; i < count; i++)
        {
            Array.Clear(buffer);
            Copy(elements, 0, buffer, 0, axis: 0, Corner(i), parts);
            Add(MemoryMarshal.AsBytes(buffer.AsSpan()));
        }
    }

    public override long Write(Hdf5Output to, string place)
    {
        Finish?.Invoke();
        var tree = _addresses.Count == 0 ? Hdf5Output.Undefined : WriteTree();
        var layout = new Hdf5Bytes().U8(3).U8(2).U8(chunk.Length + 1).I64(tree);
        foreach (var size in chunk)
            layout.U32(size);
        var messages = Messages(Space(Sizes, IsResizable), allocation: 3, layout.U32(elementSize).ToArray());
        if (isPacked)
            messages.Add((Hdf5Message.Filters, Deflate()));
        return WriteHeader(to, place, messages);
    }

    /// <summary>A filter message (HDF5 File Format Specification, IV.A.2.l).</summary>
    private static byte[] Deflate() =>
        new Hdf5Bytes()
            .U8(1)
            .U8(1)
            .Zeros(6)
            .U16(1) // deflate
            .U16(8)
            .U16(1) // A chunk may be left as it is; here none is.
            .U16(1)
            .PaddedName("deflate")
            .U32(4)
            .Zeros(4)
            .ToArray();

    private long WriteTree()
    {
        var keys = new byte[_addresses.Count + 1][];
        for (var i = 0; i < _addresses.Count; i++)
            keys[i] = Key(_stored[i], Corner(i), 0);
        // Behind the last chunk along every axis, that of the element's bytes too.
        var last = Corner(_addresses.Count - 1);
        keys[^1] = Key(0, [.. last.Select((c, axis) => c + chunk[axis])], elementSize);
        return new Hdf5Tree(output, kind: 1, Hdf5Tree.ChunkK, name).Write(_addresses, keys);
    }

    private static byte[] Key(long stored, long[] corner, int inElement)
    {
        var key = new Hdf5Bytes().U32(stored).U32(0);
        foreach (var c in corner)
            key.I64(c);
        return key.I64(inElement).ToArray();
    }

    /// <summary>Chunks along each axis.</summary>
    private long[] Grid() => [.. Sizes.Select((s, axis) => (s + chunk[axis] - 1) / chunk[axis])];

    /// <summary>The first element of a chunk along each axis.</summary>
    private long[] Corner(long number)
    {
        var (grid, corner) = (Grid(), new long[Sizes.Length]);
        for (var axis = corner.Length - 1; axis > 0; axis--)
        {
            corner[axis] = number % grid[axis] * chunk[axis];
            number /= grid[axis];
        }
        corner[0] = number * chunk[0];
        return corner;
    }

    /// <summary>Copies what lies in a chunk, an axis at a time.</summary>
    private void Copy<T>(ReadOnlySpan<T> from, long fromAt, Span<T> to, long toAt, int axis, long[] corner, int parts)
        where T : unmanaged
    {
        var count = Math.Min(chunk[axis], Sizes[axis] - corner[axis]);
        var (fromStep, toStep) = ((long)parts, (long)parts);
        for (var a = axis + 1; a < chunk.Length; a++)
            (fromStep, toStep) = (fromStep * Sizes[a], toStep * chunk[a]);
        fromAt += corner[axis] * fromStep;
        if (fromStep == toStep && corner.AsSpan(axis + 1).IndexOfAnyExcept(0) < 0)
        {
            from.Slice((int)fromAt, (int)(count * fromStep)).CopyTo(to[(int)toAt..]);
            return;
        }
        for (var i = 0; i < count; i++)
            Copy(from, fromAt + (i * fromStep), to, toAt + (i * toStep), axis + 1, corner, parts);
    }
}
