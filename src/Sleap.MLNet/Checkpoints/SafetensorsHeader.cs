using System.Text.Json;
using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>Checks what a safetensors header says about its tensors before any of it is believed.</summary>
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
                $"Its dtype is '{type}', expected one of {SafetensorsTypes.Names}."
            );
        long[] shape = Numbers(file, tensor, json, "shape"),
            offsets = Numbers(file, tensor, json, "data_offsets");
        if (offsets.Length != 2 || offsets[0] > offsets[1] || offsets[1] > available)
        {
            throw new PoseFormatException(
                file,
                tensor,
                $"Its data_offsets are [{string.Join(", ", offsets)}], "
                    + $"expected a first and a last byte among the {available} after the header. The file may be cut "
                    + $"off."
            );
        }

        var size = shape.Aggregate((Int128)bytes, (product, side) => Int128.Min(product * side, Int128.MaxValue >> 63));
        var length = offsets[1] - offsets[0];
        if (size != length || length > int.MaxValue)
        {
            throw new PoseFormatException(
                file,
                tensor,
                $"Its data_offsets leave {length} bytes, but its shape "
                    + $"({string.Join(", ", shape)}) of {type} takes {size}."
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
