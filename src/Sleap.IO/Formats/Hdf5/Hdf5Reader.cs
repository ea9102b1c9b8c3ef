using System.Runtime.InteropServices;
using System.Text;

namespace Sleap.IO;

/// <summary>An HDF5 file opened for reading. Every fault comes out as a <see cref="PoseFormatException"/> that names file and dataset.</summary>
internal sealed unsafe partial class Hdf5Reader : IDisposable
{
    private readonly Hdf5Handle file;
    private readonly long mostBytes;

    private Hdf5Reader(string path, Hdf5Handle file)
    {
        Path = path;
        this.file = file;
        // A damaged header can declare any size; deflate packs at most about 1000 to 1.
        mostBytes = Math.Min(Array.MaxLength, (64L << 20) + (1100 * new FileInfo(path).Length));
    }

    public string Path { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="PoseFormatException">It is not HDF5, or damaged.</exception>
    public static Hdf5Reader Open(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file {path}.", path);
        Hdf5Library.Require();
        lock (Hdf5Library.Gate)
        {
            var id = Hdf5Native.H5Fopen(path, Hdf5Native.ReadOnly, 0);
            if (id < 0)
                throw new PoseFormatException(path, null, $"the file cannot be opened as HDF5; {Hdf5Errors.Last()}.");
            return new Hdf5Reader(path, new Hdf5Handle(id));
        }
    }

    /// <summary>Whether an object is there; every group on the way must be, too.</summary>
    public bool Contains(string name)
    {
        lock (Hdf5Library.Gate)
        {
            var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries);
            for (var i = 1; i <= parts.Length; i++)
            {
                if (Hdf5Native.H5Lexists(file.Id, string.Join('/', parts[..i]), 0) <= 0)
                    return false;
            }
            return true;
        }
    }

    /// <summary>Names of a group's members, "/" for the root.</summary>
    public IReadOnlyList<string> Members(string group)
    {
        lock (Hdf5Library.Gate)
        {
            using var opened = Object(group);
            Hdf5Native.GroupInfo info;
            Check(Hdf5Native.H5Gget_info(opened.Id, &info), group);
            var names = new List<string>();
            var buffer = stackalloc byte[1024];
            for (ulong i = 0; i < info.Links; i++)
            {
                Check(Hdf5Native.H5Lget_name_by_idx(opened.Id, ".", 0, 0, i, buffer, 1024, 0), group);
                names.Add(Marshal.PtrToStringUTF8((nint)buffer)!);
            }
            return names;
        }
    }

    /// <summary>Sizes of a dataset; empty for a scalar.</summary>
    public long[] Sizes(string name)
    {
        lock (Hdf5Library.Gate)
        {
            using var dataset = Dataset(name);
            using var space = Space(Hdf5Native.H5Dget_space(dataset.Id), name);
            return SizesOf(space, name);
        }
    }

    /// <summary>A dataset of numbers of any rank, rows first, turned into T where HDF5 can.</summary>
    public T[] ReadNumbers<T>(string name)
        where T : unmanaged
    {
        lock (Hdf5Library.Gate)
        {
            using var dataset = Dataset(name);
            using var space = Space(Hdf5Native.H5Dget_space(dataset.Id), name);
            var values = new T[CountOf(space, sizeof(T), name)];
            if (values.Length > 0)
            {
                fixed (T* first = values)
                    Check(Hdf5Native.H5Dread(dataset.Id, Hdf5Types.Of<T>(), 0, 0, 0, first), name);
            }
            return values;
        }
    }

    /// <summary>One row of a dataset whose rows are bytes: of fixed width, or of variable length.</summary>
    public byte[] ReadByteRow(string name, int row)
    {
        lock (Hdf5Library.Gate)
        {
            using var dataset = Dataset(name);
            using var space = Space(Hdf5Native.H5Dget_space(dataset.Id), name);
            var sizes = SizesOf(space, name);
            if (sizes.Length == 0 || row < 0 || row >= sizes[0])
                throw Fault(name, $"has no row {row}");
            using var type = new Hdf5Handle(Check(Hdf5Native.H5Dget_type(dataset.Id), name));
            var width = sizes.Skip(1).Aggregate(1L, (a, b) => checked(a * b));
            var isVariable = Hdf5Native.H5Tget_class(type.Id) == Hdf5Native.TypeClass.Variable;
            if (!isVariable && width > mostBytes)
                throw Fault(name, $"declares rows of {width} bytes, more than the file can hold");
            using var memory = SelectRow(space, sizes, row, name);
            return isVariable ? ReadVariableRow(dataset, memory, space, name) : ReadFixedRow(dataset, memory, space, width, name);
        }
    }

    public void Dispose() => file.Dispose();

    private static Hdf5Handle SelectRow(Hdf5Handle space, long[] sizes, int row, string name)
    {
        var start = new ulong[sizes.Length];
        var count = sizes.Select(s => (ulong)s).ToArray();
        (start[0], count[0]) = ((ulong)row, 1);
        fixed (ulong* from = start, many = count)
        {
            if (Hdf5Native.H5Sselect_hyperslab(space.Id, 0, from, null, many, null) < 0)
                throw new InvalidOperationException($"row {row} of {name} could not be selected; {Hdf5Errors.Last()}");
            return new Hdf5Handle(Hdf5Native.H5Screate_simple(sizes.Length, many, null));
        }
    }

    private byte[] ReadFixedRow(Hdf5Handle dataset, Hdf5Handle memory, Hdf5Handle space, long width, string name)
    {
        using var type = new Hdf5Handle(Check(Hdf5Native.H5Dget_type(dataset.Id), name));
        if (Hdf5Native.H5Tget_size(type.Id) != 1)
            throw Fault(name, "holds pictures in numbers of more than 8 bits, and 8 were expected");
        var bytes = new byte[width];
        fixed (byte* first = bytes)
            Check(Hdf5Native.H5Dread(dataset.Id, type.Id, memory.Id, space.Id, 0, first), name);
        return bytes;
    }

    private byte[] ReadVariableRow(Hdf5Handle dataset, Hdf5Handle memory, Hdf5Handle space, string name)
    {
        using var type = new Hdf5Handle(Hdf5Native.H5Tvlen_create(Hdf5Types.Int8));
        Hdf5Native.VariableRow row = default;
        Check(Hdf5Native.H5Dread(dataset.Id, type.Id, memory.Id, space.Id, 0, &row), name);
        try
        {
            return (long)row.Length > mostBytes
                ? throw Fault(name, $"declares a row of {row.Length} bytes, more than the file can hold")
                : new ReadOnlySpan<byte>((void*)row.Data, (int)row.Length).ToArray();
        }
        finally
        {
            Hdf5Native.H5Dvlen_reclaim(type.Id, memory.Id, 0, &row);
        }
    }

    private Hdf5Handle Object(string name) => new(Check(Hdf5Native.H5Oopen(file.Id, name, 0), name));

    private Hdf5Handle Dataset(string name)
    {
        if (!Contains(name))
            throw Fault(name, "is not there");
        return new Hdf5Handle(Check(Hdf5Native.H5Dopen2(file.Id, name, 0), name));
    }

    private Hdf5Handle Space(long id, string name) => new(Check(id, name));

    private long[] SizesOf(Hdf5Handle space, string name)
    {
        var rank = (int)Check(Hdf5Native.H5Sget_simple_extent_ndims(space.Id), name);
        var sizes = new ulong[rank];
        fixed (ulong* first = sizes)
            Check(Hdf5Native.H5Sget_simple_extent_dims(space.Id, first, null), name);
        return [.. sizes.Select(s => s <= long.MaxValue ? (long)s : throw Fault(name, $"declares a size of {s}"))];
    }

    /// <summary>Number of elements, when so many of that size can be in the file at all. An empty dataspace (H5S_NULL) has none.</summary>
    private long CountOf(Hdf5Handle space, long elementSize, string name)
    {
        if (Hdf5Native.H5Sget_simple_extent_type(space.Id) == 2)
            return 0;
        decimal count = 1;
        foreach (var size in SizesOf(space, name))
            count = size == 0 ? 0 : Math.Min(count * size, ulong.MaxValue);
        return count * elementSize <= mostBytes
            ? (long)count
            : throw Fault(name, $"declares {count} elements, more than the file can hold");
    }

    private long Check(long result, string name) => result >= 0 ? result : throw Fault(name, $"cannot be read; {Hdf5Errors.Last()}");

    private PoseFormatException Fault(string name, string cause) => new(Path, name, $"{cause}.");

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
