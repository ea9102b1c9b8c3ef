namespace Sleap.IO;

/// <summary>What a field of a compound row holds.</summary>
internal enum Hdf5FieldKind
{
    Boolean,
    UInt8,
    Int32,
    UInt32,
    Int64,
    UInt64,
    Single,
    Double,
}

/// <summary>One field of a packed row: name as in the file, kind, and place in the .NET struct.</summary>
internal readonly record struct Hdf5Field(string Name, Hdf5FieldKind Kind, bool IsOptional = false)
{
    public int Size =>
        Kind switch
        {
            Hdf5FieldKind.Boolean or Hdf5FieldKind.UInt8 => 1,
            Hdf5FieldKind.Int32 or Hdf5FieldKind.UInt32 or Hdf5FieldKind.Single => 4,
            _ => 8,
        };

    /// <summary>The native type to read the field as; booleans are read as the bytes they are stored in.</summary>
    public long NativeType =>
        Kind switch
        {
            Hdf5FieldKind.Boolean => Hdf5Types.Int8,
            Hdf5FieldKind.UInt8 => Hdf5Types.UInt8,
            Hdf5FieldKind.Int32 => Hdf5Types.Int32,
            Hdf5FieldKind.UInt32 => Hdf5Types.UInt32,
            Hdf5FieldKind.Int64 => Hdf5Types.Int64,
            Hdf5FieldKind.UInt64 => Hdf5Types.UInt64,
            Hdf5FieldKind.Single => Hdf5Types.Single,
            _ => Hdf5Types.Double,
        };
}
