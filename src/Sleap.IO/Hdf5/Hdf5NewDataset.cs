namespace Sleap.IO;

/// <summary>A dataset to be: the type of its elements, its sizes, and where they lie.</summary>
/// <param name="type">Its datatype message.</param>
internal abstract class Hdf5NewDataset(byte[] type) : Hdf5NewObject
{
    /// <summary>
    /// A dataspace message (HDF5 File Format Specification, IV.A.2.b).
    /// </summary>
    /// <param name="sizes">Sizes, rows first; empty for a scalar.</param>
    /// <param name="isResizable">Whether rows can be added without end.</param>
    public static byte[] Space(ReadOnlySpan<long> sizes, bool isResizable)
    {
        var message = new Hdf5Bytes().U8(1).U8(sizes.Length).U8(sizes.IsEmpty ? 0 : 1).Zeros(5);
        foreach (var size in sizes)
            message.I64(size);
        // The most they can become; -1 is without end.
        for (var axis = 0; axis < sizes.Length; axis++)
            message.I64(isResizable && axis == 0 ? -1 : sizes[axis]);
        return message.ToArray();
    }

    /// <summary>Messages that every dataset has.</summary>
    /// <param name="space">Its dataspace.</param>
    /// <param name="allocation">When space is taken: 2 late, 3 as chunks come.</param>
    /// <param name="layout">Its layout.</param>
    protected List<(Hdf5Message, byte[])> Messages(byte[] space, int allocation, byte[] layout) =>
        [
            (Hdf5Message.Dataspace, space),
            (Hdf5Message.Datatype, type),
            // Filled with zeros, the default, where nothing was written.
            (Hdf5Message.FillValue, [2, (byte)allocation, 2, 1, 0, 0, 0, 0]),
            (Hdf5Message.Layout, layout),
        ];
}

/// <summary>A dataset whose elements lie in one piece, written already.</summary>
/// <param name="type">Its datatype message.</param>
/// <param name="sizes">Sizes, rows first; empty for a scalar.</param>
/// <param name="address">Where the elements are; undefined where none was written.</param>
/// <param name="length">Their bytes.</param>
internal sealed class Hdf5NewArray(byte[] type, long[] sizes, long address, long length) : Hdf5NewDataset(type)
{
    public override long Write(Hdf5Output output, string name) =>
        WriteHeader(
            output,
            name,
            Messages(
                Space(sizes, isResizable: false),
                allocation: 2,
                new Hdf5Bytes().U8(3).U8(1).I64(address).I64(length).ToArray()
            )
        );
}
