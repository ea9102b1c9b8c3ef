using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Sleap.Transforms.Tests;

/// <summary>Reads the tensors of a .safetensors file: a length, a JSON header, and the numbers.</summary>
internal sealed class Tensors
{
    private readonly byte[] _bytes;
    private readonly JsonNode _header;
    private readonly int _start;

    public Tensors(string path)
    {
        _bytes = File.ReadAllBytes(path);
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(_bytes);
        _header = JsonNode.Parse(_bytes.AsSpan(8, length))!;
        _start = 8 + length;
    }

    public JsonNode Calls => JsonNode.Parse((string)_header["__metadata__"]!["call"]!)!;

    public float[] Singles(string name) => [.. MemoryMarshal.Cast<byte, float>(Bytes(name))];

    public int[] Integers(string name) =>
        [.. MemoryMarshal.Cast<byte, long>(Bytes(name)).ToArray().Select(value => (int)value)];

    private ReadOnlySpan<byte> Bytes(string name)
    {
        var place = _header[name]!["data_offsets"]!;
        return _bytes.AsSpan(_start + (int)place[0]!, (int)place[1]! - (int)place[0]!);
    }
}
