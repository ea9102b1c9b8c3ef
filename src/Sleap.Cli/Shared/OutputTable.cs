using Sleap.IO;
using Spectre.Console;

namespace Sleap.Cli;

/// <summary>
/// A table of a verb's answer: drawn on a terminal, elsewhere columns that are aligned by spaces, one line a row.
/// </summary>
internal sealed class OutputTable
{
    // A row stays one line where there is no terminal, whatever its length.
    private const int AnyWidth = 1_000_000;

    private readonly int _columns;
    private readonly string[]? _headers;
    private readonly List<string[]> _rows = [];

    /// <summary>A table without headers.</summary>
    /// <param name="columns">How many columns it has.</param>
    public OutputTable(int columns) => _columns = columns;

    /// <summary>A table with headers; columns of numbers are aligned to the right.</summary>
    /// <param name="headers">The headers; one that begins with '&gt;' is of a column of numbers.</param>
    public OutputTable(params string[] headers) => (_headers, _columns) = (headers, headers.Length);

    /// <summary>Adds a row of plain text; brackets are brackets.</summary>
    public OutputTable Row(params string[] cells)
    {
        _rows.Add(cells);
        return this;
    }

    /// <summary>The lines for standard output.</summary>
    public IReadOnlyList<string> Lines() => Lines(Terminal.Output?.Profile);

    /// <param name="terminal">The terminal that it is drawn for; null for plain text.</param>
    internal IReadOnlyList<string> Lines(Profile? terminal)
    {
        var plain = Rendered(null);
        // Numbers that are broken into lines cannot be read: a terminal wraps the plain lines better.
        var drawnWidth = plain.Max(line => line.Length) + _columns + 2;
        var hasNumbers = _headers?.Any(IsOfNumbers) ?? false;
        return terminal is null || (hasNumbers && drawnWidth > terminal.Width) ? plain : Rendered(terminal);
    }

    private static bool IsOfNumbers(string header) => header.StartsWith('>');

    private List<string> Rendered(Profile? terminal)
    {
        var hasLines = terminal is not null && _headers is not null;
        var table = new Table
        {
            Border = hasLines ? TableBorder.Simple : TableBorder.None,
            ShowHeaders = _headers is not null,
        };
        foreach (var header in _headers ?? Enumerable.Repeat("", _columns))
        {
            table.AddColumn(
                new TableColumn(new Text(header.TrimStart('>')))
                {
                    Alignment = IsOfNumbers(header) ? Justify.Right : Justify.Left,
                    Padding = hasLines ? new Padding(1, 0) : new Padding(0, 0, 2, 0),
                }
            );
        }
        foreach (var cells in _rows)
            table.AddRow(cells.Select(cell => new Text(OneLine.Of(cell))));
        var text = new StringWriter();
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                // Plain text has no style and so no escape sequence; without Ansi the real console would be reset.
                Ansi = AnsiSupport.Yes,
                ColorSystem = ColorSystemSupport.NoColors,
                Out = new AnsiConsoleOutput(text),
            }
        );
        console.Profile.Width = terminal?.Width ?? AnyWidth;
        console.Profile.Capabilities.Unicode = terminal?.Capabilities.Unicode ?? true;
        console.Write(table);
        var lines = text.ToString().ReplaceLineEndings("\n").TrimEnd().Split('\n').Select(line => line.TrimEnd());
        return [.. lines.SkipWhile(line => line.Length == 0)];
    }
}
