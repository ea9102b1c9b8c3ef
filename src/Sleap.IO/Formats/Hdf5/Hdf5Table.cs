namespace Sleap.IO;

/// <summary>A dataset of packed rows that grows.</summary>
internal sealed unsafe class Hdf5Table<T> : IDisposable
    where T : unmanaged
{
    private readonly Hdf5Writer file;
    private readonly string name;
    private readonly Hdf5Handle type;
    private readonly Hdf5Handle dataset;

    /// <summary>Takes over the two handles.</summary>
    public Hdf5Table(Hdf5Writer file, string name, Hdf5Handle type, Hdf5Handle dataset) => (this.file, this.name, this.type, this.dataset) = (file, name, type, dataset);

    /// <summary>Rows in the file.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes that it will take in the file, of whole chunks and with their index, written yet or not.</summary>
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
            file.Check(Hdf5Native.H5Dset_extent(dataset.Id, &total), name);
            using var place = new Hdf5Handle(file.Check(Hdf5Native.H5Dget_space(dataset.Id), name));
            file.Check(Hdf5Native.H5Sselect_hyperslab(place.Id, Hdf5Native.Select, &start, null, &length, null), name);
            using var memory = new Hdf5Handle(file.Check(Hdf5Native.H5Screate_simple(1, &length, &length), name));
            fixed (T* first = rows)
                file.Check(Hdf5Native.H5Dwrite(dataset.Id, type.Id, memory.Id, place.Id, 0, first), name);
            Count += rows.Length;
        }
    }

    public void Dispose()
    {
        dataset.Dispose();
        type.Dispose();
    }
}
