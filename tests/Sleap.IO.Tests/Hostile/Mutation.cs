namespace Sleap.IO.Tests;

/// <summary>Damages a file's bytes in the ways disks, networks and people do.</summary>
internal static class Mutation
{
    /// <summary>A damaged copy: bits turned, cut short, stretches overwritten, moved or set to huge numbers.</summary>
    public static byte[] Of(byte[] original, Random random)
    {
        var bytes = (byte[])original.Clone();
        switch (random.Next(6))
        {
            case 0:
                for (var i = random.Next(1, 9); i > 0; i--)
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                return bytes[..random.Next(bytes.Length)];
            case 2:
                random.NextBytes(Stretch(bytes, random));
                return bytes;
            case 3:
                Stretch(bytes, random).Fill(random.Next(2) == 0 ? (byte)0 : (byte)0xFF);
                return bytes;
            case 4:
                Stretch(bytes, random).ToArray().AsSpan().CopyTo(Tail(bytes, random, 64));
                return bytes;
            default:
                // A huge or negative number where a size may stand.
                BitConverter.GetBytes(random.Next(2) == 0 ? long.MaxValue >> random.Next(40) : -1L << random.Next(40)).CopyTo(bytes, random.Next(bytes.Length - 8) & ~7);
                return bytes;
        }
    }

    private static Span<byte> Stretch(byte[] bytes, Random random)
    {
        var start = random.Next(bytes.Length);
        return bytes.AsSpan(start, Math.Min(random.Next(1, 65), bytes.Length - start));
    }

    private static Span<byte> Tail(byte[] bytes, Random random, int least) => bytes.AsSpan(random.Next(Math.Max(1, bytes.Length - least)));
}
