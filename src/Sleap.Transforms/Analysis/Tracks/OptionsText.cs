using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sleap.Transforms;

/// <summary>Options in a model file: JSON by property names, so that options added later have their defaults in older files.</summary>
internal static class OptionsText
{
    private static readonly JsonSerializerOptions Json = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public static void Write<T>(BinaryWriter writer, T options) => writer.Write(JsonSerializer.Serialize(options, Json));

    /// <exception cref="InvalidDataException">The text holds no such options.</exception>
    public static T Read<T>(BinaryReader reader)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(reader.ReadString(), Json) ?? throw new InvalidDataException($"The model has no {typeof(T).Name}.");
        }
        catch (JsonException damage)
        {
            throw new InvalidDataException($"The {typeof(T).Name} in the model cannot be read: {damage.Message}", damage);
        }
    }
}
