using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Sleap.Transforms;

/// <summary>
/// Options in a model file: JSON by property names, so that options added later have their defaults in older files.
/// </summary>
internal static class OptionsText
{
    private static readonly JsonSerializerOptions Json = new()
    {
        // By name: programs of one file have the default, which is this, switched off.
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public static void Write<T>(BinaryWriter writer, T options) =>
        writer.Write(JsonSerializer.Serialize(options, Json));

    /// <exception cref="InvalidDataException">The text holds no such options.</exception>
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
