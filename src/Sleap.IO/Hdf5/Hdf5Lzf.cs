namespace Sleap.IO;

/// <summary>Unpacks LZF, a fast packing that h5py offers: literal bytes, and references to bytes before them.</summary>
internal static class Hdf5Lzf
{
    private const int MaxLiteral = 32;

    /// <summary>Unpacks into a span, and returns how many bytes there are, or -1 when the bytes are not LZF.</summary>
    public static int Unpack(ReadOnlySpan<byte> from, Span<byte> to)
    {
        int at = 0,
            done = 0;
        while (at < from.Length)
        {
            int control = from[at++];
            if (control < MaxLiteral)
            {
                var count = control + 1;
                if (count > from.Length - at || count > to.Length - done)
                    return -1;
                from.Slice(at, count).CopyTo(to[done..]);
                (at, done) = (at + count, done + count);
                continue;
            }
            var length = control >> 5;
            if (length == 7 && at < from.Length)
                length += from[at++];
            length += 2;
            if (at >= from.Length)
                return -1;
            var start = done - ((control & 0x1F) << 8) - from[at++] - 1;
            if (start < 0 || length > to.Length - done)
                return -1;
            // Byte by byte: the reference may reach into what it writes.
            for (var i = 0; i < length; i++)
                to[done++] = to[start + i];
        }
        return done;
    }
}
