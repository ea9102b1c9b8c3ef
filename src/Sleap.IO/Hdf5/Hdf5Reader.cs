namespace Sleap.IO;

/// <summary>
/// An HDF5 file opened for reading, by managed code. Read are files of the layouts that h5py, SLEAP, sleap-io and
/// PyTables write by default. Every fault is a <see cref="PoseFormatException"/>.
/// </summary>
/// <remarks>
/// The C library is not used, because it hangs or crashes on damaged files, and neither can be caught.
/// </remarks>
internal sealed class Hdf5Reader : IDisposable
{
    private const int MaxDepth = 64;

    private readonly Hdf5File _file;
    private readonly Hdf5GlobalHeap _heap;
    private readonly Dictionary<string, Hdf5Group> _groups = new(StringComparer.Ordinal);

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
            throw dataset.Fault("does not hold numbers");
        Hdf5Numbers.Convert<T>(dataset.ReadAll(), dataset.Type, values);
        return values;
    }

    /// <summary>One row of a dataset whose rows are bytes: of fixed width, or of variable length.</summary>
    public byte[] ReadByteRow(string name, int row)
    {
        var dataset = Dataset(name);
        var count = dataset.Count;
        if (dataset.Sizes.Length == 0 || row < 0 || row >= dataset.Sizes[0])
            throw dataset.Fault($"has no row {row}");
        var bytes = new byte[count / dataset.Sizes[0] * dataset.Type.Size];
        var isVariable = dataset.Type.Kind == Hdf5Type.Kinds.Variable;
        if (!isVariable && dataset.Type.Size != 1)
            throw dataset.Fault("holds images in numbers of more than 8 bits, and 8 were expected");
        dataset.ReadRows(row, 1, bytes);
        return isVariable ? _heap.Read(bytes, name) : bytes;
    }

    /// <inheritdoc cref="Hdf5Rows.Read{T}"/>
    public T[] ReadRows<T>(string name, Hdf5Field[] fields)
        where T : unmanaged => Hdf5Rows.Read<T>(Dataset(name), fields);

    /// <inheritdoc cref="Hdf5Rows.ReadIndexed"/>
    public IReadOnlyList<(string Index, int? Number, double[] Values)> ReadIndexedRows(
        string name,
        string indexColumn,
        string valueColumn,
        int width
    ) => Hdf5Rows.ReadIndexed(Dataset(name), _heap, indexColumn, valueColumn, width);

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
        foreach (var attribute in Attributes(owner, owner))
        {
            var place = $"{owner}@{attribute.Name}";
            var size = (int)(CountOf(attribute, place) * attribute.Type.Size);
            var value = Raw(attribute.Type, attribute.TypeMessage, attribute.Sizes, attribute.Bytes[..size], place);
            read.Add((attribute.Name, value));
        }
        return read;
    }

    public void Dispose() => _file.Dispose();

    private long Find(string name)
    {
        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var at = _file.RootAddress;
        for (var i = 0; i < parts.Length; i++)
        {
            if (i > MaxDepth || !Group(string.Join('/', parts[..i])).Members.TryGetValue(parts[i], out at))
                return -1;
        }
        return at;
    }

    private Hdf5Group Group(string group)
    {
        var name = group.Trim('/');
        if (_groups.TryGetValue(name, out var known))
            return known;
        var at = Find(name);
        return _groups[name] =
            at < 0
                ? throw _file.Fault(group, "is not there")
                : new Hdf5Group(_file, Hdf5Header.Read(_file, at, $"/{name}"), $"/{name}");
    }

    private Hdf5Dataset Dataset(string name)
    {
        var at = Find(name);
        return at < 0
            ? throw _file.Fault(name, "is not there")
            : new Hdf5Dataset(_file, Hdf5Header.Read(_file, at, name), name);
    }

    private Hdf5Attribute? Attribute(string owner, string name) =>
        Attributes(owner, $"{owner}@{name}").FirstOrDefault(a => a.Name == name);

    private IEnumerable<Hdf5Attribute> Attributes(string owner, string place)
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
                "keeps its attributes in the dense layout of the newest HDF5 files, which is not read here; run "
                    + "'h5repack --low=0 --high=0 IN OUT'"
            );
        }
    }

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
