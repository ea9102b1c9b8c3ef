using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// Finds the videos that a label file names on this machine: as written, then by file name beside the label file (both
/// as sleap-io does), then under the relative path from the label file, then in the search folders, then where it is
/// when the label file and the video moved together.
/// </summary>
internal sealed class VideoFinder(string labelFile, LabelsReadOptions options)
{
    // Of a label file in project/labels/new, a video in project/videos is two levels up.
    private const int MaxLevelsUp = 3;
    private const int MaxParts = 5;

    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(labelFile))!;

    /// <summary>The full path of a file; null when it was not found.</summary>
    public string? Find(string name)
    {
        var path = Local(name);
        if (path.Length == 0 || path.Contains('\0'))
            return null;
        var bare = path[(path.LastIndexOf('/') + 1)..];
        IEnumerable<string> candidates =
        [
            path,
            Path.Combine(_folder, bare),
            Path.Combine(_folder, path),
            .. options.SearchFolders.SelectMany(s => new[] { Path.Combine(s, path), Path.Combine(s, bare) }),
            .. MovedTogether(path),
        ];
        var found = candidates.FirstOrDefault(c => File.Exists(c));
        return found is null ? null : Path.GetFullPath(found);
    }

    // Of /old/project/videos/a.mp4 the endings project/videos/a.mp4 and videos/a.mp4, in the folder of the label file
    // and those above it: the longest ending first, which says most.
    private IEnumerable<string> MovedTogether(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Contains(".."))
            yield break;
        for (var start = Math.Max(1, parts.Length - MaxParts); start < parts.Length - 1; start++)
        {
            var ending = Path.Combine(parts[start..]);
            var folder = _folder;
            for (var up = 0; up <= MaxLevelsUp && folder is not null; up++, folder = Path.GetDirectoryName(folder))
                yield return Path.Combine(folder, ending);
        }
    }

    /// <summary>A name with its prefix replaced, see <see cref="LabelsReadOptions.PrefixMap"/>.</summary>
    public string Named(string name) => options.PrefixMap.Map(name);

    /// <summary>
    /// A name as it is looked for. Of "//HOST/SHARE/NAME", which leads to another machine, only NAME: looking there
    /// would send that machine the user's log-in. Labels that lie on that machine may name its
    /// files, and so may a prefix map that leads to it.
    /// </summary>
    public string Local(string name)
    {
        var path = name.Replace('\\', '/');
        return IsRemote(path) && !IsOn(Host(path)) ? path[(path.LastIndexOf('/') + 1)..] : path;
    }

    /// <summary>Whether a name leads to another machine, or to a device of this one.</summary>
    public static bool IsRemote(string name) => name.Replace('\\', '/').StartsWith("//", StringComparison.Ordinal);

    private static string Host(string path) => path.TrimStart('/').Split('/')[0];

    // "." and "?" are devices of Windows.
    private bool IsOn(string host) =>
        host is not ("." or "?" or "")
        && options
            .PrefixMap.Values.Append(_folder)
            .Any(path =>
                IsRemote(path) && Host(path.Replace('\\', '/')).Equals(host, StringComparison.OrdinalIgnoreCase)
            );

    /// <summary>The video of a name, of the kind that its ending says.</summary>
    /// <param name="name">Path as it is in the label file.</param>
    /// <param name="framesPerSecond">What the label file says of it, or null.</param>
    public Video Video(string name, double? framesPerSecond = null)
    {
        name = Named(name);
        var (kind, found) = (ImageFiles.KindOf(name), Find(name));
        return new Video(name, kind)
        {
            FoundPath = found,
            FramesPerSecond = framesPerSecond,
            ImagePaths = kind == VideoKind.Images ? [name] : [],
            FoundImages = kind == VideoKind.Images ? [found ?? Local(name)] : [],
        };
    }

    /// <summary>
    /// The movie that a table of predictions is named after: "session" for sessionDLC_resnet50_....csv, beside the
    /// table or in a search folder.
    /// </summary>
    public Video MovieOfTable()
    {
        var stem = Path.GetFileNameWithoutExtension(labelFile);
        var end = stem.IndexOf("DLC", StringComparison.Ordinal);
        var name = end > 0 ? stem[..end] : stem;
        string[] folders = [_folder, .. options.SearchFolders];
        var found = folders
            .SelectMany(f => ImageFiles.MovieEndings.Select(e => Path.Combine(f, name + e)))
            .FirstOrDefault(File.Exists);
        return new Video(found ?? name, VideoKind.Movie) { FoundPath = found };
    }
}

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
