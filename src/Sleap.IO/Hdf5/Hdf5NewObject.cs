namespace Sleap.IO;

/// <summary>
/// A group or dataset to be: its messages and attributes are held until the file is completed, and written as an object
/// header of version 1 (HDF5 File Format Specification, IV.A.1.a).
/// </summary>
internal abstract class Hdf5NewObject
{
    /// <summary>Bytes of a message at most; its length has 16 bits and is a multiple of 8.</summary>
    public const int MaxMessage = 65528;

    /// <summary>Attributes at most; their number has 16 bits.</summary>
    public const int MaxAttributes = 1 << 15;

    private readonly List<(string Name, byte[] Message)> _attributes = [];

    /// <summary>Whether there is an attribute of the name.</summary>
    public bool HasAttribute(string name) => _attributes.Exists(a => a.Name == name);

    public int AttributeCount => _attributes.Count;

    public void AddAttribute(string name, byte[] message) => _attributes.Add((name, message));

    /// <summary>Writes the object with everything in it; gives back the address of its header.</summary>
    public abstract long Write(Hdf5Output output, string name);

    protected long WriteHeader(Hdf5Output output, string name, List<(Hdf5Message Kind, byte[] Body)> own)
    {
        var messages = new Hdf5Bytes();
        foreach (var (kind, body) in own)
            Add(messages, kind, body);
        foreach (var (_, message) in _attributes)
            Add(messages, Hdf5Message.Attribute, message);
        var header = new Hdf5Bytes()
            .U8(1)
            .U8(0)
            .U16(own.Count + _attributes.Count)
            .U32(1) // Links to the object.
            .U32(messages.Length)
            .Zeros(4)
            .Add(messages.Span);
        return output.Add(header.Span, name);
    }

    private static void Add(Hdf5Bytes messages, Hdf5Message kind, byte[] body) =>
        messages.U16((int)kind).U16((body.Length + 7) & ~7).Zeros(4).Add(body).Pad();
}
