using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Sleap.IO;

/// <summary>
/// A new HDF5 file, in the layout that every HDF5 library since 1.8 reads (superblock 0). Groups on the way to a dataset are
/// made. Data go to the file as they come; headers, groups and indexes are held until <see cref="Complete"/>.
/// </summary>
/// <remarks>The same content gives the same bytes: no time is in the file.</remarks>
internal sealed class Hdf5Writer : IDisposable
{
    /// <summary>Rows of a chunk at most.</summary>
    internal const int ChunkRows = 4096;

    /// <summary>Bytes of a packed chunk at most, as far as rows can be split: one is in memory at a time.</summary>
    internal const int MaxChunkBytes = 1 << 28;

    private const int SuperblockSize = 96;

    private readonly Hdf5Output _output;
    private readonly Hdf5HeapWriter _heap;
    private readonly Hdf5NewGroup _root = new();

    /// <param name="stream">What is written to, from its beginning; it must be one that can be positioned.</param>
    /// <param name="path">The file, for messages.</param>
    public Hdf5Writer(Stream stream, string path)
    {
        _output = new Hdf5Output(stream, path);
        _heap = new Hdf5HeapWriter(_output);
        _output.Allocate(SuperblockSize);
    }

    /// <summary>Makes a file, over an older one of the name.</summary>
    public static Hdf5Writer Create(string path)
    {
        try
        {
            return new Hdf5Writer(
                new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0),
                path
            );
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path} cannot be made; {fault.Message}", fault);
        }
    }

    /// <summary>Where the space ends that was given out so far: the length of the file once it is complete.</summary>
    public long End => _output.End;

    public void Group(string name) => Put(name, new Hdf5NewGroup());

    /// <summary>A soft link to an object of this file, which need not be there yet.</summary>
    /// <param name="name">Of the link; it has no attributes.</param>
    /// <param name="target">Path from the root, beginning with a slash, or from the link's group.</param>
    public void SoftLink(string name, string target)
    {
        if (target.Length == 0 || target.Contains('\0'))
            throw _output.Fault(name, "its target is not the path of an object");
        Put(name, new Hdf5NewLink(target));
    }

    /// <summary>Numbers of any rank, rows first.</summary>
    public void Numbers<T>(string name, ReadOnlySpan<T> values, ReadOnlySpan<long> sizes, bool isCompressed = false)
        where T : unmanaged
    {
        var (type, size) = (Hdf5TypeMessage.Number<T>(), Unsafe.SizeOf<T>());
        CheckCount(name, values.Length, sizes);
        if (!isCompressed || values.IsEmpty)
            PutArray(name, type, sizes, MemoryMarshal.AsBytes(values));
        else
            PutChunks(name, type, size, sizes, ChunkOf(sizes, size), isPacked: true).AddAll(values);
    }

    /// <summary>A table of packed rows; booleans become h5py's enumeration.</summary>
    public void Rows<T>(string name, ReadOnlySpan<T> rows, Hdf5Field[] fields)
        where T : unmanaged => Table<T>(name, fields, rows.Length).Append(rows);

    /// <summary>A table of packed rows that grows.</summary>
    /// <param name="name">Of the dataset.</param>
    /// <param name="fields">The columns.</param>
    /// <param name="expected">Rows that it will have, where that is known: a small table takes less space.</param>
    public Hdf5Table<T> Table<T>(string name, Hdf5Field[] fields, int expected = int.MaxValue)
        where T : unmanaged
    {
        int[] chunk = [Math.Clamp(expected, 1, ChunkRows)];
        var type = Hdf5TypeMessage.Row(fields);
        return new Hdf5Table<T>(
            PutChunks(name, type, Unsafe.SizeOf<T>(), [0], chunk, isPacked: false, isResizable: true)
        );
    }

    /// <summary>Texts of variable length in UTF-8.</summary>
    public void Texts(string name, IReadOnlyList<string> texts)
    {
        int[] chunk = [Math.Clamp(texts.Count, 1, ChunkRows)];
        var (type, size) = (Hdf5TypeMessage.VariableText, Hdf5TypeMessage.VariableSize);
        PutChunks(name, type, size, [texts.Count], chunk, isPacked: false, isResizable: true)
            .AddAll<byte>(_heap.Add([.. texts.Select(Encoding.UTF8.GetBytes)], 1, name));
    }

    /// <summary>One text of variable length in UTF-8, as h5py writes a str.</summary>
    public void Text(string name, string text) =>
        PutArray(name, Hdf5TypeMessage.VariableText, [], _heap.Add([Encoding.UTF8.GetBytes(text)], 1, name));

    /// <summary>Texts of one length, as numpy's bytes are: zero-padded.</summary>
    public void FixedTexts(string name, IReadOnlyList<string> texts, ReadOnlySpan<long> sizes)
    {
        var encoded = texts.Select(Encoding.UTF8.GetBytes).ToList();
        var width = encoded.Select(e => e.Length).Append(1).Max();
        var bytes = new byte[width * encoded.Count];
        for (var i = 0; i < encoded.Count; i++)
            encoded[i].CopyTo(bytes, i * width);
        CheckCount(name, encoded.Count, sizes);
        PutArray(name, Hdf5TypeMessage.FixedText(width), sizes, bytes);
    }

    /// <summary>A text attribute of fixed length, which SLEAP's own reader needs.</summary>
    public void TextAttribute(string owner, string attribute, string text)
    {
        var bytes = text.Length == 0 ? new byte[1] : Encoding.UTF8.GetBytes(text);
        Attribute(owner, attribute, Hdf5TypeMessage.FixedText(bytes.Length), bytes);
    }

    /// <summary>A text attribute of variable length in UTF-8, as h5py writes a str.</summary>
    public void VariableTextAttribute(string owner, string attribute, string text) =>
        Attribute(
            owner,
            attribute,
            Hdf5TypeMessage.VariableText,
            _heap.Add([Encoding.UTF8.GetBytes(text)], 1, $"{owner}@{attribute}")
        );

    public void NumberAttribute<T>(string owner, string attribute, T number)
        where T : unmanaged =>
        Attribute(owner, attribute, Hdf5TypeMessage.Number<T>(), MemoryMarshal.AsBytes(new Span<T>(ref number)));

    /// <summary>A dataset as another file stores it.</summary>
    public void Raw(string name, Hdf5Raw raw)
    {
        var elements = Elements(raw, name);
        var size = raw.Type.Kind == Hdf5Type.Kinds.Variable ? Hdf5TypeMessage.VariableSize : raw.Type.Size;
        if (raw.Chunk.Length == 0 || raw.Chunk.Length != raw.Sizes.Length)
        {
            PutArray(name, Hdf5TypeMessage.Copied(raw), raw.Sizes, elements, Hdf5Space.Product(raw.Sizes.Append(size)));
            return;
        }
        // The first axis can grow beyond a chunk, the others are as long as they are.
        int[] chunk =
        [
            .. raw.Chunk.Select((c, axis) => (int)Math.Min(c, Math.Max(axis == 0 ? ChunkRows : 1, raw.Sizes[axis]))),
        ];
        PutChunks(name, Hdf5TypeMessage.Copied(raw), size, raw.Sizes, chunk, raw.IsPacked, isResizable: true)
            .AddAll<byte>(elements);
    }

    /// <summary>An attribute as another file stores it.</summary>
    public void RawAttribute(string owner, string attribute, Hdf5Raw raw) =>
        Attribute(owner, attribute, Hdf5TypeMessage.Copied(raw), Elements(raw, $"{owner}@{attribute}"), raw.Sizes);

    /// <summary>
    /// Writes what the file lacks and hands it to the operating system. Nothing can be added afterwards, and a writer that
    /// is disposed before leaves no HDF5 file.
    /// </summary>
    /// <exception cref="IOException">The disk is full or broken, now or at an earlier write.</exception>
    public void Complete()
    {
        const string Place = "the whole file";
        var header = _root.Write(_output, "");
        _heap.Flush();
        // HDF5 File Format Specification, II.A: version 0, with addresses and lengths of 8 bytes.
        var superblock = new Hdf5Bytes()
            .Add([0x89, (byte)'H', (byte)'D', (byte)'F', 13, 10, 26, 10])
            .Zeros(5)
            .U8(8)
            .U8(8)
            .U8(0)
            .U16(Hdf5NewGroup.LeafK)
            .U16(Hdf5Tree.GroupK)
            .U32(0)
            .I64(0)
            .I64(Hdf5Output.Undefined)
            .I64(_output.End)
            .I64(Hdf5Output.Undefined)
            .Add(Hdf5NewGroup.Entry(0, header, _root));
        _output.Write(0, superblock.Span, Place);
        _output.Flush();
    }

    public void Dispose() => _output.Dispose();

    /// <summary>Sizes of a packed chunk: all of the data, but of rows so many as fit.</summary>
    private static int[] ChunkOf(ReadOnlySpan<long> sizes, int elementSize)
    {
        var chunk = new int[sizes.Length];
        long bytes = elementSize;
        for (var axis = chunk.Length - 1; axis >= 0; axis--)
        {
            var most = axis == 0 ? ChunkRows : int.MaxValue;
            chunk[axis] = (int)Math.Clamp(Math.Min(sizes[axis], MaxChunkBytes / bytes), 1, most);
            bytes *= chunk[axis];
        }
        return chunk;
    }

    /// <summary>The elements as a dataset stores them.</summary>
    private byte[] Elements(Hdf5Raw raw, string name) =>
        raw.Type.Kind == Hdf5Type.Kinds.Variable
            ? _heap.Add(raw.Items, raw.Type.IsText ? 1 : raw.Type.Element!.Size, name)
            : raw.Bytes;

    private void PutArray(string name, byte[] type, ReadOnlySpan<long> sizes, ReadOnlySpan<byte> elements) =>
        PutArray(name, type, sizes, elements, elements.Length);

    /// <summary>An array of some length, with all its elements or, where none was written, without.</summary>
    private void PutArray(string name, byte[] type, ReadOnlySpan<long> sizes, ReadOnlySpan<byte> elements, long length)
    {
        var parent = Parent(name, out var own);
        var address = elements.IsEmpty ? Hdf5Output.Undefined : _output.Add(elements, name);
        parent.Add(own, new Hdf5NewArray(type, sizes.ToArray(), address, length));
    }

    private Hdf5NewChunks PutChunks(
        string name,
        byte[] type,
        int elementSize,
        ReadOnlySpan<long> sizes,
        int[] chunk,
        bool isPacked,
        bool isResizable = false
    )
    {
        if (chunk.Aggregate((decimal)elementSize, (a, b) => a * b) > int.MaxValue)
            throw _output.Fault(name, "its chunks have more than 2 GB");
        var dataset = new Hdf5NewChunks(_output, name, type, elementSize, chunk, isPacked)
        {
            Sizes = sizes.ToArray(),
            IsResizable = isResizable,
        };
        Put(name, dataset);
        return dataset;
    }

    private void Put(string name, Hdf5NewObject made) => Parent(name, out var own).Add(own, made);

    /// <summary>The group that an object is to be in, made where it is not there.</summary>
    private Hdf5NewGroup Parent(string name, out string own)
    {
        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0 || parts.Any(p => p.Contains('\0') || p == "."))
            throw _output.Fault(name, "this is not the name of an object");
        var group = _root;
        foreach (var part in parts[..^1])
        {
            var found = group.Find(part);
            if (found is null)
                group.Add(part, found = new Hdf5NewGroup());
            group = found as Hdf5NewGroup ?? throw _output.Fault(name, $"'{part}' is not a group");
        }
        own = parts[^1];
        return group.Find(own) is null ? group : throw _output.Fault(name, "there is an object of the name");
    }

    private void Attribute(
        string owner,
        string attribute,
        byte[] type,
        ReadOnlySpan<byte> value,
        ReadOnlySpan<long> sizes = default
    )
    {
        var place = $"{owner}@{attribute}";
        Hdf5NewObject? found = _root;
        foreach (var part in owner.Split('/', StringSplitOptions.RemoveEmptyEntries))
            found = (found as Hdf5NewGroup)?.Find(part);
        if (found is null or Hdf5NewLink)
            throw _output.Fault(place, "there is no such object, or it is a link");
        if (found.HasAttribute(attribute) || attribute.Contains('\0'))
            throw _output.Fault(place, "there is an attribute of the name, or the name is none");
        if (found.AttributeCount == Hdf5NewObject.MaxAttributes)
            throw _output.Fault(place, $"an object has {Hdf5NewObject.MaxAttributes} attributes at most");
        var space = Hdf5NewDataset.Space(sizes, isResizable: false);
        // HDF5 File Format Specification, IV.A.2.m, version 1.
        var message = new Hdf5Bytes()
            .U8(1)
            .U8(0)
            .U16(Encoding.UTF8.GetByteCount(attribute) + 1)
            .U16(type.Length)
            .U16(space.Length)
            .PaddedName(attribute)
            .Add(type)
            .Pad()
            .Add(space)
            .Add(value);
        found.AddAttribute(attribute, message.ToArray());
    }

    private void CheckCount(string name, int count, ReadOnlySpan<long> sizes)
    {
        decimal expected = 1;
        foreach (var size in sizes)
            expected *= size;
        if (count != expected)
            throw _output.Fault(name, $"its sizes are those of {expected} elements, and there are {count}");
    }
}
