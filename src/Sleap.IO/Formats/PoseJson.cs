using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// Reads JSON texts of label files. Python writes NaN and Infinity into them, and hostile files nest without end.
/// </summary>
internal sealed class PoseJson(string file)
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    private static readonly string[] NotNumbers = ["NaN", "-Infinity", "Infinity"];

    public string File { get; } = file;

    /// <summary>An object with copies of values: a JSON node has one parent only.</summary>
    public static JsonObject Copy(IEnumerable<KeyValuePair<string, JsonNode?>> entries) =>
        new(entries.Select(e => KeyValuePair.Create(e.Key, e.Value?.DeepClone())));

    /// <summary>A text as an object.</summary>
    public JsonObject Object(string text, string dataset) =>
        Parse(text, dataset) as JsonObject ?? throw Fault(dataset, "is not a JSON object");

    /// <summary>A text as any JSON value.</summary>
    public JsonNode? Parse(string text, string dataset)
    {
        try
        {
            return JsonNode.Parse(text, null, Options);
        }
        catch (JsonException first)
        {
            try
            {
                return JsonNode.Parse(WithoutNaN(text), null, Options);
            }
            catch (JsonException)
            {
                throw new PoseFormatException(
                    File,
                    dataset,
                    $"is not valid JSON: {OneLine.Brief(first.Message)}",
                    first
                );
            }
        }
    }

    public PoseFormatException Fault(string dataset, string cause) => new(File, dataset, $"{cause}.");

    public string Text(JsonNode? node, string dataset) =>
        node is JsonValue value && value.TryGetValue<string>(out var text)
            ? text
            : throw Fault(dataset, $"is {Show(node)}, and text was expected");

    public int Whole(JsonNode? node, string dataset)
    {
        if (node is JsonValue value)
        {
            if (value.TryGetValue<int>(out var whole))
                return whole;
            if (
                value.TryGetValue<double>(out var number)
                && number == Math.Floor(number)
                && Math.Abs(number) <= int.MaxValue
            )
            {
                return (int)number;
            }

            if (value.TryGetValue<string>(out var text) && int.TryParse(text, out var parsed))
                return parsed;
        }
        throw Fault(dataset, $"is {Show(node)}, and a whole number was expected");
    }

    /// <summary>A finite number.</summary>
    public double Number(JsonNode? node, string dataset) =>
        node is JsonValue value && value.TryGetValue<double>(out var number) && double.IsFinite(number)
            ? number
            : throw Fault(dataset, $"is {Show(node)}, and a number was expected");

    public JsonArray Array(JsonNode? node, string dataset) =>
        node as JsonArray ?? throw Fault(dataset, $"is {Show(node)}, and a list was expected");

    public JsonObject Object(JsonNode? node, string dataset) =>
        node as JsonObject ?? throw Fault(dataset, $"is {Show(node)}, and an object was expected");

    /// <summary>The beginning of a value, for messages.</summary>
    public static string Show(JsonNode? node) => OneLine.Short(node?.ToJsonString() ?? "null");

    /// <summary>The text with bare NaN and Infinity, which JSON does not have, as null.</summary>
    private static string WithoutNaN(string text)
    {
        var clean = new StringBuilder(text.Length);
        var inString = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"')
                inString = !inString;
            if (inString && text[i] == '\\' && i + 1 < text.Length)
            {
                clean.Append(text[i++]).Append(text[i]);
                continue;
            }
            var word = inString
                ? null
                : NotNumbers.FirstOrDefault(w => string.CompareOrdinal(text, i, w, 0, w.Length) == 0);
            clean.Append(word is null ? text[i].ToString() : "null");
            i += (word?.Length ?? 1) - 1;
        }
        return clean.ToString();
    }
}
