using System.Text;

namespace Sleap.IO;

/// <summary>Attribute messages.</summary>
internal static class Hdf5Attribute
{
    /// <summary>Reads an attribute: name, sizes and elements as stored.</summary>
    public static (string Name, Hdf5Type Type, byte[] TypeMessage, long[] Sizes, byte[] Bytes) Read(Hdf5Cursor from)
    {
        var version = from.U8();
        var flags = from.U8();
        if (version is < 1 or > 3)
            throw from.Fault($"has an attribute of version {version}");
        var (nameSize, typeSize, spaceSize) = (from.U16(), from.U16(), from.U16());
        if (version == 3)
            from.Skip(1);
        int Padded(int size) => version == 1 ? (size + 7) & ~7 : size;
        var found = Encoding.UTF8.GetString(from.Take(Padded(nameSize))[..nameSize]).TrimEnd('\0');
        if ((flags & 1) != 0)
            throw from.Fault("has a type kept elsewhere, which is not read here");
        var typeMessage = from.Take(Padded(typeSize)).ToArray();
        var type = Hdf5Type.Read(from.Of(typeMessage));
        var sizes = Hdf5Dataset.ReadSpace(from.Part(Padded(spaceSize), from.Place));
        return (found, type, typeMessage, sizes, from.Take(from.Left).ToArray());
    }

    /// <summary>Whether an attribute-info message points to a heap of attributes.</summary>
    public static bool IsDense(Hdf5Cursor info)
    {
        info.Skip(1);
        if ((info.U8() & 1) != 0)
            info.Skip(2);
        return info.Offset() >= 0;
    }
}
