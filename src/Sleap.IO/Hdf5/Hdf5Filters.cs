using System.IO.Compression;

namespace Sleap.IO;

/// <summary>Undoes what was done to a chunk when it was written: deflate, shuffle, checksum.</summary>
internal sealed class Hdf5Filters
{
    private const int Deflate = 1;
    private const int Shuffle = 2;
    private const int Checksum = 3;

    private readonly List<(int Kind, string Name, uint[] Values)> _filters = [];

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

    /// <summary>The chunk as it was before the filters.</summary>
    /// <param name="stored">The bytes in the file.</param>
    /// <param name="mask">Filters that were left out for this chunk, a bit each.</param>
    /// <param name="size">Bytes of a whole chunk.</param>
    /// <param name="elementSize">Bytes of an element, for the shuffle.</param>
    /// <param name="file">The file, for messages.</param>
    /// <param name="place">The dataset, for messages.</param>
    public byte[] Undo(byte[] stored, uint mask, long size, int elementSize, Hdf5File file, string place)
    {
        var bytes = stored;
        for (var i = _filters.Count - 1; i >= 0; i--)
        {
            if (i < 32 && (mask & (1u << i)) != 0)
                continue;
            bytes = _filters[i].Kind switch
            {
                Deflate => Inflate(bytes, size, file, place),
                Shuffle => Unshuffle(
                    bytes,
                    _filters[i].Values.Length > 0 ? (int)Math.Clamp(_filters[i].Values[0], 1, 1 << 20) : elementSize
                ),
                Checksum => bytes.Length >= 4
                    ? bytes[..^4]
                    : throw file.Fault(place, "has a chunk too short for its checksum"),
                var other => throw file.Fault(
                    place,
                    $"is packed with the filter {other} ({_filters[i].Name}), which is not read here; unpack it with "
                        + "'h5repack -f NONE IN OUT'"
                ),
            };
        }
        return bytes.Length == size
            ? bytes
            : throw file.Fault(place, $"has a chunk of {bytes.Length} bytes, and {size} were expected");
    }

    private static byte[] Inflate(byte[] packed, long size, Hdf5File file, string place)
    {
        // A checksum may stand behind what was packed: a few bytes more than the chunk.
        var bytes = new byte[size + 4];
        try
        {
            using var inflater = new ZLibStream(new MemoryStream(packed), CompressionMode.Decompress);
            var read = inflater.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return bytes[..read];
        }
        catch (InvalidDataException fault)
        {
            throw new PoseFormatException(file.Path, place, "has a chunk that cannot be unpacked.", fault);
        }
    }

    private static byte[] Unshuffle(byte[] shuffled, int elementSize)
    {
        var count = shuffled.Length / elementSize;
        var bytes = (byte[])shuffled.Clone();
        for (var b = 0; b < elementSize; b++)
        {
            for (var i = 0; i < count; i++)
                bytes[(i * elementSize) + b] = shuffled[(b * count) + i];
        }
        return bytes;
    }
}
