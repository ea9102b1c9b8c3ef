using System.Globalization;
using System.Net;
using System.Text;

namespace Sleap.IO;

/// <summary>
/// Texts of one line. Names of nodes, skeletons, tracks and classes are such, because they are written into programs,
/// tables, scripts and pages and shown in terminals, where a line break or a control character would become more than a
/// name.
/// </summary>
internal static class OneLine
{
    private const int MaxShown = 60;
    private const int MaxListed = 12;
    private const int MaxMessage = 240;

    /// <summary>The beginning of a text of a file, for messages.</summary>
    public static string Short(string text) => text.Length <= MaxShown ? text : text[..MaxShown] + "...";

    /// <summary>The beginning of a library's message, which may quote a file.</summary>
    public static string Brief(string message) =>
        message.Length <= MaxMessage ? message : message[..MaxMessage] + "...";

    /// <summary>The first texts of a list of a file, for messages.</summary>
    /// <param name="texts">The list.</param>
    /// <param name="most">How many are listed at most.</param>
    public static string Some(IEnumerable<string> texts, int most = MaxListed)
    {
        var first = texts.Take(most + 1).Select(Short).ToList();
        return string.Join(", ", first.Take(most)) + (first.Count > most ? ", ..." : "");
    }

    /// <summary>Whether a character ends a line or controls what shows it.</summary>
    public static bool IsControl(char letter) => char.IsControl(letter) || letter is '\u2028' or '\u2029';

    /// <summary>What is wrong with a name; null when it is of one line.</summary>
    /// <param name="owner">Whose name it is, for the message: "a track".</param>
    /// <param name="name">The name.</param>
    public static string? FaultOf(string owner, string name) =>
        name.Any(IsControl)
            ? $"the name of {owner} has a line break or another control character: '{Shown(Short(name), IsControl)}'"
            : null;

    /// <summary>Refuses a name that is not of one line.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static void Require(string owner, string name)
    {
        if (FaultOf(owner, name) is { } fault)
            throw new ArgumentException($"{char.ToUpperInvariant(fault[0])}{fault[1..]}.");
    }

    /// <summary>A text in one line: what breaks or controls lines becomes a space.</summary>
    public static string Of(string text) => text.Any(IsControl) ? string.Concat(text.Select(Spaced)) : text;

    /// <summary>A text as a literal of C#, which shows what cannot be seen as an escape.</summary>
    public static string Quoted(string text) =>
        $"\"{Shown(text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal), IsUnseen)}\"";

    /// <summary>A text as HTML and SVG show it, also within an attribute's double quotes.</summary>
    public static string Markup(string text) => WebUtility.HtmlEncode(Of(text));

    /// <summary>A text with some of its characters as \uXXXX.</summary>
    public static string Shown(string text, Func<char, bool> isEscaped)
    {
        if (!text.Any(isEscaped))
            return text;
        var shown = new StringBuilder();
        foreach (var letter in text)
        {
            if (isEscaped(letter))
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:X4}");
            else
                shown.Append(letter);
        }
        return shown.ToString();
    }

    private static char Spaced(char letter) => IsControl(letter) ? ' ' : letter;

    // Format characters turn the direction of what follows.
    private static bool IsUnseen(char letter) =>
        IsControl(letter) || char.GetUnicodeCategory(letter) == UnicodeCategory.Format;
}
