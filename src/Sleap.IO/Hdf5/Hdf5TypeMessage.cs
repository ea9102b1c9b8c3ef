namespace Sleap.IO;

/// <summary>
/// Datatype messages of what is written here, in version 1, which every HDF5 library reads (HDF5 File Format
/// Specification, IV.A.2.d).
/// </summary>
internal static class Hdf5TypeMessage
{
    /// <summary>Bytes of an element of variable length: its count, and where it lies in a global heap.</summary>
    public const int VariableSize = 16;

    private const int Integer = 0x10;
    private const int Float = 0x11;
    private const int Text = 0x13;
    private const int Compound = 0x16;
    private const int Enumeration = 0x18;
    private const int Variable = 0x19;

    /// <summary>Text of variable length in UTF-8.</summary>
    public static byte[] VariableText { get; } =
    [.. Head(Variable, 0x0101, VariableSize), .. Number(Hdf5FieldKind.UInt8)];

    /// <summary>Text of one length, zero-padded without a closing zero: what numpy calls bytes.</summary>
    public static byte[] FixedText(int width) => Head(Text, 1, width);

    public static byte[] Number(Hdf5FieldKind kind) =>
        kind switch
        {
            Hdf5FieldKind.Boolean => Boolean(),
            Hdf5FieldKind.UInt8 => Whole(1, isSigned: false),
            Hdf5FieldKind.Int32 => Whole(4, isSigned: true),
            Hdf5FieldKind.UInt32 => Whole(4, isSigned: false),
            Hdf5FieldKind.Int64 => Whole(8, isSigned: true),
            Hdf5FieldKind.UInt64 => Whole(8, isSigned: false),
            Hdf5FieldKind.Single => Real(4, exponentBits: 8, fractionBits: 23, bias: 127),
            _ => Real(8, exponentBits: 11, fractionBits: 52, bias: 1023),
        };

    /// <summary>The type of a .NET number.</summary>
    public static byte[] Number<T>()
        where T : unmanaged =>
        default(T) switch
        {
            bool => Number(Hdf5FieldKind.Boolean),
            sbyte => Whole(1, isSigned: true),
            byte => Number(Hdf5FieldKind.UInt8),
            int => Number(Hdf5FieldKind.Int32),
            uint => Number(Hdf5FieldKind.UInt32),
            long => Number(Hdf5FieldKind.Int64),
            ulong => Number(Hdf5FieldKind.UInt64),
            float => Number(Hdf5FieldKind.Single),
            double => Number(Hdf5FieldKind.Double),
            _ => throw new ArgumentException($"{typeof(T)} has no HDF5 type here."),
        };

    /// <summary>A packed row.</summary>
    public static byte[] Row(Hdf5Field[] fields)
    {
        var message = new Hdf5Bytes().Add(Head(Compound, fields.Length, fields.Sum(f => f.Size)));
        var offset = 0;
        foreach (var field in fields)
        {
            // The 28 bytes between offset and type are for arrays, which later versions write otherwise.
            message.PaddedName(field.Name).U32(offset).Zeros(28).Add(Number(field.Kind));
            offset += field.Size;
        }
        return message.ToArray();
    }

    /// <summary>
    /// A type message of another file, for this one: where addresses have another size there, elements of variable
    /// length have, too.
    /// </summary>
    public static byte[] Copied(Hdf5Raw raw)
    {
        if (raw.Type.Kind != Hdf5Type.Kinds.Variable)
            return raw.TypeMessage;
        return [.. raw.TypeMessage[..4], VariableSize, 0, 0, 0, .. raw.TypeMessage[8..]];
    }

    /// <summary>The enumeration that h5py makes of numpy's bool.</summary>
    private static byte[] Boolean() =>
        new Hdf5Bytes()
            .Add(Head(Enumeration, 2, 1))
            .Add(Whole(1, isSigned: true))
            .PaddedName("FALSE")
            .PaddedName("TRUE")
            .U8(0)
            .U8(1)
            .ToArray();

    private static byte[] Whole(int size, bool isSigned) =>
        new Hdf5Bytes().Add(Head(Integer, isSigned ? 8 : 0, size)).U16(0).U16(8 * size).ToArray();

    /// <summary>IEEE 754: sign, exponent, fraction whose leading one is not stored.</summary>
    private static byte[] Real(int size, int exponentBits, int fractionBits, int bias) =>
        new Hdf5Bytes()
            .Add(Head(Float, 0x20 | (((8 * size) - 1) << 8), size))
            .U16(0)
            .U16(8 * size)
            .U8(fractionBits)
            .U8(exponentBits)
            .U8(0)
            .U8(fractionBits)
            .U32(bias)
            .ToArray();

    /// <param name="kind">Class and version.</param>
    /// <param name="bits">What the class has 24 bits for.</param>
    /// <param name="size">Bytes of an element.</param>
    private static byte[] Head(int kind, int bits, int size) =>
        new Hdf5Bytes().U8(kind).U16(bits).U8(bits >> 16).U32(size).ToArray();
}
