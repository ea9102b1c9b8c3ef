namespace Sleap.IO;

/// <summary>
/// An HDF5 file opened for reading, by managed code. Read are the layouts of HDF5 1.0 to 1.14, but for virtual datasets,
/// shared messages and data in other files. Every fault is a <see cref="PoseFormatException"/>.
/// </summary>
/// <remarks>
/// The C library is not used, because it hangs or crashes on damaged files, and neither can be caught.
/// </remarks>
internal sealed class Hdf5Reader : IDisposable
{
    private const int MaxSteps = 128;
    private const int MaxLinks = 16;

    private readonly Hdf5File _file;
    private readonly Hdf5GlobalHeap _heap;
    private readonly Dictionary<long, Hdf5Group> _groups = [];
    private Hdf5Dataset? _dataset;
    private (long Address, string Name, Hdf5Header Header)? _header;

    private Hdf5Reader(Hdf5File file) => (_file, _heap) = (file, new Hdf5GlobalHeap(file));

    public string Path => _file.Path;

    /// <summary>Opens a file.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="PoseFormatException">It is not HDF5, or damaged.</exception>
    public static Hdf5Reader Open(string path) => new(Hdf5File.Open(path));

    /// <summary>Whether an object is there.</summary>
    public bool Contains(string name) => Find(name) >= 0;

    /// <summary>Names of a group's members in order, "/" for the root.</summary>
    public IReadOnlyList<string> Members(string group) => [.. Group(group).Members.Keys.Order(StringComparer.Ordinal)];

    /// <summary>A group's links: name and the path that each leads to, behind the name of another file if in one.</summary>
    public IReadOnlyDictionary<string, string> Links(string group) =>
        Group(group) is { ExternalLinks.Count: > 0 } both
            ? both.Links.Concat(both.ExternalLinks).DistinctBy(l => l.Key).ToDictionary(StringComparer.Ordinal)
            : Group(group).Links;

    /// <summary>Whether an object is a dataset rather than a group.</summary>
    public bool IsDataset(string name) => Find(name) is >= 0 and var at && Header(at, name).Has(Hdf5Message.Layout);

    /// <summary>Whether a dataset holds numbers.</summary>
    public bool IsNumber(string name) => Dataset(name).Type.IsNumber;

    /// <summary>Whether a dataset holds texts, of fixed or variable length.</summary>
    public bool IsText(string name) =>
        Dataset(name).Type is { Kind: Hdf5Type.Kinds.Text } or { Kind: Hdf5Type.Kinds.Variable, IsText: true };

    /// <summary>Names of a table's columns.</summary>
    public IReadOnlyList<string> Fields(string name) => [.. Dataset(name).Type.Members.Select(m => m.Name)];

    /// <summary>Sizes of a dataset; empty for a scalar.</summary>
    public long[] Sizes(string name) => Dataset(name).Sizes;

    /// <summary>A dataset of numbers of any rank, rows first, turned into T.</summary>
    public T[] ReadNumbers<T>(string name)
        where T : unmanaged
    {
        var dataset = Dataset(name);
        var values = dataset.Allocate<T>();
        if (values.Length == 0)
            return values;
        if (!dataset.Type.IsNumber)
            throw dataset.Fault("does not hold numbers");
        dataset.Read(
            (stored, first) =>
                Hdf5Numbers.Convert(stored, dataset.Type, values.AsSpan(first, stored.Length / dataset.Type.Size))
        );
        return values;
    }

    /// <summary>One row of a dataset whose rows are bytes: of fixed width, or of variable length.</summary>
    public byte[] ReadByteRow(string name, int row)
    {
        var dataset = Dataset(name);
        if (dataset.Sizes.Length == 0 || row < 0 || row >= dataset.Sizes[0])
            throw dataset.Fault($"has no row {row}");
        var isVariable = dataset.Type.Kind == Hdf5Type.Kinds.Variable;
        if (!isVariable && dataset.Type.Size != 1)
            throw dataset.Fault("holds images in numbers of more than 8 bits, and 8 were expected");
        var bytes = dataset.ReadRows(row, 1);
        return isVariable ? _heap.Read(bytes, name) : bytes;
    }

    /// <summary>
    /// Rows of a table, as packed structs: a dataset of structs, or one of numbers of two axes whose attribute
    /// field_names has the names of its columns as JSON.
    /// </summary>
    /// <inheritdoc cref="Hdf5Rows.Read{T}"/>
    public T[] ReadRows<T>(string name, Hdf5Field[] fields)
        where T : unmanaged
    {
        if (Dataset(name) is not { Sizes.Length: 2, Type.IsNumber: true, Count: > 0 })
            return Hdf5Rows.Read<T>(Dataset(name), fields);
        var (place, json) = ($"{name}@field_names", new PoseJson(Path));
        var names = ReadTextAttribute(name, "field_names") is { } text
            ? json.Array(json.Parse(text, place), place).Select(n => json.Text(n, place)).ToList()
            : throw json.Fault(place, "is not there, and the table has no other names of columns");
        return Hdf5Rows.ReadFlat<T>(Dataset(name), names, fields);
    }

    /// <inheritdoc cref="Hdf5Rows.ReadIndexed"/>
    public IReadOnlyList<(string Index, int? Number, double[] Values)> ReadIndexedRows(
        string name,
        string indexColumn,
        IReadOnlyList<string> valueColumns
    ) => Hdf5Rows.ReadIndexed(Dataset(name), _heap, indexColumn, valueColumns);

    /// <summary>A list of texts, of fixed or variable length; an empty dataset of any type is an empty list.</summary>
    public IReadOnlyList<string> ReadTexts(string name)
    {
        var dataset = Dataset(name);
        return dataset.Count == 0 ? [] : _heap.ReadTexts(dataset.ReadAll(), dataset.Type, (int)dataset.Count, name);
    }

    /// <summary>An attribute's text, of fixed or variable length, or null when there is no such attribute.</summary>
    public string? ReadTextAttribute(string owner, string attribute)
    {
        if (Attribute(owner, attribute) is not { } found)
            return null;
        var place = $"{owner}@{attribute}";
        return CountOf(found, place) == 0 ? "" : _heap.ReadTexts(found.Bytes, found.Type, 1, place)[0];
    }

    /// <summary>The bytes of an attribute's first element as stored, or null when there is no such attribute.</summary>
    public byte[]? ReadAttributeBytes(string owner, string attribute) =>
        Attribute(owner, attribute) is not { } found ? null
        : CountOf(found, $"{owner}@{attribute}") == 0 ? []
        : found.Bytes[..found.Type.Size];

    /// <summary>An attribute's single number, or null when there is no such attribute.</summary>
    public double? ReadNumberAttribute(string owner, string attribute)
    {
        if (Attribute(owner, attribute) is not { } found)
            return null;
        var place = $"{owner}@{attribute}";
        if (CountOf(found, place) != 1 || !found.Type.IsNumber)
            throw _file.Fault(place, "is not a single number");
        Span<double> number = [0];
        Hdf5Numbers.Convert(found.Bytes, found.Type, number);
        return number[0];
    }

    /// <summary>A dataset's content as it is stored.</summary>
    public Hdf5Raw ReadRaw(string name)
    {
        var dataset = Dataset(name);
        return Raw(dataset.Type, dataset.TypeMessage, dataset.Sizes, dataset.ReadAll(), name) with
        {
            Chunk = [.. dataset.Chunk],
            IsPacked = dataset.IsPacked,
        };
    }

    /// <summary>All attributes of an object as they are stored.</summary>
    public IReadOnlyList<(string Name, Hdf5Raw Value)> ReadRawAttributes(string owner)
    {
        var read = new List<(string, Hdf5Raw)>();
        foreach (var attribute in Hdf5Attribute.ReadAll(_file, Header(FindOrThrow(owner), owner), owner))
        {
            var place = $"{owner}@{attribute.Name}";
            var size = (int)(CountOf(attribute, place) * attribute.Type.Size);
            var value = Raw(attribute.Type, attribute.TypeMessage, attribute.Sizes, attribute.Bytes[..size], place);
            read.Add((attribute.Name, value));
        }
        return read;
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Address of an object's header, or -1. Soft links are followed, within the file only.</summary>
    private long Find(string name)
    {
        var left = new Stack<string>(Parts(name));
        var at = _file.RootAddress;
        var (steps, links) = (0, 0);
        while (left.TryPop(out var part))
        {
            if (++steps > MaxSteps)
                return -1;
            var group = Group(at, name);
            if (group.Members.TryGetValue(part, out var member))
            {
                at = member;
            }
            else if (group.Links.TryGetValue(part, out var target))
            {
                if (++links > MaxLinks)
                    throw _file.Fault(name, "is a link that leads back to itself, or through too many others");
                if (target.StartsWith('/'))
                    at = _file.RootAddress;
                foreach (var step in Parts(target))
                    left.Push(step);
            }
            else if (group.ExternalLinks.TryGetValue(part, out var other))
            {
                throw _file.Fault(name, $"is a link into another file ({other}), and such links are not followed");
            }
            else
            {
                return -1;
            }
        }
        return at;
    }

    /// <summary>The steps of a path, the last one first; a dot is no step.</summary>
    private static IEnumerable<string> Parts(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").Reverse();

    private long FindOrThrow(string name) =>
        Find(name) is >= 0 and var at ? at : throw _file.Fault(name, "is not there");

    private Hdf5Group Group(string group) => Group(FindOrThrow(group), group);

    private Hdf5Group Group(long address, string name) =>
        _groups.TryGetValue(address, out var known)
            ? known
            : _groups[address] = new Hdf5Group(_file, Header(address, name), name);

    private Hdf5Dataset Dataset(string name)
    {
        if (_dataset?.Name != name)
            _dataset = new Hdf5Dataset(_file, Header(FindOrThrow(name), name), name);
        return _dataset;
    }

    /// <summary>The header at an address; the last one is kept, as most are asked for several times.</summary>
    private Hdf5Header Header(long address, string name)
    {
        if (_header is { } last && last.Address == address && last.Name == name)
            return last.Header;
        var header = Hdf5Header.Read(_file, address, name);
        _header = (address, name, header);
        return header;
    }

    private Hdf5Attribute? Attribute(string owner, string name) =>
        Hdf5Attribute.Find(_file, Header(FindOrThrow(owner), owner), $"{owner}@{name}", name);

    private long CountOf(Hdf5Attribute attribute, string place)
    {
        var count = attribute.Sizes.Aggregate(1m, (a, b) => Math.Min(a * b, int.MaxValue));
        return count * attribute.Type.Size <= attribute.Bytes.Length
            ? (long)count
            : throw _file.Fault(place, "is shorter than it says");
    }

    private Hdf5Raw Raw(Hdf5Type type, byte[] typeMessage, long[] sizes, byte[] bytes, string place)
    {
        if (type is not { Kind: Hdf5Type.Kinds.Variable, Element.HoldsAddresses: false })
        {
            return type.HoldsAddresses
                ? throw _file.Fault(place, "holds references to places in the file")
                : new Hdf5Raw(type, typeMessage, sizes, bytes, []);
        }

        var items = new byte[bytes.Length / type.Size][];
        for (var i = 0; i < items.Length; i++)
            items[i] = _heap.Read(bytes.AsSpan(i * type.Size, type.Size), place, type.IsText ? 1 : type.Element.Size);
        return new Hdf5Raw(type, typeMessage, sizes, [], items);
    }
}
