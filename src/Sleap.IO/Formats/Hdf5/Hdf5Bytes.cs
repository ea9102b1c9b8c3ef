using Microsoft.Win32.SafeHandles;

namespace Sleap.IO;

/// <summary>
/// The bytes of an HDF5 file by address. Nothing outside the file can be asked for, whatever a damaged file says.
/// </summary>
internal sealed class Hdf5Bytes : IDisposable
{
    private const int PageSize = 1 << 16;
    private const int MostPages = 64;

    private readonly SafeFileHandle _handle;
    private readonly Dictionary<long, byte[]> _pages = [];

    public Hdf5Bytes(string path)
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
    }

    public string Path { get; }

    public long Length { get; }

    /// <summary>Where addresses count from: behind a block of the user's own, when there is one.</summary>
    public long Base { get; set; }

    /// <summary>Size of addresses, in bytes.</summary>
    public int OffsetSize { get; set; } = 8;

    /// <summary>Size of lengths, in bytes.</summary>
    public int LengthSize { get; set; } = 8;

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
        Cursor(address, Math.Min(count, Math.Max(0, Length - Base - address)), place);

    /// <summary>Fills a span from the file.</summary>
    public void ReadInto(long address, Span<byte> bytes, string place)
    {
        Check(address, bytes.Length, place);
        var position = address + Base;
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

    public PoseFormatException Fault(string place, string cause) => new(Path, place, $"{cause}.");

    public void Dispose() => _handle.Dispose();

    private void Check(long address, long count, string place)
    {
        if (address < 0 || count < 0 || address > Length - Base || count > Length - Base - address)
        {
            throw Fault(
                place,
                $"lies at the bytes {address} to {(decimal)address + count}, and the file has "
                    + $"{Length}; it is damaged or cut off"
            );
        }
    }

    private byte[] Page(long number, string place)
    {
        if (_pages.TryGetValue(number, out var page))
            return page;
        if (_pages.Count >= MostPages)
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
