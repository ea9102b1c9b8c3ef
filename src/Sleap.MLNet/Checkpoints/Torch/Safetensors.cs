using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Sleap.IO;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// A file of named tensors in the safetensors format (https://github.com/huggingface/safetensors): 8 bytes of header
/// length, a JSON header, the numbers. The format contains no code; every size in the header is checked against the
/// file before it is used.
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

    /// <summary>The metadata of the file: strings by name.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="PoseFormatException">The file is not a safetensors file, or is damaged.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static Safetensors Read(string path) => Read(File.ReadAllBytes(path), path);

    /// <summary>Reads the rest of a stream.</summary>
    /// <param name="stream">Stream at the start of the data.</param>
    /// <param name="name">Name in error messages.</param>
    /// <exception cref="PoseFormatException">The stream is not a safetensors file, or is damaged.</exception>
    public static Safetensors Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return Read(copy.ToArray(), name);
    }

    /// <summary>Returns the bytes of one tensor as they are in the file, row-major, little-endian.</summary>
    /// <exception cref="PoseFormatException">There is no tensor with this name.</exception>
    public ReadOnlySpan<byte> Bytes(string tensor)
    {
        var entry = Entry(tensor);
        return _file.AsSpan(_start + (int)entry.Offset, entry.Length);
    }

    /// <summary>Returns the values of one tensor of type F32.</summary>
    /// <exception cref="PoseFormatException">There is no tensor with this name, or it has another type.</exception>
    public float[] Floats(string tensor) =>
        Entry(tensor).Type == "F32"
            ? MemoryMarshal.Cast<byte, float>(Bytes(tensor)).ToArray()
            : throw new PoseFormatException(
                _name,
                tensor,
                $"The tensor is of type {Entry(tensor).Type}, expected F32."
            );

    /// <summary>Returns one tensor, on the CPU.</summary>
    /// <exception cref="PoseFormatException">There is no tensor with this name.</exception>
    public Tensor ToTensor(string tensor)
    {
        var entry = Entry(tensor);
        var result = empty(entry.Shape.ToArray(), SafetensorsTypes.ScalarTypeOf(entry.Type));
        Bytes(tensor).CopyTo(result.bytes);
        return result;
    }

    /// <summary>Writes tensors, in the given order.</summary>
    /// <param name="stream">The output.</param>
    /// <param name="tensors">Names and tensors, on any device.</param>
    /// <param name="metadata">Metadata to write, or null.</param>
    /// <exception cref="ArgumentException">
    /// A name occurs twice, or the format does not support the type of a tensor.
    /// </exception>
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

        // Padded with spaces to a multiple of 8, so that the numbers are aligned.
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
        // InvalidOperationException: a name that is not valid Unicode
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new PoseFormatException(name, "header", $"It is not JSON: {OneLine.Brief(fault.Message)}", fault);
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

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Type">Name of the element type in the file, such as <c>F32</c> or <c>I64</c>.</param>
/// <param name="Shape">Sizes of the dimensions.</param>
/// <param name="Offset">First byte, counted from the end of the header.</param>
/// <param name="Length">Number of bytes.</param>
public sealed record SafetensorsEntry(string Type, ImmutableArray<long> Shape, long Offset, int Length);

/// <summary>Checks a safetensors header before its values are used.</summary>
internal static class SafetensorsHeader
{
    public static SafetensorsEntry Entry(string file, string tensor, JsonElement json, long available)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new PoseFormatException(
                file,
                tensor,
                $"Its description is a JSON {json.ValueKind}, expected an "
                    + $"object with dtype, shape and data_offsets."
            );
        }

        var type =
            json.TryGetProperty("dtype", out var dtype) && dtype.ValueKind == JsonValueKind.String
                ? dtype.GetString()!
                : "";
        var bytes =
            SafetensorsTypes.BytesOf(type)
            ?? throw new PoseFormatException(
                file,
                tensor,
                $"Its dtype is '{OneLine.Short(type)}', expected one of {SafetensorsTypes.Names}."
            );
        long[] shape = Numbers(file, tensor, json, "shape"),
            offsets = Numbers(file, tensor, json, "data_offsets");
        if (offsets.Length != 2 || offsets[0] > offsets[1] || offsets[1] > available)
        {
            throw new PoseFormatException(
                file,
                tensor,
                $"Its data_offsets are [{OneLine.Some(offsets.Select(offset => $"{offset}"))}], "
                    + $"expected a first and a last byte among the {available} after the header. The file may be cut "
                    + $"off."
            );
        }

        var most = shape.Aggregate(
            (Int128)bytes,
            (product, side) => Int128.Min(product * Math.Max(side, 1), Int128.MaxValue >> 63)
        );
        var size = shape.Contains(0) ? 0 : most;
        var length = offsets[1] - offsets[0];
        if (size != length || most > int.MaxValue || shape.Length > TorchArchive.MaxDimensions)
        {
            throw new PoseFormatException(
                file,
                tensor,
                $"Its data_offsets leave {length} bytes, but its shape "
                    + $"({OneLine.Some(shape.Select(side => $"{side}"))}) of {type} takes {size}."
            );
        }

        return new SafetensorsEntry(type, [.. shape], offsets[0], (int)length);
    }

    public static void CheckNoOverlap(
        string file,
        IReadOnlyDictionary<string, SafetensorsEntry> entries,
        long available
    )
    {
        long end = 0;
        foreach (
            (var tensor, var entry) in entries.OrderBy(entry => entry.Value.Offset).ThenBy(entry => entry.Value.Length)
        )
        {
            if (entry.Offset != end)
            {
                throw new PoseFormatException(
                    file,
                    tensor,
                    $"It begins at byte {entry.Offset}, expected {end}, where the tensor before it ends."
                );
            }

            end += entry.Length;
        }

        if (end != available)
        {
            throw new PoseFormatException(
                file,
                null,
                $"The tensors take {end} bytes, but {available} follow the header."
            );
        }
    }

    private static long[] Numbers(string file, string tensor, JsonElement json, string key)
    {
        if (json.TryGetProperty(key, out var array) && array.ValueKind == JsonValueKind.Array)
        {
            long[] numbers =
            [
                .. array
                    .EnumerateArray()
                    .Select(number =>
                        number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out var value) ? value : -1
                    ),
            ];
            if (numbers.All(number => number >= 0))
                return numbers;
        }

        throw new PoseFormatException(file, tensor, $"Its {key} is not an array of whole numbers of at least 0.");
    }
}

/// <summary>The element types that safetensors files and tensors share.</summary>
internal static class SafetensorsTypes
{
    private static readonly (string Name, ScalarType Type, int Bytes)[] All =
    [
        ("F64", ScalarType.Float64, 8),
        ("F32", ScalarType.Float32, 4),
        ("F16", ScalarType.Float16, 2),
        ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8),
        ("I32", ScalarType.Int32, 4),
        ("I16", ScalarType.Int16, 2),
        ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1),
        ("BOOL", ScalarType.Bool, 1),
    ];

    public static string Names => string.Join(", ", All.Select(type => type.Name));

    /// <summary>Returns the bytes per element, or null for an unknown type.</summary>
    public static int? BytesOf(string name) =>
        All.FirstOrDefault(type => type.Name == name) is { Name: not null } type ? type.Bytes : null;

    public static ScalarType ScalarTypeOf(string name) => All.First(type => type.Name == name).Type;

    public static string NameOf(ScalarType scalar) =>
        All.FirstOrDefault(type => type.Type == scalar) is { Name: not null } type
            ? type.Name
            : throw new ArgumentException($"Safetensors files have no numbers of type {scalar}, only {Names}.");
}
