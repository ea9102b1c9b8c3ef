namespace Sleap.IO;

/// <summary>What the elements of a dataset are, as its datatype message says.</summary>
internal sealed record Hdf5Type(Hdf5Type.Kinds Kind, int Size)
{
    private const int MaxDepth = 8;
    private const int MaxMembers = 1024;

    public enum Kinds
    {
        Integer = 0,
        Float = 1,
        Time = 2,
        Text = 3,
        Bits = 4,
        Opaque = 5,
        Compound = 6,
        Reference = 7,
        Enumeration = 8,
        Variable = 9,
        Array = 10,
    }

    public bool IsBigEndian { get; private init; }

    public bool IsSigned { get; private init; }

    /// <summary>Whether a variable-length element is text rather than a sequence.</summary>
    public bool IsText { get; private init; }

    /// <summary>Of enumerations, sequences and arrays: what they are made of.</summary>
    public Hdf5Type? Element { get; private init; }

    /// <summary>Fields of a compound.</summary>
    public IReadOnlyList<(string Name, int Offset, Hdf5Type Type)> Members { get; private init; } = [];

    /// <summary>
    /// Whether elements are numbers, also named ones, or bytes of bits, as which PyTables stores flags.
    /// </summary>
    public bool IsNumber =>
        Kind is Kinds.Integer or Kinds.Float
        || this is { Kind: Kinds.Bits, Size: 1 }
        || (Kind == Kinds.Enumeration && Element!.Kind == Kinds.Integer);

    /// <summary>
    /// Whether elements hold addresses in the file: of what is of variable length, or of other objects.
    /// </summary>
    public bool HoldsAddresses =>
        Kind is Kinds.Variable or Kinds.Reference
        || Element is { HoldsAddresses: true }
        || Members.Any(m => m.Type.HoldsAddresses);

    /// <summary>Reads a datatype message; the cursor stands behind it afterwards.</summary>
    public static Hdf5Type Read(Hdf5Cursor from, int depth = 0)
    {
        if (depth > MaxDepth)
            throw from.Fault("nests types without end");
        var first = from.U8();
        var (kind, version) = ((Kinds)(first & 0xF), first >> 4);
        var bits = from.U8() | (from.U8() << 8) | (from.U8() << 16);
        var size = from.U32();
        if (size is 0 or > int.MaxValue || version is 0 or > 4)
            throw from.Fault($"declares elements of {size} bytes in type version {version}");
        var type = new Hdf5Type(kind, (int)size);
        switch (kind)
        {
            case Kinds.Integer:
                var (firstBit, usedBits) = (from.U16(), from.U16());
                return size is 1 or 2 or 4 or 8 && firstBit == 0 && usedBits == 8 * size
                    ? type with
                    {
                        IsBigEndian = (bits & 1) != 0,
                        IsSigned = (bits & 8) != 0,
                    }
                    : throw from.Fault($"declares whole numbers of {usedBits} bits in {size} bytes");
            case Kinds.Float:
                return IsIeee(from.Take(12), (int)size)
                    ? type with
                    {
                        IsBigEndian = (bits & 1) != 0,
                    }
                    : throw from.Fault(
                        $"declares floating-point numbers of {size} bytes that are not those of IEEE 754"
                    );
            case Kinds.Text:
                return type;
            case Kinds.Time:
                from.Skip(2);
                return type;
            case Kinds.Bits:
                from.Skip(4);
                return type;
            case Kinds.Opaque:
                from.Skip(bits & 0xFF);
                return type;
            case Kinds.Reference:
                return type;
            case Kinds.Compound:
                return type with { Members = ReadMembers(from, bits & 0xFFFF, version, (int)size, depth) };
            case Kinds.Enumeration:
                var element = ReadEnumeration(from, bits & 0xFFFF, version, depth);
                return element.Size == size
                    ? type with
                    {
                        Element = element,
                    }
                    : throw from.Fault($"names numbers of {element.Size} bytes in elements of {size}");
            case Kinds.Variable:
                return type with { IsText = (bits & 0xF) == 1, Element = Read(from, depth + 1) };
            case Kinds.Array:
                return type with { Element = ReadArray(from, version, depth) };
            default:
                throw from.Fault($"declares the unknown type class {(int)kind}");
        }
    }

    /// <summary>
    /// Whether properties of a floating-point type are those of half, single or double precision: first bit and number
    /// of bits, place and size of exponent and mantissa, bias.
    /// </summary>
    private static bool IsIeee(ReadOnlySpan<byte> properties, int size) =>
        size switch
        {
            2 => properties.SequenceEqual<byte>([0, 0, 16, 0, 10, 5, 0, 10, 15, 0, 0, 0]),
            4 => properties.SequenceEqual<byte>([0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0]),
            8 => properties.SequenceEqual<byte>([0, 0, 64, 0, 52, 11, 0, 52, 255, 3, 0, 0]),
            _ => false,
        };

    private static List<(string, int, Hdf5Type)> ReadMembers(
        Hdf5Cursor from,
        int count,
        int version,
        int size,
        int depth
    )
    {
        if (count is 0 or > MaxMembers)
            throw from.Fault($"declares {count} columns");
        var members = new List<(string, int, Hdf5Type)>(count);
        for (var i = 0; i < count; i++)
        {
            var start = from.Position;
            var name = from.ZeroEnded();
            if (version < 3)
                from.Pad(start);
            var offset =
                version < 3
                    ? from.U32()
                    : (uint)
                        from.Number(
                            size <= 0xFF ? 1
                            : size <= 0xFFFF ? 2
                            : size <= 0xFFFFFF ? 3
                            : 4
                        );
            var axes = 0;
            if (version == 1)
            {
                axes = from.U8();
                from.Skip(27);
            }
            var type = Read(from, depth + 1);
            if (offset > size || type.Size > size - offset)
                throw from.Fault($"puts the column '{name}' outside its rows");
            members.Add(
                (name, (int)offset, axes == 0 ? type : new Hdf5Type(Kinds.Array, type.Size) { Element = type })
            );
        }
        return members;
    }

    private static Hdf5Type ReadEnumeration(Hdf5Cursor from, int count, int version, int depth)
    {
        var element = Read(from, depth + 1);
        for (var i = 0; i < count; i++)
        {
            var start = from.Position;
            from.ZeroEnded();
            if (version < 3)
                from.Pad(start);
        }
        from.Skip(checked(element.Size * count));
        return element;
    }

    private static Hdf5Type ReadArray(Hdf5Cursor from, int version, int depth)
    {
        var axes = from.U8();
        if (version < 3)
            from.Skip(3);
        from.Skip(axes * (version < 3 ? 8 : 4));
        return Read(from, depth + 1);
    }
}
