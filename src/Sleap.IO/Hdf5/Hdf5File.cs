using System.Buffers.Binary;
using System.Text;
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
        MaxDataBytes = Math.Min(Array.MaxLength, (64L << 20) + (1100 * Length));
    }

    public string Path { get; }

    public long Length { get; }

    /// <summary>
    /// Bytes that a dataset of this file can have at most. A damaged header can declare any size; deflate packs at most
    /// about 1000 to 1.
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
            if (OffsetSize is not (4 or 8) || LengthSize is not (4 or 8))
                throw start.Fault($"declares addresses of {OffsetSize} and lengths of {LengthSize} bytes");
            // Before the root's address: flags and sizes of trees, then the addresses of other things.
            start.Skip(
                version switch
                {
                    0 => 9 + (5 * OffsetSize),
                    1 => 13 + (5 * OffsetSize),
                    _ => 1 + (3 * OffsetSize),
                }
            );
            RootAddress = start.Offset();
            return;
        }
        throw new PoseFormatException(Path, null, "the file is not HDF5 (it lacks the signature), or it is cut off.");
    }

    private void Check(long address, long count, string place)
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

/// <summary>Reads numbers from a structure of an HDF5 file, one after the other, never past its end.</summary>
internal sealed class Hdf5Cursor(byte[] bytes, Hdf5File file, string place)
{
    public int Position { get; private set; }

    public int Left => bytes.Length - Position;

    public string Place => place;

    public byte U8() => Take(1)[0];

    public ushort U16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>A file address; -1 when undefined.</summary>
    public long Offset() => Sized(file.OffsetSize);

    /// <summary>A length; never negative.</summary>
    public long Length()
    {
        var length = Sized(file.LengthSize);
        return length >= 0 ? length : throw Fault("declares a length that no file has");
    }

    /// <summary>A whole number of 1 to 8 bytes; -1 when all bits are set.</summary>
    public long Sized(int size)
    {
        var taken = Take(size);
        ulong value = 0;
        var isUndefined = true;
        for (var i = size - 1; i >= 0; i--)
        {
            value = (value << 8) | taken[i];
            isUndefined &= taken[i] == 0xFF;
        }
        if (isUndefined)
            return -1;
        return value <= long.MaxValue ? (long)value : throw Fault($"names the address {value}");
    }

    public ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > Left)
            throw Fault("ends in the middle");
        var taken = bytes.AsSpan(Position, count);
        Position += count;
        return taken;
    }

    public void Skip(int count) => Take(count);

    /// <summary>Skips to the next multiple of 8, counted from a start.</summary>
    public void Pad(int start)
    {
        var over = (Position - start) % 8;
        if (over > 0)
            Skip(Math.Min(8 - over, Left));
    }

    public bool Is(string signature) =>
        Left >= signature.Length
        && bytes.AsSpan(Position, signature.Length).SequenceEqual(Encoding.ASCII.GetBytes(signature));

    public void Signature(string signature)
    {
        if (!Is(signature))
            throw Fault($"does not begin with {signature}");
        Skip(signature.Length);
    }

    /// <summary>Text up to a zero byte, which is skipped.</summary>
    public string ZeroEnded()
    {
        var length = bytes.AsSpan(Position).IndexOf((byte)0);
        if (length < 0)
            throw Fault("holds a name without an end");
        var text = Encoding.UTF8.GetString(Take(length));
        Skip(1);
        return text;
    }

    /// <summary>The rest as a cursor of its own.</summary>
    public Hdf5Cursor Part(int count, string part) => new(Take(count).ToArray(), file, part);

    /// <summary>A cursor over bytes taken before.</summary>
    public Hdf5Cursor Of(byte[] taken) => new(taken, file, place);

    public PoseFormatException Fault(string cause) => file.Fault(place, cause);
}
