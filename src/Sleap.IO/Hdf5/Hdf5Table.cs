namespace Sleap.IO;

/// <summary>A dataset of packed rows that grows.</summary>
internal sealed unsafe class Hdf5Table<T> : IDisposable
    where T : unmanaged
{
    private readonly Hdf5Writer _file;
    private readonly string _name;
    private readonly Hdf5Handle _type;
    private readonly Hdf5Handle _dataset;

    /// <summary>Takes over the two handles.</summary>
    public Hdf5Table(Hdf5Writer file, string name, Hdf5Handle type, Hdf5Handle dataset) =>
        (_file, _name, _type, _dataset) = (file, name, type, dataset);

    /// <summary>Rows in the file.</summary>
    public long Count { get; private set; }

    /// <summary>
    /// Bytes that it will take in the file, of whole chunks and with their index, written yet or not.
    /// </summary>
    public long Space
    {
        get
        {
            var bytes = (Count + Hdf5Writer.ChunkRows - 1) / Hdf5Writer.ChunkRows * Hdf5Writer.ChunkRows * sizeof(T);
            return bytes + (bytes / 64);
        }
    }

    public void Append(ReadOnlySpan<T> rows)
    {
        if (rows.IsEmpty)
            return;
        lock (Hdf5Library.Gate)
        {
            var (start, length, total) = ((ulong)Count, (ulong)rows.Length, (ulong)(Count + rows.Length));
            _file.Check(Hdf5Native.H5Dset_extent(_dataset.Id, &total), _name);
            using var place = new Hdf5Handle(_file.Check(Hdf5Native.H5Dget_space(_dataset.Id), _name));
            _file.Check(
                Hdf5Native.H5Sselect_hyperslab(place.Id, Hdf5Native.Select, &start, null, &length, null),
                _name
            );
            using var memory = new Hdf5Handle(_file.Check(Hdf5Native.H5Screate_simple(1, &length, &length), _name));
            fixed (T* first = rows)
                _file.Check(Hdf5Native.H5Dwrite(_dataset.Id, _type.Id, memory.Id, place.Id, 0, first), _name);
            Count += rows.Length;
        }
    }

    public void Dispose()
    {
        _dataset.Dispose();
        _type.Dispose();
    }
}
