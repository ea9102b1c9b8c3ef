using System.Buffers.Binary;
using System.Text;

namespace Sleap.IO;

/// <summary>Reads numbers from a structure of an HDF5 file, one after the other, never past its end.</summary>
internal sealed class Hdf5Cursor
{
    private readonly byte[] _bytes;
    private readonly Hdf5File _file;
    private readonly int _start;
    private readonly int _end;
    private int _at;

    /// <summary>A cursor over all of some bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="file">The file, for sizes of addresses and for messages.</param>
    /// <param name="place">The object, for messages.</param>
    public Hdf5Cursor(byte[] bytes, Hdf5File file, string place)
        : this(bytes, 0, bytes.Length, file, place) { }

    /// <summary>A cursor over some bytes of an array.</summary>
    public Hdf5Cursor(byte[] bytes, int start, int count, Hdf5File file, string place)
    {
        (_bytes, _file, Place) = (bytes, file, place);
        (_start, _at, _end) = (start, start, start + count);
    }

    public int Position => _at - _start;

    public int Left => _end - _at;

    public string Place { get; }

    public byte U8() => Take(1)[0];

    public ushort U16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>A file address; -1 when undefined.</summary>
    public long Offset() => NumberOrUndefined(_file.OffsetSize);

    /// <summary>A length; never negative.</summary>
    public long Length()
    {
        var length = NumberOrUndefined(_file.LengthSize);
        return length >= 0 ? length : throw Fault("declares a length that no file has");
    }

    /// <summary>A length that may be without limit, which is -1.</summary>
    public long MaxLength() => NumberOrUndefined(_file.LengthSize);

    /// <summary>A whole number of 1 to 8 bytes, without a sign.</summary>
    public long Number(int size)
    {
        if (size is < 1 or > 8)
            throw Fault($"declares numbers of {size} bytes");
        var taken = Take(size);
        ulong value = 0;
        for (var i = size - 1; i >= 0; i--)
            value = (value << 8) | taken[i];
        return value <= long.MaxValue ? (long)value : throw Fault($"names the address {value}");
    }

    /// <summary>A number that is undefined, -1, when all bits are set.</summary>
    private long NumberOrUndefined(int size)
    {
        if (size > Left || _bytes.AsSpan(_at, size).ContainsAnyExcept((byte)0xFF))
            return Number(size);
        Skip(size);
        return -1;
    }

    public ReadOnlySpan<byte> Take(int count)
    {
        Skip(count);
        return _bytes.AsSpan(_at - count, count);
    }

    public void Skip(int count)
    {
        if (count < 0 || count > Left)
            throw Fault("ends in the middle");
        _at += count;
    }

    /// <summary>Skips to the next multiple of 8, counted from a start.</summary>
    public void Pad(int start)
    {
        var over = (Position - start) % 8;
        if (over > 0)
            Skip(Math.Min(8 - over, Left));
    }

    public bool Is(string signature) =>
        Left >= signature.Length
        && _bytes.AsSpan(_at, signature.Length).SequenceEqual(Encoding.ASCII.GetBytes(signature));

    public void Signature(string signature)
    {
        if (!Is(signature))
            throw Fault($"does not begin with {signature}");
        Skip(signature.Length);
    }

    /// <summary>Text up to a zero byte, which is skipped.</summary>
    public string ZeroEnded()
    {
        var length = _bytes.AsSpan(_at, Left).IndexOf((byte)0);
        if (length < 0)
            throw Fault("holds a name without an end");
        var text = Encoding.UTF8.GetString(Take(length));
        Skip(1);
        return text;
    }

    /// <summary>Some of the bytes that follow, as a cursor of its own.</summary>
    public Hdf5Cursor Part(int count)
    {
        Skip(count);
        return new Hdf5Cursor(_bytes, _at - count, count, _file, Place);
    }

    /// <summary>The same bytes from their beginning.</summary>
    public Hdf5Cursor FromStart() => new(_bytes, _start, _end - _start, _file, Place);

    /// <summary>A cursor over bytes taken before.</summary>
    public Hdf5Cursor Of(byte[] taken) => new(taken, _file, Place);

    public PoseFormatException Fault(string cause) => _file.Fault(Place, cause);
}
