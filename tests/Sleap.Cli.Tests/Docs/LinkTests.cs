using System.Text.RegularExpressions;

namespace Sleap.Cli.Tests;

/// <summary>Links from page to page lead somewhere.</summary>
public sealed partial class LinkTests
{
    public static TheoryData<string> Pages => [.. DocBlocks.Pages];

    [Theory]
    [MemberData(nameof(Pages))]
    public void They_lead_to_files_and_headings_that_are_there(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Cli.Root, page))!;
        foreach (
            var link in Links()
                .Matches(File.ReadAllText(Path.Combine(Cli.Root, page)))
                .Select(match => match.Groups[1].Value)
                .Where(link => !link.Contains("://"))
        )
        {
            var (file, anchor) = link.Split('#') switch
            {
                [var path, var heading] => (path, heading),
                var whole => (whole[0], ""),
            };
            var target = file.Length == 0 ? Path.Combine(Cli.Root, page) : Path.GetFullPath(file, folder);
            Assert.True(File.Exists(target) || Directory.Exists(target), $"{page}: {link} leads nowhere.");
            if (anchor.Length > 0)
            {
                Assert.True(
                    File.ReadAllLines(target).Where(line => line.StartsWith('#')).Select(Slug).Contains(anchor),
                    $"{page}: {link}: there is no such heading."
                );
            }
        }
    }

    // As GitHub makes them: small letters, blanks to hyphens, signs left out.
    private static string Slug(string heading) =>
        new([
            .. heading
                .TrimStart('#')
                .Trim()
                .ToLowerInvariant()
                .Where(sign => char.IsLetterOrDigit(sign) || sign is ' ' or '-' or '_')
                .Select(sign => sign == ' ' ? '-' : sign),
        ]);

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Links();
}
