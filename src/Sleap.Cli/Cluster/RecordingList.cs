using Sleap.IO;

namespace Sleap.Cli;

/// <summary>The recordings that a command line names.</summary>
internal static class RecordingList
{
    private const string ListEnding = ".txt";

    /// <summary>
    /// The recordings of videos, folders of videos, patterns, and lists, which are text files with one of these on each
    /// line. A folder of images is one recording.
    /// </summary>
    /// <exception cref="ArgumentException">There is none, or one is named twice.</exception>
    public static IReadOnlyList<string> Of(IEnumerable<string> sources)
    {
        List<string> recordings =
        [
            .. sources.SelectMany(source =>
                Path.GetExtension(source).Equals(ListEnding, StringComparison.OrdinalIgnoreCase)
                    ? Lines(source).SelectMany(Expand)
                    : Expand(source)
            ),
        ];
        var twice = recordings.GroupBy(Path.GetFullPath).Where(same => same.Count() > 1).Select(same => same.First());
        return twice.Any()
            ? throw new ArgumentException($"Recordings are named twice: {OneLine.Some(twice)}.")
            : recordings;
    }

    /// <summary>
    /// A name of each recording, no two the same: its path from the deepest folder that holds all of them, with '/'.
    /// </summary>
    public static IEnumerable<string> Names(IReadOnlyList<string> recordings)
    {
        string[] paths = [.. recordings.Select(path => Path.GetFullPath(Path.TrimEndingDirectorySeparator(path)))];
        var folder = paths.Select(Path.GetDirectoryName).Aggregate(Common) ?? "";
        return paths.Select(path => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'));
    }

    private static string? Common(string? one, string? other)
    {
        while (one != other && one is not null && other is not null)
        {
            if (one.Length > other.Length)
                one = Path.GetDirectoryName(one);
            else
                other = Path.GetDirectoryName(other);
        }
        return one is null ? null : other;
    }

    private static IEnumerable<string> Lines(string list)
    {
        string[] lines = [.. File.ReadLines(list).Where(line => !string.IsNullOrWhiteSpace(line))];
        return lines.Length > 0 ? lines : throw new ArgumentException($"'{list}' names no recording.");
    }

    private static IReadOnlyList<string> Expand(string source)
    {
        if (FileGlob.IsPattern(source))
            return FileGlob.Find(source);
        if (!Directory.Exists(source) || LabelFormats.AreLabels(source))
            return [source];
        // Hidden files are not recordings: those that are being written, and macOS's notes on files.
        string[] videos =
        [
            .. Directory
                .EnumerateFiles(source)
                .Where(file => ImageFiles.IsMovie(file) && !Path.GetFileName(file).StartsWith('.'))
                .Order(StringComparer.Ordinal),
        ];
        return videos.Length > 0 ? videos : [source];
    }
}
