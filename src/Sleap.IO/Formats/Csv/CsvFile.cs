using System.Globalization;
using System.Text;

namespace Sleap.IO;

/// <summary>Rows of a comma-separated file, quoted as RFC 4180 has it.</summary>
internal static class CsvFile
{
    /// <summary>No pose table has so long a cell; a file that is not CSV at all may look like one.</summary>
    private const int MaxCell = 1 << 16;

    /// <summary>Reads rows with their line numbers (from 1). Empty lines are left out.</summary>
    /// <exception cref="PoseFormatException">A quote is never closed, a cell is endless, or the file is not
    /// text.</exception>
    public static IEnumerable<(int Line, string[] Cells)> Read(string path)
    {
        using var reader = new StreamReader(path, new UTF8Encoding(false));
        for (var line = 1; ReadRow(reader, path, ref line, out var start) is { } cells; )
        {
            if (cells.Length > 1 || cells[0].Length > 0)
                yield return (start, cells);
        }
    }

    /// <summary>A cell as a number; empty and NaN in any spelling are NaN.</summary>
    public static double Number(string cell, string path, int line, string column)
    {
        var text = cell.AsSpan().Trim();
        if (text.IsEmpty || text.Equals("nan", StringComparison.OrdinalIgnoreCase))
            return double.NaN;
        return
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
            ? number
            : throw Fault(path, line, column, $"is '{Short(cell)}', and a number was expected");
    }

    /// <summary>A cell as a whole number of at least 0.</summary>
    public static int Whole(string cell, string path, int line, string column)
    {
        var number = Number(cell, path, line, column);
        return number >= 0 && number <= int.MaxValue && number == Math.Floor(number)
            ? (int)number
            : throw Fault(path, line, column, $"is '{Short(cell)}', and a whole number was expected");
    }

    public static PoseFormatException Fault(string path, int line, string column, string cause) =>
        new(path, $"line {line}, column {column}", $"{cause}.");

    /// <summary>One cell as it is written, in quotes where it must be.</summary>
    public static string Cell(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 && text.AsSpan().Trim().Length == text.Length
            ? text
            : $"\"{text.Replace("\"", "\"\"")}\"";

    /// <summary>A number so that reading it gives the same one; NaN is an empty cell.</summary>
    public static string Cell(double number) =>
        double.IsNaN(number) ? "" : number.ToString("R", CultureInfo.InvariantCulture);

    /// <inheritdoc cref="Cell(double)"/>
    public static string Cell(float number) =>
        float.IsNaN(number) ? "" : number.ToString("R", CultureInfo.InvariantCulture);

    private static string Short(string cell) => cell.Length <= 40 ? cell : cell[..40] + "...";

    private static string[]? ReadRow(StreamReader reader, string path, ref int line, out int start)
    {
        start = line;
        if (reader.Peek() < 0)
            return null;
        var cells = new List<string>();
        var cell = new StringBuilder();
        var isQuoted = false;
        while (true)
        {
            var read = reader.Read();
            if (cell.Length > MaxCell)
                throw new PoseFormatException(path, $"line {start}", "has a cell of more than 65,536 characters.");
            if (read < 0)
            {
                if (isQuoted)
                    throw new PoseFormatException(path, $"line {start}", "opens a quote that is never closed.");
                break;
            }
            var c = (char)read;
            line += c == '\n' ? 1 : 0;
            if (c == '"' && isQuoted && reader.Peek() == '"')
            {
                cell.Append((char)reader.Read());
            }
            else if (c == '"' && (isQuoted || cell.Length == 0))
            {
                isQuoted = !isQuoted;
            }
            else if (!isQuoted && c == ',')
            {
                cells.Add(Take(cell));
            }
            else if (!isQuoted && c == '\n')
            {
                break;
            }
            else if (isQuoted || c != '\r')
            {
                cell.Append(
                    c == '\0'
                        ? throw new PoseFormatException(
                            path,
                            $"line {start}",
                            "holds a zero byte, so the file is not text."
                        )
                        : c
                );
            }
        }
        cells.Add(Take(cell));
        return [.. cells];
    }

    private static string Take(StringBuilder cell)
    {
        var text = cell.ToString();
        cell.Clear();
        return text;
    }
}

/// <summary>The skeleton of tables, which name nodes and nothing else.</summary>
internal static class TableSkeleton
{
    /// <summary>
    /// The skeleton asked for, when it has every node of the file; otherwise one of the file's nodes in their order.
    /// </summary>
    /// <exception cref="PoseFormatException">The file has a node that the skeleton lacks.</exception>
    public static Skeleton Choose(Skeleton? asked, IEnumerable<string> nodes, string path)
    {
        if (asked is null)
            return Skeleton.FromFile(path, "node names", "", nodes);
        var unknown = nodes.Where(n => asked.IndexOf(n) < 0).ToList();
        return unknown.Count == 0
            ? asked
            : throw new PoseFormatException(
                path,
                null,
                $"the nodes {string.Join(", ", unknown)} are not in the skeleton '{asked.Name}' "
                    + $"({string.Join(", ", asked.Nodes)})."
            );
    }
}
