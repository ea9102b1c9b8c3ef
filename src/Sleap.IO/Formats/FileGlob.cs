using System.IO.Enumeration;

namespace Sleap.IO;

/// <summary>Paths with the wildcards * and ? in any part, and ** for folders of any depth.</summary>
internal static class FileGlob
{
    private static readonly char[] Wildcards = ['*', '?'];

    public static bool IsPattern(string path) =>
        path.IndexOfAny(Wildcards) >= 0 && !File.Exists(path) && !Directory.Exists(path);

    /// <summary>Files and folders that match, in the order of their paths.</summary>
    /// <exception cref="FileNotFoundException">None does.</exception>
    public static IReadOnlyList<string> Find(string pattern)
    {
        var parts = pattern.Replace('\\', '/').Split('/');
        var first = Array.FindIndex(parts, p => p.IndexOfAny(Wildcards) >= 0);
        var root = string.Join('/', parts[..first]);
        root =
            first == 0 ? "."
            : root.Length == 0 ? "/"
            : root;
        List<string> found = Directory.Exists(root)
            ? [.. Match(root, parts.AsSpan(first).ToArray()).Distinct().Order(StringComparer.Ordinal)]
            : [];
        return found.Count > 0
            ? found
            : throw new FileNotFoundException($"No file or folder matches {pattern}.", pattern);
    }

    private static IEnumerable<string> Match(string folder, string[] parts)
    {
        var rest = parts[1..];
        if (parts[0] == "**")
        {
            string[] folders =
            [
                folder,
                .. Directory.EnumerateDirectories(folder, "*", new EnumerationOptions { RecurseSubdirectories = true }),
            ];
            return rest.Length == 0
                ? folders.SelectMany(Directory.EnumerateFiles)
                : folders.SelectMany(f => Match(f, rest));
        }
        var matching = Directory
            .EnumerateFileSystemEntries(folder)
            .Where(e => FileSystemName.MatchesSimpleExpression(parts[0], Path.GetFileName(e), ignoreCase: false))
            .Select(e => folder == "." ? Path.GetFileName(e) : e);
        return rest.Length == 0 ? matching : matching.Where(Directory.Exists).SelectMany(f => Match(f, rest));
    }
}
