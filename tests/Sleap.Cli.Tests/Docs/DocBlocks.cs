namespace Sleap.Cli.Tests;

/// <summary>A fenced block of a page.</summary>
/// <param name="Page">The page, from the root of the clone.</param>
/// <param name="Line">The line of its first line, from 1.</param>
/// <param name="Language">What stands behind the fence.</param>
/// <param name="Text">What is in it.</param>
internal sealed record DocBlock(string Page, int Line, string Language, string Text);

/// <summary>The pages for people: README and docs.</summary>
internal static class DocBlocks
{
    public static IReadOnlyList<string> Pages { get; } =
    [
        .. Directory
            .GetFiles(Path.Combine(Cli.Root, "docs"), "*.md")
            .Prepend(Path.Combine(Cli.Root, "README.md"))
            .Select(file => Path.GetRelativePath(Cli.Root, file)),
    ];

    public static IEnumerable<DocBlock> Of(string page)
    {
        var lines = File.ReadAllLines(Path.Combine(Cli.Root, page));
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith("```", StringComparison.Ordinal))
                continue;
            var (language, first) = (lines[i][3..].Trim(), i + 1);
            while (++i < lines.Length && !lines[i].StartsWith("```", StringComparison.Ordinal)) { }
            yield return new(page, first + 1, language, string.Join('\n', lines[first..Math.Min(i, lines.Length)]));
        }
    }
}
