using System.Buffers.Binary;

namespace Sleap.IO;

/// <summary>
/// Walks the directories of a TIFF file before the library does, which takes as much memory for a value as the file
/// says it has.
/// </summary>
internal sealed class TiffDirectories(Stream stream, string file)
{
    /// <summary>The library numbers pages in 16 bits.</summary>
    private const int MaxPages = short.MaxValue;

    /// <summary>Bytes of one value of each type.</summary>
    private static readonly int[] TypeSizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

    private bool _isBigEndian;
    private long _left = stream.Length;

    /// <summary>Checks every directory; gives back how many pages there are.</summary>
    /// <exception cref="PoseFormatException">A directory or a value lies outside the file, or they lead round in a
    /// circle.</exception>
    public int Count()
    {
        var head = Bytes(0, 16);
        _isBigEndian = head[0] == 'M';
        var isBig = U16(head, 2) == 43;
        var next = isBig ? (long)U64(head, 8) : U32(head, 4);
        var seen = new HashSet<long>();
        while (next != 0)
        {
            if (!seen.Add(next) || seen.Count > MaxPages)
            {
                throw Fault(
                    seen.Count - 1,
                    seen.Count > MaxPages
                        ? $"is one of more than {MaxPages} pages, which cannot be read"
                        : "leads back to an earlier one"
                );
            }

            next = isBig ? ReadDirectory(next, seen.Count - 1, 8, 20) : ReadDirectory(next, seen.Count - 1, 2, 12);
        }
        return seen.Count > 0
            ? seen.Count
            : throw new PoseFormatException(file, null, "the file is TIFF and has no page.");
    }

    private long ReadDirectory(long at, int page, int countSize, int entrySize)
    {
        var count = countSize == 8 ? U64(Bytes(at, 8, page), 0) : U16(Bytes(at, 2, page), 0);
        if (count is 0 or > ushort.MaxValue)
            throw Fault(page, $"has a directory of {count} entries");
        // No two directories of an undamaged file share bytes.
        _left -= (long)count * entrySize;
        if (_left < 0)
            throw Fault(page, "and those before it have more entries than the file can hold");
        var bytes = Bytes(at + countSize, ((int)count * entrySize) + (entrySize == 20 ? 8 : 4), page);
        for (var i = 0; i < (int)count; i++)
        {
            var type = U16(bytes, (i * entrySize) + 2);
            var values = entrySize == 20 ? U64(bytes, (i * entrySize) + 4) : U32(bytes, (i * entrySize) + 4);
            if (type < TypeSizes.Length && (UInt128)values * (uint)TypeSizes[type] > (ulong)stream.Length)
            {
                throw Fault(
                    page,
                    $"declares {values} values for the tag {U16(bytes, i * entrySize)}, more than the file can hold"
                );
            }
        }
        return entrySize == 20
            ? (long)Math.Min(U64(bytes, (int)count * entrySize), long.MaxValue)
            : U32(bytes, (int)count * entrySize);
    }

    private byte[] Bytes(long at, int count, int page = 0)
    {
        if (at < 0 || at > stream.Length - count)
            throw Fault(page, $"lies at the bytes {at} to {(decimal)at + count}, and the file has {stream.Length}");
        var bytes = new byte[count];
        stream.Position = at;
        stream.ReadExactly(bytes);
        return bytes;
    }

    private ushort U16(byte[] bytes, int at) =>
        _isBigEndian
            ? BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at))
            : BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private uint U32(byte[] bytes, int at) =>
        _isBigEndian
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at))
            : BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    private ulong U64(byte[] bytes, int at) =>
        _isBigEndian
            ? BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(at))
            : BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));

    private PoseFormatException Fault(int page, string cause) => new(file, $"page {page}", $"{cause}.");
}
