using System.Text;

namespace Sleap.IO;

/// <summary>A new HDF5 file. Groups on the way to a dataset are made.</summary>
internal sealed unsafe class Hdf5Writer : IDisposable
{
    /// <summary>Rows of a chunk at most.</summary>
    internal const int ChunkRows = 4096;

    private readonly string _path;
    private readonly Hdf5Handle _file;

    private Hdf5Writer(string path, Hdf5Handle file)
    {
        _path = path;
        _file = file;
    }

    /// <summary>Makes a file, over an older one of the name.</summary>
    public static Hdf5Writer Create(string path)
    {
        Hdf5Library.Require();
        lock (Hdf5Library.Gate)
        {
            using var access = new Hdf5Handle(Hdf5Native.H5Pcreate(Hdf5Types.FileAccess));
            // No lock: it would live on in every child process, such as ffmpeg, that starts while the file is open.
            // Since 1.10.7.
            if (Hdf5Library.Has("H5Pset_file_locking"))
                Hdf5Native.H5Pset_file_locking(access.Id, 0, 1);
            var id = Hdf5Native.H5Fcreate(path, Hdf5Native.Truncate, 0, access.Id);
            return id >= 0
                ? new Hdf5Writer(path, new Hdf5Handle(id))
                : throw new IOException($"{path} cannot be made; {Hdf5Errors.Last()}.");
        }
    }

    /// <summary>
    /// Where the space ends that objects have been given so far, which is late for chunks that are still in memory.
    /// Since 1.10.2.
    /// </summary>
    public long End
    {
        get
        {
            lock (Hdf5Library.Gate)
            {
                ulong end;
                Check(Hdf5Native.H5Fget_eoa(_file.Id, &end), "the whole file");
                return (long)end;
            }
        }
    }

    public void Group(string name)
    {
        lock (Hdf5Library.Gate)
        {
            using var links = Links();
            new Hdf5Handle(Check(Hdf5Native.H5Gcreate2(_file.Id, name, links.Id, 0, 0), name)).Dispose();
        }
    }

    /// <summary>Numbers of any rank, rows first.</summary>
    public void Numbers<T>(string name, ReadOnlySpan<T> values, ReadOnlySpan<long> sizes, bool isCompressed = false)
        where T : unmanaged
    {
        lock (Hdf5Library.Gate)
        {
            using var space = Space(sizes, isResizable: false);
            using var properties = Creation(sizes, isChunked: isCompressed && !values.IsEmpty, isCompressed);
            using var dataset = Dataset(name, Hdf5Types.Of<T>(), space, properties);
            Write(dataset, Hdf5Types.Of<T>(), values, name);
        }
    }

    /// <summary>A table of packed rows; booleans become h5py's enumeration.</summary>
    public void Rows<T>(string name, ReadOnlySpan<T> rows, Hdf5Field[] fields)
        where T : unmanaged
    {
        using var table = Table<T>(name, fields, rows.Length);
        table.Append(rows);
    }

    /// <summary>A table of packed rows that grows; to be disposed before the file.</summary>
    /// <param name="name">Of the dataset.</param>
    /// <param name="fields">The columns.</param>
    /// <param name="expected">Rows that it will have, where that is known: a small table takes less space.</param>
    public Hdf5Table<T> Table<T>(string name, Hdf5Field[] fields, int expected = int.MaxValue)
        where T : unmanaged
    {
        lock (Hdf5Library.Gate)
        {
            using var boolean = Boolean();
            var type = new Hdf5Handle(Hdf5Native.H5Tcreate(Hdf5Native.TypeClass.Compound, (nuint)sizeof(T)));
            var offset = 0;
            foreach (var field in fields)
            {
                Check(
                    Hdf5Native.H5Tinsert(
                        type.Id,
                        field.Name,
                        (nuint)offset,
                        field.Kind == Hdf5FieldKind.Boolean ? boolean.Id : Hdf5Types.Of(field.Kind)
                    ),
                    name
                );
                offset += field.Size;
            }
            using var space = Space([0], isResizable: true);
            using var properties = Creation([expected], isChunked: true, isCompressed: false);
            return new Hdf5Table<T>(this, name, type, Dataset(name, type.Id, space, properties));
        }
    }

    /// <summary>Texts of variable length in UTF-8.</summary>
    public void Texts(string name, IReadOnlyList<string> texts)
    {
        lock (Hdf5Library.Gate)
        {
            using var type = new Hdf5Handle(Hdf5Native.H5Tcopy(Hdf5Types.CString));
            Hdf5Native.H5Tset_size(type.Id, Hdf5Native.Variable);
            Hdf5Native.H5Tset_cset(type.Id, 1);
            long[] sizes = [texts.Count];
            using var space = Space(sizes, isResizable: true);
            using var properties = Creation(sizes, isChunked: true, isCompressed: false);
            using var dataset = Dataset(name, type.Id, space, properties);
            var bytes = texts.SelectMany(t => Encoding.UTF8.GetBytes(t).Append((byte)0)).ToArray();
            fixed (byte* first = bytes)
            {
                var pointers = new nint[texts.Count];
                var offset = 0;
                for (var i = 0; i < pointers.Length; i++)
                {
                    pointers[i] = (nint)first + offset;
                    offset += Encoding.UTF8.GetByteCount(texts[i]) + 1;
                }
                Write<nint>(dataset, type.Id, pointers, name);
            }
        }
    }

    /// <summary>Texts of one length, as numpy's bytes are: zero-padded.</summary>
    public void FixedTexts(string name, IReadOnlyList<string> texts, ReadOnlySpan<long> sizes)
    {
        lock (Hdf5Library.Gate)
        {
            var encoded = texts.Select(Encoding.UTF8.GetBytes).ToList();
            var width = Math.Max(1, encoded.Count == 0 ? 1 : encoded.Max(e => e.Length));
            var bytes = new byte[width * encoded.Count];
            for (var i = 0; i < encoded.Count; i++)
                encoded[i].CopyTo(bytes, i * width);
            using var type = FixedText(width);
            using var space = Space(sizes, isResizable: false);
            using var dataset = Dataset(name, type.Id, space, null);
            Write<byte>(dataset, type.Id, bytes, name);
        }
    }

    /// <summary>A text attribute of fixed length, which SLEAP's own reader needs.</summary>
    public void TextAttribute(string owner, string attribute, string text)
    {
        lock (Hdf5Library.Gate)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            using var type = FixedText(Math.Max(1, bytes.Length));
            Attribute<byte>(owner, attribute, type.Id, bytes.Length == 0 ? new byte[1] : bytes);
        }
    }

    /// <summary>A text attribute of variable length in UTF-8, as h5py writes a str.</summary>
    public void VariableTextAttribute(string owner, string attribute, string text)
    {
        lock (Hdf5Library.Gate)
        {
            using var type = new Hdf5Handle(Hdf5Native.H5Tcopy(Hdf5Types.CString));
            Hdf5Native.H5Tset_size(type.Id, Hdf5Native.Variable);
            Hdf5Native.H5Tset_cset(type.Id, 1);
            fixed (byte* first = Encoding.UTF8.GetBytes(text + '\0'))
                Attribute<nint>(owner, attribute, type.Id, [(nint)first]);
        }
    }

    public void NumberAttribute<T>(string owner, string attribute, T number)
        where T : unmanaged
    {
        lock (Hdf5Library.Gate)
            Attribute<T>(owner, attribute, Hdf5Types.Of<T>(), [number]);
    }

    /// <summary>A dataset as another file stores it.</summary>
    public void Raw(string name, Hdf5Raw raw)
    {
        lock (Hdf5Library.Gate)
        {
            using var type = Decoded(raw, name);
            var isChunked = raw.Chunk.Length > 0 && raw.Chunk.Length == raw.Sizes.Length;
            using var space = Space(raw.Sizes, isResizable: isChunked);
            using var properties = isChunked
                ? Creation([.. raw.Chunk.Select(c => (long)c)], isChunked: true, raw.IsPacked)
                : null;
            using var dataset = Dataset(name, type.Id, space, properties);
            WithElements(raw, elements => Write<byte>(dataset, type.Id, elements, name));
        }
    }

    /// <summary>An attribute as another file stores it.</summary>
    public void RawAttribute(string owner, string attribute, Hdf5Raw raw)
    {
        lock (Hdf5Library.Gate)
        {
            using var type = Decoded(raw, $"{owner}@{attribute}");
            WithElements(raw, elements => Attribute(owner, attribute, type.Id, elements, raw.Sizes));
        }
    }

    /// <summary>Hands everything to the operating system; what fails here is a full or broken disk.</summary>
    public void Flush()
    {
        lock (Hdf5Library.Gate)
            Check(Hdf5Native.H5Fflush(_file.Id, 1), "the whole file");
    }

    public void Dispose() => _file.Dispose();

    /// <summary>H5Tdecode takes a datatype message behind its number (3) and a version (0).</summary>
    private Hdf5Handle Decoded(Hdf5Raw raw, string name)
    {
        if (!Hdf5Library.Has("H5Tdecode"))
            throw new IOException($"{_path}, {name}: this version of libhdf5 cannot copy types (it lacks H5Tdecode).");
        byte[] encoded = [3, 0, .. raw.TypeMessage];
        fixed (byte* first = encoded)
            return new Hdf5Handle(Check(Hdf5Native.H5Tdecode(first), name));
    }

    /// <summary>
    /// The elements as they lie in memory: those of variable length are pointers, with the count before for what is not
    /// text.
    /// </summary>
    private static void WithElements(Hdf5Raw raw, Action<byte[]> use)
    {
        if (raw.Type.Kind != Hdf5Type.Kinds.Variable)
        {
            use(raw.Bytes);
            return;
        }
        var lengths = raw.Items.Select(i => i.Length + 1L).ToArray();
        var all = new byte[lengths.Sum()];
        fixed (byte* first = all)
        {
            using var elements = new MemoryStream();
            using var writer = new BinaryWriter(elements);
            long offset = 0;
            for (var i = 0; i < raw.Items.Length; i++)
            {
                raw.Items[i].CopyTo(all.AsSpan((int)offset));
                if (!raw.Type.IsText)
                    writer.Write((long)(raw.Items[i].Length / raw.Type.Element!.Size));
                writer.Write((long)(nint)(first + offset));
                offset += lengths[i];
            }
            use(elements.ToArray());
        }
    }

    private void Attribute<T>(
        string owner,
        string attribute,
        long type,
        ReadOnlySpan<T> value,
        ReadOnlySpan<long> sizes = default
    )
        where T : unmanaged
    {
        using var opened = new Hdf5Handle(Check(Hdf5Native.H5Oopen(_file.Id, owner, 0), owner));
        using var space = Space(sizes, isResizable: false);
        using var created = new Hdf5Handle(
            Check(Hdf5Native.H5Acreate2(opened.Id, attribute, type, space.Id, 0, 0), $"{owner}@{attribute}")
        );
        if (value.IsEmpty)
            return;
        fixed (T* first = value)
            Check(Hdf5Native.H5Awrite(created.Id, type, first), $"{owner}@{attribute}");
    }

    private Hdf5Handle Dataset(string name, long type, Hdf5Handle space, Hdf5Handle? properties)
    {
        using var links = Links();
        return new Hdf5Handle(
            Check(Hdf5Native.H5Dcreate2(_file.Id, name, type, space.Id, links.Id, properties?.Id ?? 0, 0), name)
        );
    }

    private void Write<T>(Hdf5Handle dataset, long type, ReadOnlySpan<T> values, string name)
        where T : unmanaged
    {
        if (values.IsEmpty)
            return;
        fixed (T* first = values)
            Check(Hdf5Native.H5Dwrite(dataset.Id, type, 0, 0, 0, first), name);
    }

    private static Hdf5Handle Space(ReadOnlySpan<long> sizes, bool isResizable)
    {
        var now = new ulong[Math.Max(1, sizes.Length)];
        for (var i = 0; i < sizes.Length; i++)
            now[i] = (ulong)sizes[i];
        ulong[] most = [.. now];
        if (isResizable)
            most[0] = Hdf5Native.Unlimited;
        if (sizes.IsEmpty)
            return new Hdf5Handle(Hdf5Native.H5Screate(0));
        fixed (
            ulong* first = now,
                last = most
        )
        {
            return new Hdf5Handle(Hdf5Native.H5Screate_simple(sizes.Length, first, last));
        }
    }

    private static Hdf5Handle? Creation(ReadOnlySpan<long> sizes, bool isChunked, bool isCompressed)
    {
        if (!isChunked)
            return null;
        var properties = new Hdf5Handle(Hdf5Native.H5Pcreate(Hdf5Types.DatasetCreation));
        var chunk = new ulong[sizes.Length];
        for (var i = 0; i < sizes.Length; i++)
            chunk[i] = (ulong)Math.Clamp(sizes[i], 1, i == 0 ? ChunkRows : int.MaxValue);
        fixed (ulong* first = chunk)
            Hdf5Native.H5Pset_chunk(properties.Id, sizes.Length, first);
        if (isCompressed)
            Hdf5Native.H5Pset_deflate(properties.Id, 4);
        return properties;
    }

    private static Hdf5Handle Links()
    {
        var links = new Hdf5Handle(Hdf5Native.H5Pcreate(Hdf5Types.LinkCreation));
        Hdf5Native.H5Pset_create_intermediate_group(links.Id, 1);
        return links;
    }

    private static Hdf5Handle FixedText(int width)
    {
        var type = new Hdf5Handle(Hdf5Native.H5Tcopy(Hdf5Types.CString));
        Hdf5Native.H5Tset_size(type.Id, (nuint)width);
        // Zero-padded without a closing zero: what numpy calls bytes.
        Hdf5Native.H5Tset_strpad(type.Id, 1);
        return type;
    }

    private static Hdf5Handle Boolean()
    {
        var type = new Hdf5Handle(Hdf5Native.H5Tenum_create(Hdf5Types.Int8));
        sbyte value = 0;
        Hdf5Native.H5Tenum_insert(type.Id, "FALSE", &value);
        value = 1;
        Hdf5Native.H5Tenum_insert(type.Id, "TRUE", &value);
        return type;
    }

    /// <summary>Throws what HDF5 says of a call that failed.</summary>
    internal long Check(long result, string name) =>
        result >= 0 ? result : throw new IOException($"{_path}, {name}: cannot be written; {Hdf5Errors.Last()}.");
}
