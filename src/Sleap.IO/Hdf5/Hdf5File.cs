using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace Sleap.IO;

/// <summary>
/// The bytes of an HDF5 file by address. Nothing outside the file can be asked for, whatever a damaged file says.
/// </summary>
internal sealed class Hdf5File : IDisposable
{
    private const int PageSize = 1 << 16;
    private const int MaxPages = 64;

    private readonly SafeFileHandle _handle;
    private readonly Dictionary<long, byte[]> _pages = [];

    // What may still be read: a small file can name the same bytes again and again.
    private long _dataLeft;
    private long _textLeft;
    private long _metadataLeft;

    // Addresses count from here: behind a block of the user's own, when there is one.
    private long _base;

    private Hdf5File(string path)
    {
        Path = path;
        _handle = File.OpenHandle(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete,
            FileOptions.RandomAccess
        );
        Length = RandomAccess.GetLength(_handle);
        // A quarter of the memory: what is read is turned into objects, which take more. Deflate packs at most about
        // 1000 to 1; a file that is not packed holds all that is read.
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;
        _dataLeft = Math.Max(8 * Length, Math.Min(memory, (64L << 20) + (1100 * Length)));
        _textLeft = (16L << 20) + (4 * Length);
        _metadataLeft = (16L << 20) + (16 * Length);
        MaxDataBytes = Math.Min(Array.MaxLength, _dataLeft);
    }

    public string Path { get; }

    public long Length { get; }

    /// <summary>
    /// Bytes that the content of a dataset may take in memory, as far as one array can hold them. A damaged header can
    /// declare any size.
    /// </summary>
    public long MaxDataBytes { get; }

    /// <summary>Size of addresses, in bytes.</summary>
    public int OffsetSize { get; private set; } = 8;

    /// <summary>Size of lengths, in bytes.</summary>
    public int LengthSize { get; private set; } = 8;

    /// <summary>Address of the root group's header.</summary>
    public long RootAddress { get; private set; }

    /// <summary>Opens a file and reads its superblock.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="PoseFormatException">It is not HDF5, or its superblock is damaged.</exception>
    public static Hdf5File Open(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file {path}.", path);
        var file = new Hdf5File(path);
        try
        {
            file.ReadSuperblock();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A copy of some bytes.</summary>
    public byte[] Read(long address, long count, string place)
    {
        Check(address, count, place);
        var bytes = new byte[count];
        ReadInto(address, bytes, place);
        return bytes;
    }

    /// <summary>A cursor over some bytes.</summary>
    public Hdf5Cursor Cursor(long address, long count, string place) => new(Read(address, count, place), this, place);

    /// <summary>A cursor over at most so many bytes, fewer where the file ends.</summary>
    public Hdf5Cursor CursorUpTo(long address, long count, string place) =>
        Cursor(address, Math.Min(count, Math.Max(0, Length - _base - address)), place);

    /// <summary>
    /// A cursor over a block of metadata that ends with its checksum, which is checked and left out.
    /// </summary>
    /// <param name="address">Where the block begins.</param>
    /// <param name="count">Bytes of the block with its checksum.</param>
    /// <param name="place">The object, for messages.</param>
    public Hdf5Cursor Checked(long address, long count, string place)
    {
        if (count < sizeof(uint))
            throw Fault(place, "has a block of metadata too short for its checksum");
        var bytes = Read(address, count, place);
        var size = bytes.Length - sizeof(uint);
        if (Hdf5Checksum.OfMetadata(bytes.AsSpan(0, size)) != BitConverter.ToUInt32(bytes, size))
            throw Fault(place, $"has a damaged block of metadata at the byte {address}: its checksum is wrong");
        return new Hdf5Cursor(bytes, 0, size, this, place);
    }

    /// <summary>
    /// Makes an array for what a dataset declares; refused when the file cannot hold so much, or the memory.
    /// </summary>
    public T[] Allocate<T>(long count, string place)
        where T : unmanaged
    {
        if (count * (decimal)Unsafe.SizeOf<T>() > MaxDataBytes)
            throw TooLarge(count * (decimal)Unsafe.SizeOf<T>(), place);
        try
        {
            return new T[count];
        }
        catch (OutOfMemoryException)
        {
            throw TooLarge(count * (decimal)Unsafe.SizeOf<T>(), place);
        }
    }

    /// <summary>Counts memory for content, and for what is made of it. All of a file together has a limit.</summary>
    public void SpendData(decimal bytes, string place)
    {
        if (bytes > _dataLeft)
            throw TooLarge(bytes, place);
        _dataLeft -= (long)bytes;
    }

    /// <summary>Counts memory for texts, which undamaged files pack little and never share.</summary>
    public void SpendText(long bytes, string place)
    {
        if (bytes > _textLeft)
            throw Fault(place, "declares more texts than the file can hold");
        _textLeft -= bytes;
    }

    /// <summary>Counts bytes of headers and indexes, which are read a few times each.</summary>
    public void SpendMetadata(long bytes, string place)
    {
        if (bytes > _metadataLeft)
            throw Fault(place, "is damaged: its headers and indexes are read again and again");
        _metadataLeft -= bytes;
    }

    /// <summary>What is thrown for a dataset that needs too much memory.</summary>
    public PoseFormatException TooLarge(decimal bytes, string place) =>
        Fault(
            place,
            $"declares {bytes} bytes, more than the file or the memory can hold (at most {_dataLeft} with all that was "
                + "read before)"
        );

    /// <summary>Fills a span from the file.</summary>
    public void ReadInto(long address, Span<byte> bytes, string place)
    {
        Check(address, bytes.Length, place);
        var position = address + _base;
        if (bytes.Length > PageSize)
        {
            Fill(position, bytes, place);
            return;
        }
        while (!bytes.IsEmpty)
        {
            var page = Page(position / PageSize, place);
            var start = (int)(position % PageSize);
            var part = Math.Min(bytes.Length, page.Length - start);
            page.AsSpan(start, part).CopyTo(bytes);
            bytes = bytes[part..];
            position += part;
        }
    }

    /// <summary>Refuses bytes that do not lie in the file.</summary>
    public void Check(long address, long count, string place)
    {
        if (address < 0 || count < 0 || address > Length - _base || count > Length - _base - address)
        {
            throw Fault(
                place,
                $"lies at the bytes {address} to {(decimal)address + count}, and the file has {Length}; it is damaged "
                    + "or cut off"
            );
        }
    }

    public PoseFormatException Fault(string place, string cause) => new(Path, place, $"{cause}.");

    public void Dispose() => _handle.Dispose();

    private void ReadSuperblock()
    {
        const string Place = "superblock";
        ReadOnlySpan<byte> signature = [0x89, (byte)'H', (byte)'D', (byte)'F', 13, 10, 26, 10];
        for (long at = 0; at + 48 <= Length; at = at == 0 ? 512 : at * 2)
        {
            var start = Cursor(at, Math.Min(96, Length - at), Place);
            if (!start.Take(8).SequenceEqual(signature))
                continue;
            _base = at;
            var version = start.U8();
            if (version > 3)
                throw Fault(Place, $"is of version {version}, and 0 to 3 can be read");
            start.Skip(version < 2 ? 4 : 0);
            (OffsetSize, LengthSize) = (start.U8(), start.U8());
            if (OffsetSize is not (2 or 4 or 8) || LengthSize is not (2 or 4 or 8))
                throw start.Fault($"declares addresses of {OffsetSize} and lengths of {LengthSize} bytes");
            if (version >= 2)
            {
                start = Checked(0, 16 + (4 * OffsetSize), Place);
                start.Skip(12);
            }
            // Before the root's address: flags and sizes of trees, then the addresses of other things.
            start.Skip(
                version switch
                {
                    0 => 9 + (5 * OffsetSize),
                    1 => 13 + (5 * OffsetSize),
                    _ => 3 * OffsetSize,
                }
            );
            RootAddress = start.Offset();
            return;
        }
        throw new PoseFormatException(Path, null, "the file is not HDF5 (it lacks the signature), or it is cut off.");
    }

    private byte[] Page(long number, string place)
    {
        if (_pages.TryGetValue(number, out var page))
            return page;
        if (_pages.Count >= MaxPages)
            _pages.Clear();
        page = new byte[Math.Min(PageSize, Length - (number * PageSize))];
        Fill(number * PageSize, page, place);
        _pages[number] = page;
        return page;
    }

    private void Fill(long position, Span<byte> bytes, string place)
    {
        while (!bytes.IsEmpty)
        {
            var read = RandomAccess.Read(_handle, bytes, position);
            if (read == 0)
                throw Fault(place, "the file ended while it was read");
            bytes = bytes[read..];
            position += read;
        }
    }
}
