using System.Buffers.Binary;
using System.IO.Compression;

namespace Sleap.IO;

/// <summary>Undoes what was done to a chunk when it was written: deflate, LZF, shuffle, checksum.</summary>
/// <remarks>Two buffers are used for all chunks in turn. They grow to what chunks really hold.</remarks>
internal sealed class Hdf5Filters
{
    private const int Deflate = 1;
    private const int Shuffle = 2;
    private const int Checksum = 3;
    private const int Lzf = 32000;
    private const int MaxFilters = 32;

    // What deflate packs at most, and about what it packs usually.
    private const int MaxRatio = 1032;
    private const int UsualRatio = 4;

    private readonly List<(int Kind, string Name, uint[] Values)> _filters = [];
    private byte[] _bytes = [];
    private byte[] _other = [];
    private Hdf5Chunk _last = new(-1, -1, 0, 0);

    /// <summary>Whether there are filters.</summary>
    public bool Any => _filters.Count > 0;

    /// <summary>Whether chunks are deflated.</summary>
    public bool IsPacking => _filters.Exists(f => f.Kind == Deflate);

    /// <summary>Reads a filter message.</summary>
    public static Hdf5Filters Read(Hdf5Cursor? message)
    {
        var read = new Hdf5Filters();
        if (message is null)
            return read;
        var version = message.U8();
        int count = message.U8();
        if (version is not (1 or 2) || count > MaxFilters)
            throw message.Fault($"has {count} filters in a message of version {version}");
        if (version == 1)
            message.Skip(6);
        for (var i = 0; i < count; i++)
        {
            int kind = message.U16();
            var nameLength = version == 1 || kind >= 256 ? message.U16() : 0;
            message.Skip(2);
            int values = message.U16();
            var name = System
                .Text.Encoding.ASCII.GetString(message.Take(version == 1 ? (nameLength + 7) & ~7 : nameLength))
                .TrimEnd('\0');
            var numbers = new uint[values];
            for (var v = 0; v < values; v++)
                numbers[v] = message.U32();
            if (version == 1 && values % 2 == 1)
                message.Skip(4);
            read._filters.Add((kind, name, numbers));
        }
        return read;
    }

    /// <summary>The elements of a chunk as they were before the filters; they are overwritten by the next call.</summary>
    /// <param name="file">The file.</param>
    /// <param name="chunk">Where the chunk lies.</param>
    /// <param name="mask">Filters that were left out for this chunk, a bit each.</param>
    /// <param name="size">Bytes of a whole chunk.</param>
    /// <param name="elementSize">Bytes of an element, for the shuffle.</param>
    /// <param name="place">The dataset, for messages.</param>
    public ReadOnlySpan<byte> Read(Hdf5File file, Hdf5Chunk chunk, uint mask, long size, int elementSize, string place)
    {
        if (chunk == _last)
            return _bytes.AsSpan(0, (int)size);
        _last = new Hdf5Chunk(-1, -1, 0, 0);
        if (Any && size > Hdf5Writer.MaxChunkBytes)
        {
            throw file.Fault(
                place,
                $"has packed chunks of {size} bytes, and at most {Hdf5Writer.MaxChunkBytes} can be read"
            );
        }
        file.Check(chunk.Address, chunk.Stored, place);
        if (_bytes.Length < chunk.Stored)
            _bytes = file.Allocate<byte>(chunk.Stored, place);
        var length = (int)chunk.Stored;
        file.ReadInto(chunk.Address, _bytes.AsSpan(0, length), place);
        for (var i = _filters.Count - 1; i >= 0; i--)
        {
            if ((mask & (1u << i)) == 0)
                length = Undo(_filters[i], length, size, elementSize, file, place);
        }
        if (length != size)
            throw file.Fault(place, $"has a chunk of {length} bytes, and {size} were expected");
        _last = chunk;
        return _bytes.AsSpan(0, length);
    }

    /// <summary>Undoes one filter, and returns how many bytes there are afterwards.</summary>
    private int Undo(
        (int Kind, string Name, uint[] Values) filter,
        int length,
        long size,
        int elementSize,
        Hdf5File file,
        string place
    )
    {
        switch (filter.Kind)
        {
            case Deflate:
                return Inflate(length, size, file, place);
            case Lzf:
                Grow(ref _other, size + sizeof(uint), 0, file, place);
                var unpacked = Hdf5Lzf.Unpack(_bytes.AsSpan(0, length), _other.AsSpan(0, (int)size + sizeof(uint)));
                (_bytes, _other) = (_other, _bytes);
                return unpacked >= 0 ? unpacked : throw file.Fault(place, "has a chunk that cannot be unpacked");
            case Shuffle:
                Grow(ref _other, length, 0, file, place);
                Unshuffle(
                    _bytes.AsSpan(0, length),
                    _other,
                    filter.Values.Length > 0 ? (int)Math.Clamp(filter.Values[0], 1, 1 << 20) : elementSize
                );
                (_bytes, _other) = (_other, _bytes);
                return length;
            case Checksum:
                return length >= sizeof(uint) && IsRight(_bytes.AsSpan(0, length))
                    ? length - sizeof(uint)
                    : throw file.Fault(place, "has a damaged chunk: its checksum is wrong");
            default:
                throw file.Fault(
                    place,
                    $"is packed with the filter {filter.Kind} ({OneLine.Short(filter.Name)}), which is not read here; unpack it with "
                        + "'h5repack -f NONE IN OUT' where HDF5 has that filter"
                );
        }
    }

    private int Inflate(int length, long size, Hdf5File file, string place)
    {
        // A checksum may stand behind what was packed: a few bytes more than the chunk.
        var most = Math.Min(size + sizeof(uint), (long)length * MaxRatio);
        Grow(ref _other, Math.Min(most, (long)length * UsualRatio), 0, file, place);
        try
        {
            using var inflater = new ZLibStream(new MemoryStream(_bytes, 0, length), CompressionMode.Decompress);
            var done = 0;
            while (done < most)
            {
                if (done == _other.Length)
                    Grow(ref _other, Math.Min(most, 2L * done), done, file, place);
                var read = inflater.Read(_other, done, (int)Math.Min(_other.Length, most) - done);
                if (read == 0)
                    break;
                done += read;
            }
            (_bytes, _other) = (_other, _bytes);
            return done;
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException)
        {
            throw new PoseFormatException(file.Path, place, "has a chunk that cannot be unpacked.", fault);
        }
    }

    private static void Grow(ref byte[] buffer, long size, int kept, Hdf5File file, string place)
    {
        if (buffer.Length >= size)
            return;
        var larger = file.Allocate<byte>(size, place);
        buffer.AsSpan(0, kept).CopyTo(larger);
        buffer = larger;
    }

    private static void Unshuffle(ReadOnlySpan<byte> shuffled, Span<byte> bytes, int elementSize)
    {
        var count = shuffled.Length / elementSize;
        for (var b = 0; b < elementSize; b++)
        {
            var from = shuffled.Slice(b * count, count);
            for (int i = 0, at = b; i < from.Length; i++, at += elementSize)
                bytes[at] = from[i];
        }
        shuffled[(count * elementSize)..].CopyTo(bytes[(count * elementSize)..]);
    }

    /// <summary>Whether the checksum behind a chunk is right; HDF5 1.6.2 wrote its bytes the other way round.</summary>
    private static bool IsRight(ReadOnlySpan<byte> chunk)
    {
        var right = Hdf5Checksum.OfChunk(chunk[..^sizeof(uint)]);
        var stored = BinaryPrimitives.ReadUInt32LittleEndian(chunk[^sizeof(uint)..]);
        return stored == right || stored == (((right & 0x00FF00FF) << 8) | ((right >> 8) & 0x00FF00FF));
    }
}
