using System.Buffers.Binary;
using System.Text;

namespace Sleap.IO;

/// <summary>Builds a structure of an HDF5 file, one number after the other, with addresses and lengths of 8 bytes.</summary>
internal sealed class Hdf5Bytes
{
    private byte[] _bytes = new byte[64];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    public Hdf5Bytes U8(int value) => Add([(byte)value]);

    public Hdf5Bytes U16(int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(Next(2), (ushort)value);
        return this;
    }

    public Hdf5Bytes U32(long value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(Next(4), (uint)value);
        return this;
    }

    /// <summary>A length or an address; -1 is the undefined address.</summary>
    public Hdf5Bytes I64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Next(8), value);
        return this;
    }

    public Hdf5Bytes Add(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Next(bytes.Length));
        return this;
    }

    public Hdf5Bytes Ascii(string signature) => Add(Encoding.ASCII.GetBytes(signature));

    /// <summary>Text in UTF-8 with its closing zero, and zeros up to a multiple of 8.</summary>
    public Hdf5Bytes PaddedName(string name)
    {
        var start = Length;
        return Add(Encoding.UTF8.GetBytes(name)).U8(0).Pad(start);
    }

    public Hdf5Bytes Zeros(int count)
    {
        Next(count);
        return this;
    }

    /// <summary>Zeros up to a multiple of 8, counted from a start.</summary>
    public Hdf5Bytes Pad(int start = 0) => Zeros(-(Length - start) & 7);

    public byte[] ToArray() => Span.ToArray();

    /// <summary>Space for some bytes behind the others; it is zero.</summary>
    private Span<byte> Next(int count)
    {
        if (Length + count > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(Length + count, 2 * _bytes.Length));
        Length += count;
        return _bytes.AsSpan(Length - count, count);
    }
}
