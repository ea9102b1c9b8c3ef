namespace Sleap.IO;

/// <summary>
/// A group or dataset to be: its messages and attributes are held until the file is completed, and written as an object
/// header of version 1 (HDF5 File Format Specification, IV.A.1.a), or of version 2 where attributes do not fit into one.
/// </summary>
internal abstract class Hdf5NewObject
{
    /// <summary>Attributes at most; their number has 16 bits.</summary>
    public const int MaxAttributes = 1 << 15;

    /// <summary>Bytes of a message at most; its length has 16 bits and is a multiple of 8.</summary>
    private const int MaxMessage = 65528;

    private readonly List<(string Name, byte[] Message)> _attributes = [];

    public int AttributeCount => _attributes.Count;

    /// <summary>Whether there is an attribute of the name.</summary>
    public bool HasAttribute(string name) => _attributes.Exists(a => a.Name == name);

    public void AddAttribute(string name, byte[] message) => _attributes.Add((name, message));

    /// <summary>Writes the object with everything in it; gives back the address of its header.</summary>
    public abstract long Write(Hdf5Output output, string name);

    protected long WriteHeader(Hdf5Output output, string name, List<(Hdf5Message Kind, byte[] Body)> own)
    {
        var isDense = _attributes.Exists(a => a.Message.Length > MaxMessage);
        if (isDense)
            own.Add((Hdf5Message.AttributeInfo, new Hdf5DenseAttributes(output, name).Write(_attributes)));
        else
            own.AddRange(_attributes.Select(a => (Hdf5Message.Attribute, a.Message)));
        return output.Add((isDense ? Second(own) : First(own)).Span, name);
    }

    private static Hdf5Bytes First(List<(Hdf5Message Kind, byte[] Body)> messages)
    {
        var all = new Hdf5Bytes();
        foreach (var (kind, body) in messages)
            all.U16((int)kind).U16((body.Length + 7) & ~7).Zeros(4).Add(body).Pad();
        return new Hdf5Bytes()
            .U8(1)
            .U8(0)
            .U16(messages.Count)
            .U32(1) // links to the object
            .U32(all.Length)
            .Zeros(4)
            .Add(all.Span);
    }

    /// <summary>A header of version 2 (IV.A.1.b), without times.</summary>
    private static Hdf5Bytes Second(List<(Hdf5Message Kind, byte[] Body)> messages)
    {
        // The length of all messages has 4 bytes.
        const int Flags = 2;
        var all = new Hdf5Bytes();
        foreach (var (kind, body) in messages)
            all.U8((int)kind).U16(body.Length).U8(0).Add(body);
        return Hdf5DenseAttributes.Checked(new Hdf5Bytes().Ascii("OHDR").U8(2).U8(Flags).U32(all.Length).Add(all.Span));
    }
}
