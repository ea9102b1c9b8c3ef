using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>The types of numbers that safetensors files and tensors share.</summary>
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

    /// <summary>Bytes a number, or null for an unknown type.</summary>
    public static int? BytesOf(string name) =>
        All.FirstOrDefault(type => type.Name == name) is { Name: not null } type ? type.Bytes : null;

    public static ScalarType ScalarTypeOf(string name) => All.First(type => type.Name == name).Type;

    public static string NameOf(ScalarType scalar) =>
        All.FirstOrDefault(type => type.Type == scalar) is { Name: not null } type
            ? type.Name
            : throw new ArgumentException($"Safetensors files have no numbers of type {scalar}, only {Names}.");
}
