using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sleap.IO;

/// <summary>
/// Turns numbers as stored into numbers as wanted, a column at a time. What does not fit becomes the nearest that does.
/// </summary>
internal static class Hdf5Numbers
{
    private static Hdf5FieldKind KindOf<T>()
        where T : unmanaged =>
        default(T) switch
        {
            byte => Hdf5FieldKind.UInt8,
            int => Hdf5FieldKind.Int32,
            uint => Hdf5FieldKind.UInt32,
            long => Hdf5FieldKind.Int64,
            ulong => Hdf5FieldKind.UInt64,
            float => Hdf5FieldKind.Single,
            double => Hdf5FieldKind.Double,
            _ => throw new ArgumentException($"{typeof(T)} is not read from HDF5."),
        };

    /// <summary>Whether a stored number has the very bytes of the wanted one.</summary>
    public static bool IsSame(Hdf5Type type, Hdf5FieldKind kind)
    {
        var number = type.Element ?? type;
        if (number.IsBigEndian || !BitConverter.IsLittleEndian)
            return false;
        return kind switch
        {
            Hdf5FieldKind.Boolean => number is { Kind: Hdf5Type.Kinds.Integer, Size: 1 },
            Hdf5FieldKind.UInt8 => number is { Kind: Hdf5Type.Kinds.Integer, Size: 1, IsSigned: false },
            Hdf5FieldKind.Int32 => number is { Kind: Hdf5Type.Kinds.Integer, Size: 4, IsSigned: true },
            Hdf5FieldKind.UInt32 => number is { Kind: Hdf5Type.Kinds.Integer, Size: 4, IsSigned: false },
            Hdf5FieldKind.Int64 => number is { Kind: Hdf5Type.Kinds.Integer, Size: 8, IsSigned: true },
            Hdf5FieldKind.UInt64 => number is { Kind: Hdf5Type.Kinds.Integer, Size: 8, IsSigned: false },
            Hdf5FieldKind.Single => number is { Kind: Hdf5Type.Kinds.Float, Size: 4 },
            _ => number is { Kind: Hdf5Type.Kinds.Float, Size: 8 },
        };
    }

    /// <summary>Converts numbers that lie one after the other.</summary>
    public static void Convert<T>(ReadOnlySpan<byte> from, Hdf5Type type, Span<T> to)
        where T : unmanaged
    {
        if (IsSame(type, KindOf<T>()))
        {
            from[..(to.Length * Unsafe.SizeOf<T>())].CopyTo(MemoryMarshal.AsBytes(to));
            return;
        }
        ConvertColumn(
            from,
            type,
            fromOffset: 0,
            fromStep: type.Size,
            MemoryMarshal.AsBytes(to),
            KindOf<T>(),
            toOffset: 0,
            toStep: Unsafe.SizeOf<T>(),
            to.Length
        );
    }

    /// <summary>Converts one column of a table: an offset and a step in bytes on either side.</summary>
    /// <remarks>Tables come in blocks: their loops are too short to be recompiled while they run.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ConvertColumn(
        ReadOnlySpan<byte> from,
        Hdf5Type type,
        int fromOffset,
        int fromStep,
        Span<byte> to,
        Hdf5FieldKind kind,
        int toOffset,
        int toStep,
        int count
    )
    {
        var number = type.Element ?? type;
        var isSame = IsSame(type, kind);
        for (var i = 0; i < count; i++)
        {
            var stored = from.Slice(fromOffset + (i * fromStep), number.Size);
            var target = to[(toOffset + (i * toStep))..];
            if (isSame)
                stored.CopyTo(target);
            else if (number.Kind == Hdf5Type.Kinds.Float)
                Write(target, kind, Real(stored, number.IsBigEndian));
            else
                Write(target, kind, Whole(stored, number));
        }
    }

    private static double Real(ReadOnlySpan<byte> stored, bool isBigEndian) =>
        (stored.Length, isBigEndian) switch
        {
            (2, false) => (double)BinaryPrimitives.ReadHalfLittleEndian(stored),
            (2, true) => (double)BinaryPrimitives.ReadHalfBigEndian(stored),
            (4, false) => BinaryPrimitives.ReadSingleLittleEndian(stored),
            (4, true) => BinaryPrimitives.ReadSingleBigEndian(stored),
            (8, false) => BinaryPrimitives.ReadDoubleLittleEndian(stored),
            _ => BinaryPrimitives.ReadDoubleBigEndian(stored),
        };

    private static Int128 Whole(ReadOnlySpan<byte> stored, Hdf5Type type)
    {
        ulong bits = 0;
        for (var i = 0; i < stored.Length; i++)
            bits = (bits << 8) | stored[type.IsBigEndian ? i : stored.Length - 1 - i];
        var unused = 64 - (8 * stored.Length);
        return type.IsSigned ? (long)(bits << unused) >> unused : bits;
    }

    private static void Write(Span<byte> target, Hdf5FieldKind kind, double value)
    {
        switch (kind)
        {
            case Hdf5FieldKind.Double:
                MemoryMarshal.Write(target, value);
                break;
            case Hdf5FieldKind.Single:
                MemoryMarshal.Write(target, (float)value);
                break;
            default:
                Write(target, kind, double.IsNaN(value) ? 0 : (Int128)Math.Clamp(Math.Truncate(value), -1e20, 1e20));
                break;
        }
    }

    private static void Write(Span<byte> target, Hdf5FieldKind kind, Int128 value)
    {
        switch (kind)
        {
            case Hdf5FieldKind.Boolean:
                target[0] = value == 0 ? (byte)0 : (byte)1;
                break;
            case Hdf5FieldKind.UInt8:
                target[0] = byte.CreateSaturating(value);
                break;
            case Hdf5FieldKind.Int32:
                MemoryMarshal.Write(target, int.CreateSaturating(value));
                break;
            case Hdf5FieldKind.UInt32:
                MemoryMarshal.Write(target, uint.CreateSaturating(value));
                break;
            case Hdf5FieldKind.Int64:
                MemoryMarshal.Write(target, long.CreateSaturating(value));
                break;
            case Hdf5FieldKind.UInt64:
                MemoryMarshal.Write(target, ulong.CreateSaturating(value));
                break;
            case Hdf5FieldKind.Single:
                MemoryMarshal.Write(target, (float)value);
                break;
            default:
                MemoryMarshal.Write(target, (double)value);
                break;
        }
    }
}
