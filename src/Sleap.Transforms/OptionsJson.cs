using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Sleap.Transforms;

/// <summary>Options in a model file: JSON by property names.</summary>
/// <remarks>
/// A property that a file does not have keeps its default, so options can be added and older files still load. A
/// property that the record does not have is an error: a newer version wrote the file, and its option would be ignored.
/// <para>The metadata comes from reflection because source-generated code loses the defaults of init-only properties
/// (https://github.com/dotnet/runtime/issues/84484).</para>
/// </remarks>
internal static class OptionsJson
{
    private static readonly JsonSerializerOptions Json = new()
    {
        // Set explicitly because file-based programs have the default, which is the same, switched off.
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Writes options as a string.</summary>
    public static void Write<T>(BinaryWriter writer, T options) =>
        writer.Write(JsonSerializer.Serialize(options, Json));

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The string does not hold such options.</exception>
    public static T Read<T>(BinaryReader reader)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(reader.ReadString(), Json)
                ?? throw new InvalidDataException($"The model has no {typeof(T).Name}.");
        }
        catch (JsonException damage)
        {
            throw new InvalidDataException(
                $"The {typeof(T).Name} in the model cannot be read: {damage.Message}",
                damage
            );
        }
    }
}
