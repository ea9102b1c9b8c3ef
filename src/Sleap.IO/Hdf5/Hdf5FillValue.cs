namespace Sleap.IO;

/// <summary>
/// What elements hold that were never written (HDF5 File Format Specification, IV.A.2.e and IV.A.2.f).
/// </summary>
internal static class Hdf5FillValue
{
    /// <summary>The bytes of one element, or nothing where they are zeros.</summary>
    /// <param name="header">The dataset's header.</param>
    /// <param name="elementSize">Bytes of an element.</param>
    public static byte[] Read(Hdf5Header header, int elementSize)
    {
        var value = header.Find(Hdf5Message.FillValue) is { } message ? ReadNew(message) : [];
        if (value.Length == 0 && header.Find(Hdf5Message.OldFillValue) is { } old)
            value = ReadValue(old);
        if (!value.AsSpan().ContainsAnyExcept((byte)0))
            return [];
        return value.Length == elementSize
            ? value
            : throw (header.Find(Hdf5Message.FillValue) ?? header.Find(Hdf5Message.OldFillValue))!.Fault(
                $"has a fill value of {value.Length} bytes for elements of {elementSize}"
            );
    }

    private static byte[] ReadNew(Hdf5Cursor from)
    {
        const int IsDefined = 0x20;
        var version = from.U8();
        switch (version)
        {
            case 1:
                from.Skip(3);
                return ReadValue(from);
            case 2:
                from.Skip(2);
                return from.U8() != 0 ? ReadValue(from) : [];
            case 3:
                return (from.U8() & IsDefined) != 0 ? ReadValue(from) : [];
            default:
                throw from.Fault($"has a fill value of version {version}");
        }
    }

    private static byte[] ReadValue(Hdf5Cursor from)
    {
        // A negative size is an undefined value.
        var size = (int)from.U32();
        return size > 0 ? from.Take(size).ToArray() : [];
    }
}
