namespace Sleap.IO;

/// <summary>A dataspace: how many elements lie along each axis (HDF5 File Format Specification, IV.A.2.b).</summary>
/// <param name="Sizes">Sizes, rows first; empty for a scalar.</param>
/// <param name="MaxSizes">What they may grow to; -1 is without limit.</param>
internal sealed record Hdf5Space(long[] Sizes, long[] MaxSizes)
{
    public const int MaxRank = 32;

    /// <summary>The product of sizes; the largest number where it is larger.</summary>
    public static long Product(IEnumerable<long> sizes) =>
        (long)sizes.Aggregate(UInt128.One, (a, b) => UInt128.Min(a * (ulong)b, long.MaxValue));

    /// <summary>Reads a dataspace message; a null dataspace is one axis of no elements.</summary>
    public static Hdf5Space Read(Hdf5Cursor from)
    {
        const int Null = 2;
        var version = from.U8();
        int rank = from.U8();
        var flags = from.U8();
        if (version is not (1 or 2) || rank > MaxRank)
            throw from.Fault($"has a dataspace of version {version} and {rank} axes");
        if (flags > 3)
            throw from.Fault("has a damaged dataspace");
        if (version == 1)
            from.Skip(5);
        else if (from.U8() == Null)
            return new Hdf5Space([0], [0]);
        var sizes = new long[rank];
        for (var i = 0; i < rank; i++)
            sizes[i] = from.Length();
        if ((flags & 1) == 0)
            return new Hdf5Space(sizes, sizes);
        var maxSizes = new long[rank];
        for (var i = 0; i < rank; i++)
        {
            maxSizes[i] = from.MaxLength();
            if (maxSizes[i] >= 0 && maxSizes[i] < sizes[i])
                throw from.Fault($"has {sizes[i]} rows and at most {maxSizes[i]}");
        }
        return new Hdf5Space(sizes, maxSizes);
    }
}
