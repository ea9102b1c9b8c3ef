using System.Text;
using System.Text.Unicode;
using CsvHelper;

namespace Sleap.IO;

/// <summary>
/// Reads tables of text row by row. Cells are separated by commas, semicolons or tabs, which the first row shows, and
/// quoted as RFC 4180 has it. Text is UTF-8 or UTF-16, with or without a byte order mark.
/// </summary>
/// <remarks>
/// Bytes of another encoding are refused: a name read by the wrong code page would be wrong without anybody noticing.
/// </remarks>
internal static class CsvTable
{
    /// <summary>No pose table has so long a cell; a file that is not a table at all may look like one.</summary>
    private const int MaxCell = 1 << 16;

    private const int MaxRow = 1 << 24;
    private const int HeadBytes = 1 << 16;
    private const string Separators = ",;\t";
    private const string SeparatorHint = "sep=";

    /// <summary>The rows of a file. Empty lines are left out.</summary>
    /// <exception cref="PoseFormatException">A quote is never closed, a cell is endless, or the file is not text of a
    /// known encoding.</exception>
    public static IEnumerable<CsvRow> Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, HeadBytes);
        var (encoding, separator) = Examine(file);
        var openQuote = 0L;
        var options = new CsvReaderOptions
        {
            Encoding = encoding,
            Separator = separator,
            HasHeader = false,
            MaxRecordSize = MaxRow,
            TrackLineNumbers = true,
            PoolStrings = true,
            OnMalformedRecord = found =>
                openQuote = found.Reason == CsvMalformedReason.UnterminatedQuote ? found.LineNumber : openQuote,
        };
        using var reader = CsvReader.Create(file, options, leaveOpen: true);
        var table = new CsvNumbers(path, separator);
        while (Next(reader, path))
        {
            var line = (int)reader.LineNumber;
            if (openQuote > 0)
                throw new PoseFormatException(path, $"line {openQuote}", "opens a quote that is never closed.");
            Check(reader, path, line);
            var cells = reader.Current.ToArray();
            if (line == 1 && cells[0].StartsWith(SeparatorHint, StringComparison.Ordinal))
                continue;
            if (cells.Length > 1 || cells[0].Length > 0)
                yield return new CsvRow(table, line, cells);
        }
    }

    private static bool Next(CsvReader reader, string path)
    {
        try
        {
            return reader.Read();
        }
        catch (CsvFormatException fault)
        {
            throw new PoseFormatException(
                path,
                $"line {Math.Max(1, fault.LineNumber)}",
                $"is longer than {MaxRow:N0} bytes; a quote may not be closed.",
                fault
            );
        }
    }

    private static void Check(CsvReader reader, string path, int line)
    {
        var row = reader.RawRecord;
        if (row.Contains((byte)0))
            throw new PoseFormatException(path, $"line {line}", "holds a zero byte, so the file is not text.");
        // Binary formats of which the first line has no zero byte, HDF5 and PNG, begin so that no text does.
        if (line == 1 && row is [0x89, ..])
        {
            throw new PoseFormatException(
                path,
                $"line {line}",
                "begins as HDF5 and PNG files do: the file is not text."
            );
        }

        if (!Utf8.IsValid(row))
        {
            var text = Encoding.Latin1.GetString(row);
            var at = text.AsSpan().IndexOfAnyExceptInRange('\0', '\x7f');
            var cell = text[(text.AsSpan(0, at).LastIndexOfAny(Separators) + 1)..];
            throw new PoseFormatException(
                path,
                $"line {line}",
                $"is not UTF-8: it may be Windows-1252 (Latin-1), in which '{OneLine.Short(cell)}' "
                    + "would stand there. Save the table as UTF-8 (in Excel: \"CSV UTF-8\")."
            );
        }

        if (row.Length <= MaxCell)
            return;
        for (var i = 0; i < reader.FieldCount; i++)
        {
            if (reader.GetRawSpan(i).Length > MaxCell)
                throw new PoseFormatException(path, $"line {line}", $"has a cell of more than {MaxCell:N0} bytes.");
        }
    }

    /// <summary>Encoding and separator, as the first bytes show them; the file is at its start again.</summary>
    private static (Encoding? Encoding, char Separator) Examine(FileStream file)
    {
        var head = new byte[(int)Math.Min(file.Length, HeadBytes)];
        head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        file.Position = 0;
        var encoding = Utf16Of(head);
        var line = (encoding ?? Encoding.UTF8).GetString(head).AsSpan().TrimStart("\uFEFF\r\n");
        var end = line.IndexOfAny('\r', '\n');
        line = end < 0 ? line : line[..end];
        if (
            line.Length > SeparatorHint.Length
            && line.StartsWith(SeparatorHint, StringComparison.Ordinal)
            && Separators.Contains(line[SeparatorHint.Length])
        )
        {
            return (encoding, line[SeparatorHint.Length]);
        }

        var counts = new int[Separators.Length];
        var isQuoted = false;
        foreach (var c in line)
        {
            isQuoted ^= c == '"';
            if (!isQuoted && Separators.IndexOf(c) is >= 0 and var found)
                counts[found]++;
        }
        return (encoding, Separators[Array.IndexOf(counts, counts.Max())]);
    }

    /// <summary>UTF-16 by its mark, or by the zero in each second byte of European text; null for anything else.</summary>
    private static Encoding? Utf16Of(ReadOnlySpan<byte> head)
    {
        if (head is [0xFF, 0xFE, ..])
            return Encoding.Unicode;
        if (head is [0xFE, 0xFF, ..])
            return Encoding.BigEndianUnicode;
        var (even, odd) = (0, 0);
        for (var i = 0; i < head.Length; i++)
        {
            even += head[i] == 0 && i % 2 == 0 ? 1 : 0;
            odd += head[i] == 0 && i % 2 == 1 ? 1 : 0;
        }
        var most = head.Length / 2 * 9 / 10;
        return even == 0 && odd > most ? Encoding.Unicode
            : odd == 0 && even > most ? Encoding.BigEndianUnicode
            : null;
    }
}
