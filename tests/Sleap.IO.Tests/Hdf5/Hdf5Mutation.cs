using System.Text;

namespace Sleap.IO.Tests;

/// <summary>
/// Damages HDF5 files where it hurts: fields of metadata, with checksums made right again afterwards, so that the damage
/// is not found by them.
/// </summary>
internal sealed class Hdf5Mutation
{
    private const int MaxBlock = 1 << 14;

    private static readonly string[] Checked =
    [
        "OHDR",
        "OCHK",
        "FRHP",
        "FHIB",
        "BTHD",
        "BTIN",
        "BTLF",
        "FAHD",
        "FADB",
        "EAHD",
        "EAIB",
        "EASB",
        "EADB",
    ];
    private static readonly string[] Unchecked = ["TREE", "SNOD", "HEAP", "GCOL", "FHDB"];
    private static readonly long[] Numbers =
    [
        0,
        1,
        2,
        7,
        8,
        255,
        256,
        65535,
        65536,
        int.MaxValue,
        uint.MaxValue,
        1L << 33,
        1L << 40,
        long.MaxValue,
        -1,
        -2,
    ];

    private readonly byte[] _original;

    // Where blocks of metadata begin, and where their checksum lies; -1 for blocks without one.
    private readonly List<(int Start, int Checksum)> _blocks = [];

    public Hdf5Mutation(byte[] original)
    {
        _original = original;
        for (var i = 0; i + 8 < original.Length; i++)
        {
            var name = Encoding.Latin1.GetString(original, i, 4);
            if (Checked.Contains(name) || (i == 0 && original[8] >= 2))
                _blocks.Add((i, FindChecksum(i)));
            else if (Unchecked.Contains(name) || i == 0 || original.AsSpan(i, 4).SequenceEqual<byte>([1, 0, 0, 0]))
                _blocks.Add((i, -1));
        }
    }

    /// <summary>A damaged copy.</summary>
    public byte[] Next(Random random)
    {
        if (random.Next(4) == 0)
            return Mutation.Of(_original, random);
        var bytes = (byte[])_original.Clone();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var (start, checksum) = _blocks[random.Next(_blocks.Count)];
            var end = checksum >= 0 ? checksum : Math.Min(bytes.Length, start + 128);
            Damage(bytes, start + 4, end, random);
            if (checksum >= 0)
                Seal(bytes, start, checksum);
        }
        return bytes;
    }

    private void Damage(byte[] bytes, int start, int end, Random random)
    {
        if (start >= end)
            return;
        var at = random.Next(start, end);
        var size = Math.Min(1 << random.Next(4), end - at);
        var field = bytes.AsSpan(at, size);
        switch (random.Next(5))
        {
            case 0:
                field[0] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                field[0] = (byte)random.Next(256);
                break;
            case 2:
                BitConverter.GetBytes(Numbers[random.Next(Numbers.Length)]).AsSpan(0, size).CopyTo(field);
                break;
            case 3:
                // The address of a block, perhaps of the one that it stands in.
                var address = BitConverter.GetBytes((long)_blocks[random.Next(_blocks.Count)].Start);
                var place = Math.Max(start, Math.Min(at, end - 8));
                address.AsSpan(0, Math.Min(8, end - place)).CopyTo(bytes.AsSpan(place));
                break;
            default:
                // A field of the same block elsewhere.
                bytes.AsSpan(random.Next(start, end - size + 1), size).ToArray().CopyTo(field);
                break;
        }
    }

    /// <summary>The first place behind a block's beginning that holds the checksum of what is before it.</summary>
    private int FindChecksum(int start)
    {
        for (var at = start + 8; at + 4 <= _original.Length && at < start + MaxBlock; at++)
        {
            if (BitConverter.ToUInt32(_original, at) == Hdf5Checksum.OfMetadata(_original.AsSpan(start, at - start)))
                return at;
        }
        return -1;
    }

    private static void Seal(byte[] bytes, int start, int checksum) =>
        BitConverter.GetBytes(Hdf5Checksum.OfMetadata(bytes.AsSpan(start, checksum - start))).CopyTo(bytes, checksum);
}
