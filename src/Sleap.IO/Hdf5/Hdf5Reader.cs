using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Sleap.IO;

/// <summary>
/// An HDF5 file opened for reading, without the C library: that one hangs or crashes on damaged files, and its answer
/// to them cannot be caught. Read are files of the layouts that h5py, SLEAP, sleap-io and PyTables write by default.
/// Every fault is a <see cref="PoseFormatException"/>.
/// </summary>
internal sealed class Hdf5Reader : IDisposable
{
    private const int MostParts = 64;

    private readonly Hdf5Bytes _file;
    private readonly Hdf5GlobalHeap _heap;
    private readonly long _rootAddress;
    private readonly long _mostBytes;
    private readonly Dictionary<string, (Dictionary<string, long> Members, Dictionary<string, string> Links)> _groups =
        new(StringComparer.Ordinal);

    private Hdf5Reader(Hdf5Bytes file)
    {
        _file = file;
        _heap = new Hdf5GlobalHeap(file);
        // A damaged header can declare any size; deflate packs at most about 1000 to 1.
        _mostBytes = Math.Min(Array.MaxLength, (64L << 20) + (1100 * file.Length));
        _rootAddress = Superblock();
    }

    public string Path => _file.Path;

    /// <summary>Opens a file.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="PoseFormatException">It is not HDF5, or damaged.</exception>
    public static Hdf5Reader Open(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file {path}.", path);
        var bytes = new Hdf5Bytes(path);
        try
        {
            return new Hdf5Reader(bytes);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>Whether an object is there.</summary>
    public bool Contains(string name) => Find(name) >= 0;

    /// <summary>Names of a group's members in order, "/" for the root.</summary>
    public IReadOnlyList<string> Members(string group) => [.. Group(group).Members.Keys.Order(StringComparer.Ordinal)];

    /// <summary>A group's soft links: name and the path that each leads to.</summary>
    public IReadOnlyDictionary<string, string> Links(string group) => Group(group).Links;

    /// <summary>Whether an object is a dataset rather than a group.</summary>
    public bool IsDataset(string name) =>
        Find(name) is >= 0 and var at && Hdf5Header.Read(_file, at, name).Find(Hdf5Message.Layout) is not null;

    /// <summary>Sizes of a dataset; empty for a scalar.</summary>
    public long[] Sizes(string name) => Dataset(name).Sizes;

    /// <summary>A dataset of numbers of any rank, rows first, turned into T.</summary>
    public T[] ReadNumbers<T>(string name)
        where T : unmanaged
    {
        var dataset = Dataset(name);
        var values = new T[dataset.Count];
        if (values.Length == 0)
            return values;
        if (!dataset.Type.IsNumber)
            throw _file.Fault(name, "does not hold numbers");
        Hdf5Numbers.Convert(
            Stored(dataset),
            dataset.Type,
            0,
            dataset.Type.Size,
            MemoryMarshal.AsBytes(values.AsSpan()),
            Hdf5Numbers.KindOf<T>(),
            0,
            Unsafe.SizeOf<T>(),
            values.Length
        );
        return values;
    }

    /// <summary>One row of a dataset whose rows are bytes: of fixed width, or of variable length.</summary>
    public byte[] ReadByteRow(string name, int row)
    {
        var dataset = Dataset(name);
        var count = dataset.Count;
        if (dataset.Sizes.Length == 0 || row < 0 || row >= dataset.Sizes[0])
            throw _file.Fault(name, $"has no row {row}");
        var bytes = new byte[count / dataset.Sizes[0] * dataset.Type.Size];
        if (dataset.Type.Kind != Hdf5Type.Kinds.Variable && dataset.Type.Size != 1)
            throw _file.Fault(name, "holds pictures in numbers of more than 8 bits, and 8 were expected");
        dataset.ReadRows(row, 1, bytes);
        return dataset.Type.Kind == Hdf5Type.Kinds.Variable ? Variable(bytes, name) : bytes;
    }

    /// <summary>
    /// A table of packed rows. Fields are found by name; where the names differ but the number agrees, by position, as
    /// sleap-io does.
    /// </summary>
    /// <typeparam name="T">A packed struct laid out as <paramref name="fields"/>.</typeparam>
    /// <param name="name">The dataset.</param>
    /// <param name="fields">The fields in the struct's order; the last ones may be optional and stay zero when
    /// absent.</param>
    public T[] ReadRows<T>(string name, Hdf5Field[] fields)
        where T : unmanaged
    {
        var dataset = Dataset(name);
        var rows = new T[dataset.Count];
        // h5py writes an empty list as no rows of float64.
        if (rows.Length == 0)
            return rows;
        var members = dataset.Type.Members;
        var places = Places(members, fields, name);
        var target = MemoryMarshal.AsBytes(rows.AsSpan());
        if (dataset.Type.Size == Unsafe.SizeOf<T>() && IsSameLayout(members, places, fields))
        {
            dataset.ReadAll(target);
            return rows;
        }
        var stored = Stored(dataset);
        var offset = 0;
        for (var i = 0; i < fields.Length; i++)
        {
            if (places[i] >= 0)
            {
                Hdf5Numbers.Convert(
                    stored,
                    members[places[i]].Type,
                    members[places[i]].Offset,
                    dataset.Type.Size,
                    target,
                    fields[i].Kind,
                    offset,
                    Unsafe.SizeOf<T>(),
                    rows.Length
                );
            }

            offset += fields[i].Size;
        }
        return rows;
    }

    /// <summary>
    /// A table of PyTables: an index column of texts, whole numbers or three texts, and a column of several float64.
    /// </summary>
    public (IReadOnlyList<(string Text, int? Number)> Index, IReadOnlyList<double[]> Values) ReadIndexedTable(
        string name,
        string indexColumn,
        string valueColumn,
        int width
    )
    {
        var dataset = Dataset(name);
        var members = dataset.Type.Members;
        var index = members.FirstOrDefault(m => m.Name == indexColumn);
        var values = members.FirstOrDefault(m => m.Name == valueColumn);
        if (
            index.Type is not ({ Kind: Hdf5Type.Kinds.Text } or { IsNumber: true })
            || values.Type is not { Kind: Hdf5Type.Kinds.Array or Hdf5Type.Kinds.Float, IsBigEndian: false }
            || values.Type.Size != width * sizeof(double)
            || (values.Type.Element ?? values.Type) is not { Kind: Hdf5Type.Kinds.Float, Size: 8 }
        )
        {
            throw _file.Fault(
                name,
                $"has the columns {string.Join(", ", members.Select(m => m.Name))}, and "
                    + $"{indexColumn} and {valueColumn} with {width} numbers were expected"
            );
        }

        var stored = Stored(dataset);
        var (names, rows) = (new (string, int?)[dataset.Count], new double[dataset.Count][]);
        Span<int> number = [0];
        for (var i = 0; i < rows.Length; i++)
        {
            var row = stored.AsSpan(i * dataset.Type.Size, dataset.Type.Size);
            rows[i] = MemoryMarshal.Cast<byte, double>(row.Slice(values.Offset, values.Type.Size)).ToArray();
            if (index.Type.IsNumber)
            {
                Hdf5Numbers.Convert(
                    row,
                    index.Type,
                    index.Offset,
                    0,
                    MemoryMarshal.AsBytes(number),
                    Hdf5FieldKind.Int32,
                    0,
                    0,
                    1
                );
                names[i] = (
                    number[0].ToString(System.Globalization.CultureInfo.InvariantCulture),
                    number[0] >= 0 ? number[0] : throw _file.Fault(name, $"has the frame number {number[0]}")
                );
            }
            else
            {
                names[i] = (
                    Texts(row.Slice(index.Offset, index.Type.Size).ToArray(), index.Type, 1, name)[0]
                        .Replace('\\', '/'),
                    null
                );
            }
        }
        return (names, rows);
    }

    /// <summary>A list of texts, of fixed or variable length; an empty dataset of any type is an empty list.</summary>
    public IReadOnlyList<string> ReadTexts(string name)
    {
        var dataset = Dataset(name);
        return dataset.Count == 0 ? [] : Texts(Stored(dataset), dataset.Type, (int)dataset.Count, name);
    }

    /// <summary>An attribute's text, of fixed or variable length, or null when there is no such attribute.</summary>
    public string? ReadTextAttribute(string owner, string attribute) =>
        Attribute(owner, attribute) is { } found
            ? found.Count == 0
                ? ""
                : Texts(found.Bytes, found.Type, 1, $"{owner}@{attribute}")[0]
            : null;

    /// <summary>An attribute's single number, or null when there is no such attribute.</summary>
    public double? ReadNumberAttribute(string owner, string attribute)
    {
        if (Attribute(owner, attribute) is not { } found)
            return null;
        if (!found.Type.IsNumber || found.Count != 1)
            throw _file.Fault($"{owner}@{attribute}", "is not a single number");
        Span<double> number = [0];
        Hdf5Numbers.Convert(
            found.Bytes,
            found.Type,
            0,
            found.Type.Size,
            MemoryMarshal.AsBytes(number),
            Hdf5FieldKind.Double,
            0,
            8,
            1
        );
        return number[0];
    }

    /// <summary>A dataset's content as it is stored.</summary>
    public Hdf5Raw ReadRaw(string name)
    {
        var dataset = Dataset(name);
        return Raw(dataset.Type, dataset.TypeMessage, dataset.Sizes, Stored(dataset), name) with
        {
            Chunk = [.. dataset.Chunk],
            IsPacked = dataset.IsPacked,
        };
    }

    /// <summary>All attributes of an object as they are stored.</summary>
    public IReadOnlyList<(string Name, Hdf5Raw Value)> ReadRawAttributes(string owner) =>
        [
            .. Attributes(owner, owner)
                .Select(a =>
                {
                    var place = $"{owner}@{a.Name}";
                    return (
                        a.Name,
                        Raw(
                            a.Type,
                            a.TypeMessage,
                            a.Sizes,
                            a.Bytes[..(int)(CountOf(a.Sizes, a.Type, a.Bytes, place) * a.Type.Size)],
                            place
                        )
                    );
                }),
        ];

    public void Dispose() => _file.Dispose();

    private long Superblock()
    {
        const string Place = "superblock";
        for (long at = 0; at + 48 <= _file.Length; at = at == 0 ? 512 : at * 2)
        {
            var start = _file.Cursor(at, Math.Min(96, _file.Length - at), Place);
            if (
                !start
                    .Take(8)
                    .SequenceEqual((ReadOnlySpan<byte>)[0x89, (byte)'H', (byte)'D', (byte)'F', 13, 10, 26, 10])
            )
            {
                continue;
            }

            _file.Base = at;
            var version = start.U8();
            return version switch
            {
                0 or 1 => OldSuperblock(start, version),
                2 or 3 => NewSuperblock(start),
                _ => throw _file.Fault(Place, $"is of version {version}, and 0 to 3 can be read"),
            };
        }
        throw new PoseFormatException(
            _file.Path,
            null,
            "the file is not HDF5 (it lacks the signature), or it is cut off."
        );
    }

    private long OldSuperblock(Hdf5Cursor from, int version)
    {
        from.Skip(4);
        SetSizes(from.U8(), from.U8(), from);
        from.Skip(1 + 4 + 4 + (version == 1 ? 4 : 0) + (4 * _file.OffsetSize) + _file.OffsetSize);
        return from.Offset();
    }

    private long NewSuperblock(Hdf5Cursor from)
    {
        SetSizes(from.U8(), from.U8(), from);
        from.Skip(1 + (3 * _file.OffsetSize));
        return from.Offset();
    }

    private void SetSizes(int offsets, int lengths, Hdf5Cursor from)
    {
        if (offsets is not (4 or 8) || lengths is not (4 or 8))
            throw from.Fault($"declares addresses of {offsets} and lengths of {lengths} bytes");
        (_file.OffsetSize, _file.LengthSize) = (offsets, lengths);
    }

    private long Find(string name)
    {
        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var at = _rootAddress;
        for (var i = 0; i < parts.Length; i++)
        {
            if (i > MostParts || !Group(string.Join('/', parts[..i])).Members.TryGetValue(parts[i], out at))
                return -1;
        }
        return at;
    }

    private (Dictionary<string, long> Members, Dictionary<string, string> Links) Group(string group)
    {
        var name = group.Trim('/');
        if (_groups.TryGetValue(name, out var known))
            return known;
        var at = Find(name);
        return _groups[name] =
            at < 0
                ? throw _file.Fault(group, "is not there")
                : Hdf5Group.Members(_file, Hdf5Header.Read(_file, at, $"/{name}"), $"/{name}");
    }

    private Hdf5Dataset Dataset(string name)
    {
        var at = Find(name);
        return at < 0
            ? throw _file.Fault(name, "is not there")
            : Hdf5Dataset.Read(_file, Hdf5Header.Read(_file, at, name), name, _mostBytes);
    }

    private static byte[] Stored(Hdf5Dataset dataset)
    {
        var bytes = new byte[dataset.Count * dataset.Type.Size];
        dataset.ReadAll(bytes);
        return bytes;
    }

    private (Hdf5Type Type, byte[] Bytes, long Count)? Attribute(string owner, string attribute)
    {
        foreach (var found in Attributes(owner, $"{owner}@{attribute}"))
        {
            if (found.Name == attribute)
                return (found.Type, found.Bytes, CountOf(found.Sizes, found.Type, found.Bytes, $"{owner}@{attribute}"));
        }
        return null;
    }

    private long CountOf(long[] sizes, Hdf5Type type, byte[] bytes, string place)
    {
        var count = sizes.Aggregate(1m, (a, b) => Math.Min(a * b, int.MaxValue));
        return count * type.Size <= bytes.Length ? (long)count : throw _file.Fault(place, "is shorter than it says");
    }

    private IEnumerable<(string Name, Hdf5Type Type, byte[] TypeMessage, long[] Sizes, byte[] Bytes)> Attributes(
        string owner,
        string place
    )
    {
        var at = Find(owner);
        if (at < 0)
            throw _file.Fault(owner, "is not there");
        var header = Hdf5Header.Read(_file, at, place);
        foreach (var message in header.All(Hdf5Message.Attribute))
            yield return Hdf5Attribute.Read(message);
        if (header.Find(Hdf5Message.AttributeInfo) is { } info && Hdf5Attribute.IsDense(info))
        {
            throw _file.Fault(
                owner,
                "keeps its attributes in the dense layout of the newest HDF5 files, which is not "
                    + "read here; run 'h5repack --low=0 --high=0 IN OUT'"
            );
        }
    }

    private Hdf5Raw Raw(Hdf5Type type, byte[] typeMessage, long[] sizes, byte[] bytes, string name)
    {
        if (type is not { Kind: Hdf5Type.Kinds.Variable, Element.HoldsAddresses: false })
        {
            return type.HoldsAddresses
                ? throw _file.Fault(name, "holds references to places in the file")
                : new Hdf5Raw(type, typeMessage, sizes, bytes, []);
        }

        var items = new byte[bytes.Length / type.Size][];
        for (var i = 0; i < items.Length; i++)
            items[i] = Variable(bytes.AsSpan(i * type.Size, type.Size), name, type.IsText ? 1 : type.Element.Size);
        return new Hdf5Raw(type, typeMessage, sizes, [], items);
    }

    private string[] Texts(byte[] bytes, Hdf5Type type, int count, string name)
    {
        var isVariable = type is { Kind: Hdf5Type.Kinds.Variable, IsText: true };
        if (type.Kind != Hdf5Type.Kinds.Text && !isVariable)
            throw _file.Fault(name, "is not text");
        var texts = new string[count];
        for (var i = 0; i < count; i++)
        {
            var element = bytes.AsSpan(i * type.Size, type.Size);
            ReadOnlySpan<byte> text = isVariable ? Variable(element, name) : element;
            var end = text.IndexOf((byte)0);
            texts[i] = Encoding.UTF8.GetString(end < 0 ? text : text[..end]).TrimEnd(' ');
        }
        return texts;
    }

    /// <summary>An element of variable length: how many items, and where in the heap.</summary>
    private byte[] Variable(ReadOnlySpan<byte> element, string name, int itemSize = 1)
    {
        var from = new Hdf5Cursor(element.ToArray(), _file, name);
        var length = from.U32();
        var collection = from.Offset();
        var index = from.U32();
        if (length == 0)
            return [];
        var bytes = _heap.Read(collection, (int)Math.Min(index, int.MaxValue), name);
        return bytes.Length >= length * (long)itemSize
            ? bytes[..((int)length * itemSize)]
            : throw _file.Fault(name, $"declares {length} bytes where {bytes.Length} are");
    }

    private int[] Places(
        IReadOnlyList<(string Name, int Offset, Hdf5Type Type)> members,
        Hdf5Field[] fields,
        string name
    )
    {
        var names = members.Select(m => m.Name).ToList();
        var required = fields.Count(f => !f.IsOptional);
        var isByName = fields.Take(required).All(f => names.Contains(f.Name));
        if (!isByName && (names.Count < required || names.Count > fields.Length))
        {
            throw _file.Fault(
                name,
                $"has the columns {string.Join(", ", names)}, and "
                    + $"{string.Join(", ", fields.Select(f => f.Name))} were expected"
            );
        }

        var places = fields
            .Select(
                (f, i) =>
                    isByName ? names.IndexOf(f.Name)
                    : i < names.Count ? i
                    : -1
            )
            .ToArray();
        if (places.FirstOrDefault(p => p >= 0 && !members[p].Type.IsNumber, -1) is >= 0 and var wrong)
            throw _file.Fault($"{name}.{names[wrong]}", "is not a column of numbers");
        return places;
    }

    private static bool IsSameLayout(
        IReadOnlyList<(string Name, int Offset, Hdf5Type Type)> members,
        int[] places,
        Hdf5Field[] fields
    )
    {
        var offset = 0;
        for (var i = 0; i < fields.Length; i++)
        {
            if (
                places[i] < 0
                || members[places[i]].Offset != offset
                || !Hdf5Numbers.IsSame(members[places[i]].Type, fields[i].Kind)
            )
            {
                return false;
            }

            offset += fields[i].Size;
        }
        return true;
    }
}
