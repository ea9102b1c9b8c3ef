using System.Globalization;

namespace Sleap.IO;

/// <summary>A row of a table of text.</summary>
/// <param name="table">How the table writes numbers.</param>
/// <param name="line">The line where the row begins, from 1.</param>
/// <param name="cells">The cells without their quotes.</param>
internal sealed class CsvRow(CsvNumbers table, int line, string[] cells)
{
    public int Line => line;

    public IReadOnlyList<string> Cells => cells;

    public int Count => cells.Length;

    /// <summary>Whether all cells are empty, as below the table of a spreadsheet.</summary>
    public bool IsBlank => cells.All(c => c.Length == 0);

    /// <summary>A cell; empty behind the end of the row, and for a column that is not there (-1).</summary>
    public string this[int at] => at >= 0 && at < cells.Length ? cells[at] : "";

    /// <summary>A cell as a number; NaN where it is empty or a word for a missing value.</summary>
    /// <param name="at">The place of the cell.</param>
    /// <param name="column">What messages call the column.</param>
    public double Number(int at, string column)
    {
        var text = this[at].AsSpan().Trim();
        return text.IsEmpty ? double.NaN
            : table.Parse(text, out var cause) is { } number ? number
            : throw Fault(column, cause);
    }

    /// <summary>A cell as a whole number of at least 0.</summary>
    public int Whole(int at, string column)
    {
        var number = Number(at, column);
        return number >= 0 && number <= int.MaxValue && number == Math.Floor(number)
            ? (int)number
            : throw Fault(column, $"is '{OneLine.Short(this[at])}', and a whole number was expected");
    }

    public PoseFormatException Fault(string column, string cause) =>
        new(table.Path, $"line {line}, column {column}", $"{cause}.");

    public PoseFormatException Fault(string cause) => new(table.Path, $"line {line}", $"{cause}.");
}

/// <summary>
/// Numbers of one table. Where semicolons or tabs separate the cells the decimal sign may be a comma, and is then one in
/// the whole table: "1,234" beside "0.5" would be a thousand.
/// </summary>
internal sealed class CsvNumbers(string path, char separator)
{
    private const int MaxLength = 64;

    /// <summary>What pandas, R and spreadsheets write for a missing value.</summary>
    private static readonly string[] Missing = ["nan", "-nan", "na", "n/a", "#n/a", "<na>", "null", "none"];

    private char _decimalSign = separator == ',' ? '.' : '\0';

    public string Path => path;

    /// <summary>The number, NaN for a missing value, or null and the cause.</summary>
    public double? Parse(ReadOnlySpan<char> text, out string cause)
    {
        cause = "";
        var sign = text.IndexOfAny('.', ',');
        if (sign >= 0 && text.Length <= MaxLength)
        {
            if (_decimalSign == '\0')
                _decimalSign = text[sign];
            if (text[sign] != _decimalSign)
            {
                cause =
                    separator == ','
                        ? $"is '{OneLine.Short(text.ToString())}': where commas separate the cells, numbers have a decimal point"
                        : $"is '{OneLine.Short(text.ToString())}', and numbers before it have '{_decimalSign}' as the decimal sign";
                return null;
            }

            if (_decimalSign == ',')
            {
                Span<char> pointed = stackalloc char[text.Length];
                text.Replace(pointed, ',', '.');
                return Finite(pointed, out cause);
            }
        }
        return Finite(text, out cause);
    }

    private static double? Finite(ReadOnlySpan<char> text, out string cause)
    {
        cause = "";
        if (
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
        )
        {
            return number;
        }

        foreach (var word in Missing)
        {
            if (text.Equals(word, StringComparison.OrdinalIgnoreCase))
                return double.NaN;
        }
        cause = $"is '{OneLine.Short(text.ToString())}', and a number was expected";
        return null;
    }
}
