namespace Sleap.IO;

/// <summary>
/// The bytes of an HDF5 file that is being written: space is given out from front to back and never taken back.
/// </summary>
internal sealed class Hdf5Output(Stream stream, string path) : IDisposable
{
    /// <summary>The address of what is not there.</summary>
    public const long Undefined = -1;

    private const int LargeBlock = 1 << 16;
    private const int PageSize = 4096;

    private bool _hasFailed;

    /// <summary>Where the space ends that was given out so far, in bytes.</summary>
    public long End { get; private set; }

    /// <summary>
    /// Space for some bytes; gives back its address, a multiple of 8. Large blocks begin at a page, which is written
    /// faster; chunks of 4096 rows, which are whole pages, lose no space by it.
    /// </summary>
    public long Allocate(long size)
    {
        var unit = size >= LargeBlock ? PageSize : 8;
        var address = (End + unit - 1) / unit * unit;
        End = address + size;
        return address;
    }

    /// <summary>Writes bytes to space of their own; gives back the address.</summary>
    public long Add(ReadOnlySpan<byte> bytes, string name)
    {
        var address = Allocate(bytes.Length);
        Write(address, bytes, name);
        return address;
    }

    /// <summary>Writes bytes to space that was given out before.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="bytes">The bytes.</param>
    /// <param name="name">The object they belong to, for messages.</param>
    public void Write(long address, ReadOnlySpan<byte> bytes, string name)
    {
        try
        {
            stream.Position = address;
            stream.Write(bytes);
        }
        // Where a file may not become longer, as on FAT, .NET throws the latter.
        catch (Exception fault) when (fault is IOException or ArgumentOutOfRangeException)
        {
            _hasFailed = true;
            throw new IOException($"{path}, {name}: cannot be written; {fault.Message}", fault);
        }
    }

    /// <summary>Hands everything to the operating system.</summary>
    /// <exception cref="IOException">A write has failed, now or before: data are missing.</exception>
    public void Flush()
    {
        if (_hasFailed)
            throw Fault("the whole file", "a write has failed before, and what it was to write is missing");
        try
        {
            stream.Flush();
        }
        catch (IOException fault)
        {
            throw new IOException($"{path}: cannot be written; {fault.Message}", fault);
        }
    }

    public IOException Fault(string name, string cause) => new($"{path}, {name}: cannot be written; {cause}.");

    public void Dispose() => stream.Dispose();
}
