using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Sleap.IO;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// A file of named tensors in the safetensors format (https://github.com/huggingface/safetensors): 8 bytes of header
/// length, a JSON header, the numbers. Nothing in it can be run; every size in the header is checked against the file
/// before it is used.
/// </summary>
public sealed class Safetensors
{
    private const int LargestHeader = 100 << 20;
    private const string MetadataKey = "__metadata__";

    private readonly byte[] _file;
    private readonly string _name;
    private readonly int _start;

    private Safetensors(
        byte[] file,
        string name,
        int start,
        IReadOnlyDictionary<string, SafetensorsEntry> entries,
        IReadOnlyDictionary<string, string> metadata
    )
    {
        (_file, _name, _start) = (file, name, start);
        (Entries, Metadata) = (entries, metadata);
    }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    /// <summary>The texts that the file has beside its tensors.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="PoseFormatException">It is not a safetensors file, or damaged.</exception>
    /// <exception cref="IOException">It can't be opened.</exception>
    public static Safetensors Read(string path) => Read(File.ReadAllBytes(path), path);

    /// <summary>Reads the rest of a stream.</summary>
    /// <param name="stream">Where the file is.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="PoseFormatException">It is not a safetensors file, or damaged.</exception>
    public static Safetensors Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return Read(copy.ToArray(), name);
    }

    /// <summary>The numbers of one tensor as they are in the file, row-major, little-endian.</summary>
    /// <exception cref="PoseFormatException">There is no tensor of this name.</exception>
    public ReadOnlySpan<byte> Bytes(string tensor)
    {
        var entry = Entry(tensor);
        return _file.AsSpan(_start + (int)entry.Offset, entry.Length);
    }

    /// <summary>The numbers of one tensor of type F32.</summary>
    /// <exception cref="PoseFormatException">There is no tensor of this name, or it is of another type.</exception>
    public float[] Floats(string tensor) =>
        Entry(tensor).Type == "F32"
            ? MemoryMarshal.Cast<byte, float>(Bytes(tensor)).ToArray()
            : throw new PoseFormatException(
                _name,
                tensor,
                $"The tensor is of type {Entry(tensor).Type}, expected F32."
            );

    /// <summary>One tensor, on the CPU.</summary>
    /// <exception cref="PoseFormatException">There is no tensor of this name.</exception>
    public Tensor ToTensor(string tensor)
    {
        var entry = Entry(tensor);
        var result = empty(entry.Shape.ToArray(), SafetensorsTypes.ScalarTypeOf(entry.Type));
        Bytes(tensor).CopyTo(result.bytes);
        return result;
    }

    /// <summary>Writes tensors, in the given order.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="tensors">Names and tensors, on any device.</param>
    /// <param name="metadata">Texts to write beside them, or null.</param>
    /// <exception cref="ArgumentException">A name is there twice, or the format has no such type of
    /// numbers.</exception>
    public static void Write(
        Stream stream,
        IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null
    )
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        KeyValuePair<string, Tensor>[] all = [.. tensors];
        if (all.GroupBy(tensor => tensor.Key).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"The tensor {twice.Key} is there twice.", nameof(tensors));

        var header = Header(all, metadata);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach ((var _, var tensor) in all)
        {
            using var scope = NewDisposeScope();
            stream.Write(tensor.detach().cpu().contiguous().bytes);
        }
    }

    private static byte[] Header(KeyValuePair<string, Tensor>[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(MetadataKey);
                foreach ((var key, var value) in metadata)
                    json.WriteString(key, value);
                json.WriteEndObject();
            }

            long offset = 0;
            foreach ((var name, var tensor) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", SafetensorsTypes.NameOf(tensor.dtype));
                json.WriteStartArray("shape");
                foreach (var size in tensor.shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.numel() * tensor.element_size());
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // Spaces up to a multiple of 8, so that the numbers are aligned.
        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private SafetensorsEntry Entry(string tensor) =>
        Entries.TryGetValue(tensor, out var entry)
            ? entry
            : throw new PoseFormatException(
                _name,
                tensor,
                $"There is no such tensor among the {Entries.Count} of the file."
            );

    private static Safetensors Read(byte[] file, string name)
    {
        if (file.Length < 8)
        {
            throw new PoseFormatException(
                name,
                null,
                $"The file has {file.Length} bytes, expected a safetensors file, which has at least 8."
            );
        }

        var header = BinaryPrimitives.ReadInt64LittleEndian(file);
        if (header is < 2 or > LargestHeader || header > file.Length - 8)
        {
            throw new PoseFormatException(
                name,
                "header",
                $"Its length is given as {header} bytes, expected 2 to "
                    + $"{Math.Min(LargestHeader, file.Length - 8)}. The file is no safetensors file, or cut off."
            );
        }

        var start = 8 + (int)header;
        try
        {
            using var json = JsonDocument.Parse(
                file.AsMemory(8, (int)header),
                new JsonDocumentOptions { MaxDepth = 8 }
            );
            return Read(file, name, start, json.RootElement);
        }
        // the latter: a name that is no Unicode
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new PoseFormatException(name, "header", $"It is not JSON: {fault.Message}", fault);
        }
    }

    private static Safetensors Read(byte[] file, string name, int start, JsonElement header)
    {
        if (header.ValueKind != JsonValueKind.Object)
            throw new PoseFormatException(name, "header", $"It is a JSON {header.ValueKind}, expected an object.");
        var entries = new Dictionary<string, SafetensorsEntry>();
        var metadata = new Dictionary<string, string>();
        foreach (var property in header.EnumerateObject())
        {
            if (property.NameEquals(MetadataKey))
            {
                foreach (
                    var text in property.Value.ValueKind == JsonValueKind.Object
                        ? property.Value.EnumerateObject()
                        : default
                )
                {
                    metadata[text.Name] =
                        text.Value.ValueKind == JsonValueKind.String
                            ? text.Value.GetString()!
                            : text.Value.GetRawText();
                }
            }
            else if (
                !entries.TryAdd(
                    property.Name,
                    SafetensorsHeader.Entry(name, property.Name, property.Value, file.Length - start)
                )
            )
            {
                throw new PoseFormatException(name, property.Name, "The tensor is there twice.");
            }
        }

        SafetensorsHeader.CheckNoOverlap(name, entries, file.Length - start);
        return new Safetensors(file, name, start, entries, metadata);
    }
}
