using System.Buffers.Binary;
using System.Numerics;

namespace Sleap.IO;

/// <summary>The two checksums of HDF5.</summary>
internal static class Hdf5Checksum
{
    /// <summary>
    /// Checksum of a block of metadata: Bob Jenkins' lookup3, "hashlittle" with the initial value 0.
    /// </summary>
    public static uint OfMetadata(ReadOnlySpan<byte> bytes)
    {
        uint a,
            b,
            c;
        a = b = c = 0xDEADBEEF + (uint)bytes.Length;
        while (bytes.Length > 12)
        {
            a += BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            b += BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            c += BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
            a = (a - c) ^ BitOperations.RotateLeft(c, 4);
            c += b;
            b = (b - a) ^ BitOperations.RotateLeft(a, 6);
            a += c;
            c = (c - b) ^ BitOperations.RotateLeft(b, 8);
            b += a;
            a = (a - c) ^ BitOperations.RotateLeft(c, 16);
            c += b;
            b = (b - a) ^ BitOperations.RotateLeft(a, 19);
            a += c;
            c = (c - b) ^ BitOperations.RotateLeft(b, 4);
            b += a;
            bytes = bytes[12..];
        }
        if (bytes.IsEmpty)
            return c;
        Span<byte> last = stackalloc byte[12];
        last.Clear();
        bytes.CopyTo(last);
        a += BinaryPrimitives.ReadUInt32LittleEndian(last);
        b += BinaryPrimitives.ReadUInt32LittleEndian(last[4..]);
        c += BinaryPrimitives.ReadUInt32LittleEndian(last[8..]);
        c = (c ^ b) - BitOperations.RotateLeft(b, 14);
        a = (a ^ c) - BitOperations.RotateLeft(c, 11);
        b = (b ^ a) - BitOperations.RotateLeft(a, 25);
        c = (c ^ b) - BitOperations.RotateLeft(b, 16);
        a = (a ^ c) - BitOperations.RotateLeft(c, 4);
        b = (b ^ a) - BitOperations.RotateLeft(a, 14);
        return (c ^ b) - BitOperations.RotateLeft(b, 24);
    }

    /// <summary>Checksum of a chunk: Fletcher's with 32 bits, over words of 16 bits, the high byte first.</summary>
    public static uint OfChunk(ReadOnlySpan<byte> bytes)
    {
        // 360 words at most before the sums are folded, so that they stay below 2^32.
        const int Block = 720;
        uint low = 0,
            high = 0;
        while (!bytes.IsEmpty)
        {
            var block = bytes[..Math.Min(Block, bytes.Length)];
            bytes = bytes[block.Length..];
            for (; block.Length >= 2; block = block[2..])
            {
                low += BinaryPrimitives.ReadUInt16BigEndian(block);
                high += low;
            }
            if (block.Length == 1)
            {
                low += (uint)block[0] << 8;
                high += low;
            }
            low = (low & 0xFFFF) + (low >> 16);
            high = (high & 0xFFFF) + (high >> 16);
        }
        low = (low & 0xFFFF) + (low >> 16);
        high = (high & 0xFFFF) + (high >> 16);
        return (high << 16) | low;
    }
}
