using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>Replaces the beginnings of paths, see <see cref="LabelsReadOptions.PrefixMap"/>.</summary>
internal static class PathPrefixes
{
    /// <summary>The map; a prefix that is empty is an error.</summary>
    public static IReadOnlyDictionary<string, string> Checked(IReadOnlyDictionary<string, string> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        foreach (var (old, replacement) in map)
        {
            if (string.IsNullOrWhiteSpace(old) || string.IsNullOrWhiteSpace(replacement))
            {
                throw new ArgumentException(
                    $"{nameof(LabelsReadOptions.PrefixMap)}: '{old}' -> '{replacement}', expected two paths; "
                        + "\".\" is the current folder."
                );
            }
        }

        return map;
    }

    /// <summary>The path with its longest prefix replaced, and slashes then; as it is where none fits.</summary>
    public static string Map(this IReadOnlyDictionary<string, string> map, string path)
    {
        var name = path.Replace('\\', '/');
        foreach (var (old, replacement) in map.OrderByDescending(pair => pair.Key.Length))
        {
            var prefix = old.Replace('\\', '/').TrimEnd('/');
            var comparison = IsOfWindows(old) ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
            if (!$"{name}/".StartsWith($"{prefix}/", comparison) || name == ".") // "." is the label file itself
                continue;
            var rest = name[prefix.Length..].TrimStart('/');
            var folder = replacement.Replace('\\', '/');
            return rest.Length == 0 ? folder : $"{folder.TrimEnd('/')}/{rest}";
        }

        return path;
    }

    /// <summary>A row of videos of a .slp with all names in it replaced, those of sources included.</summary>
    public static JsonObject Map(this IReadOnlyDictionary<string, string> map, JsonObject row)
    {
        if (map.Count == 0)
            return row;
        var mapped = new JsonObject();
        foreach (var (key, value) in row)
            mapped[key] = Value(value, key is "filename" or "filenames");
        return mapped;

        JsonNode? Value(JsonNode? node, bool isName) =>
            node switch
            {
                JsonObject inner => map.Map(inner),
                JsonArray list when isName => new JsonArray([.. list.Select(item => Value(item, true))]),
                JsonValue text when isName && text.TryGetValue<string>(out var name) => map.Map(name),
                _ => node?.DeepClone(),
            };
    }

    // A drive, a share, or any path with backslashes.
    private static bool IsOfWindows(string path) =>
        path.Contains('\\') || path is [_, ':', ..] || VideoFinder.IsRemote(path);
}
