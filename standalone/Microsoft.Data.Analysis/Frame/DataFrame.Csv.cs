using System.Collections;
using System.Globalization;
using System.Text;

namespace Microsoft.Data.Analysis;

/// <summary>Comma-separated files.</summary>
public partial class DataFrame
{
    public static DataFrame LoadCsv(string filename, char separator = ',', bool header = true, string[] columnNames = null, Type[] dataTypes = null, int numRows = -1, int guessRows = 10,
        bool addIndexColumn = false, Encoding encoding = null, bool renameDuplicatedColumns = false, CultureInfo cultureInfo = null)
    {
        using var stream = new FileStream(filename, FileMode.Open);
        return LoadCsv(stream, separator, header, columnNames, dataTypes, numRows, guessRows, addIndexColumn, encoding, renameDuplicatedColumns, cultureInfo);
    }

    public static DataFrame LoadCsv(Stream csvStream, char separator = ',', bool header = true, string[] columnNames = null, Type[] dataTypes = null, long numberOfRowsToRead = -1, int guessRows = 10,
        bool addIndexColumn = false, Encoding encoding = null, bool renameDuplicatedColumns = false, CultureInfo cultureInfo = null, Func<IEnumerable<string>, Type> guessTypeFunction = null)
    {
        if (!csvStream.CanSeek)
            throw new ArgumentException("Expected a seekable stream", nameof(csvStream));
        using var reader = new StreamReader(csvStream, encoding ?? Encoding.UTF8, leaveOpen: true);
        return Load(reader, new CsvOptions(separator, header, columnNames, dataTypes, numberOfRowsToRead, guessRows, addIndexColumn, renameDuplicatedColumns, cultureInfo, guessTypeFunction));
    }

    public static DataFrame LoadCsvFromString(string csvString, char separator = ',', bool header = true, string[] columnNames = null, Type[] dataTypes = null, long numberOfRowsToRead = -1, int guessRows = 10,
        bool addIndexColumn = false, bool renameDuplicatedColumns = false, CultureInfo cultureInfo = null, Func<IEnumerable<string>, Type> guessTypeFunction = null)
    {
        using var reader = new StringReader(csvString);
        return Load(reader, new CsvOptions(separator, header, columnNames, dataTypes, numberOfRowsToRead, guessRows, addIndexColumn, renameDuplicatedColumns, cultureInfo, guessTypeFunction));
    }

    public static void SaveCsv(DataFrame dataFrame, string path, char separator = ',', bool header = true, Encoding encoding = null, CultureInfo cultureInfo = null)
    {
        using var stream = new FileStream(path, FileMode.Create);
        SaveCsv(dataFrame, stream, separator, header, encoding, cultureInfo);
    }

    public static void SaveCsv(DataFrame dataFrame, Stream csvStream, char separator = ',', bool header = true, Encoding encoding = null, CultureInfo cultureInfo = null)
    {
        cultureInfo ??= CultureInfo.CurrentCulture;
        if (cultureInfo.NumberFormat.NumberDecimalSeparator == separator.ToString())
            throw new ArgumentException("Decimal separator cannot match the column separator");
        // Without a word of the encoding everything beyond ASCII becomes a question mark.
        using var writer = new StreamWriter(csvStream, encoding ?? Encoding.ASCII, leaveOpen: true);
        if (dataFrame == null)
            return;
        if (header)
            writer.WriteLine(string.Join(separator, dataFrame.Columns.Select(c => Quoted(c.Name, separator))));
        foreach (DataFrameRow row in dataFrame.Rows)
            writer.WriteLine(Record(row, separator, cultureInfo));
    }

    private sealed record CsvOptions(char Separator, bool Header, string[] ColumnNames, Type[] DataTypes, long RowsToRead, int GuessRows, bool AddIndex, bool RenameDuplicates, CultureInfo Culture,
        Func<IEnumerable<string>, Type> Guess);

    private static DataFrame Load(TextReader reader, CsvOptions options)
    {
        if (options.DataTypes == null && options.GuessRows <= 0)
            throw new ArgumentException("Expected either guessRows or dataTypes to be provided");
        List<string[]> lines = CsvFields.Read(reader, options.Separator);
        if (lines.Count == 0)
            throw new FormatException("Empty file");
        string[] names = options.ColumnNames ?? (options.Header ? lines[0] : null);
        if (options.RenameDuplicates && options.Header && options.ColumnNames == null)
            names = Distinct(names);
        string[][] rows = [.. lines.Skip(options.Header ? 1 : 0).Take(options.RowsToRead < 0 ? int.MaxValue : (int)options.RowsToRead)];

        // The header counts among the rows that the guess looks at.
        string[][] guessed = [.. rows.Take(options.GuessRows - (options.Header ? 1 : 0))];
        int count = Math.Max(options.DataTypes?.Length ?? 0, guessed.Select(r => r.Length).DefaultIfEmpty().Max());
        var frame = new DataFrame(Enumerable.Range(0, count).Select(i =>
            ColumnFactory.Make(options.DataTypes?[i] ?? GuessType(guessed, i, options), names == null || string.IsNullOrEmpty(names[i]) ? $"Column{i}" : names[i])));
        foreach (string[] row in rows)
            frame.Append(row, inPlace: true, options.Culture);
        if (options.AddIndex)
            frame.Columns.Insert(0, new Int64DataFrameColumn("IndexColumn", Enumerable.Range(0, (int)frame.Rows.Count).Select(i => (long)i)));
        return frame;
    }

    private static string[] Distinct(string[] names)
    {
        var seen = new Dictionary<string, int>();
        return [.. names.Select(name =>
        {
            int before = seen.GetValueOrDefault(name);
            seen[name] = before + 1;
            return before == 0 ? name : $"{name}.{before}";
        })];
    }

    private static Type GuessType(string[][] rows, int column, CsvOptions options)
    {
        string[] values = [.. rows.Select((row, i) => column < row.Length ? row[column] : throw new FormatException($"Line {i + (options.Header ? 2 : 1)} has less columns than expected"))];
        if (options.Guess != null)
            return options.Guess(values);
        // Numbers are floats, whole ones too; two kinds in one column are text, but for numbers among truths or dates.
        Type[] kinds = [.. values.Where(v => !string.IsNullOrEmpty(v) && !v.Equals("null", StringComparison.OrdinalIgnoreCase)).Select(KindOf).Distinct()];
        return kinds.Length == 0 || kinds.Contains(typeof(string)) ? typeof(string)
            : kinds.Contains(typeof(float)) ? typeof(float)
            : kinds.Contains(typeof(bool)) ? typeof(bool) : typeof(DateTime);
    }

    private static Type KindOf(string value) => bool.TryParse(value, out _) ? typeof(bool)
        : float.TryParse(value, out _) ? typeof(float)
        : DateTime.TryParse(value, out _) ? typeof(DateTime) : typeof(string);

    private static string Record(IEnumerable values, char separator, CultureInfo culture) => string.Join(separator, values.Cast<object>().Select(value => value switch
    {
        float single => single.ToString("G9", culture),
        double number => number.ToString("G17", culture),
        DateTime date => date.ToString(culture),
        string text => Quoted(text, separator),
        // A vector is written as all that its array holds, used or not, and one without an array fails.
        IEnumerable nested => $"({Record(nested, ' ', culture)})",
        _ => value?.ToString(),
    }));

    private static string Quoted(string text, char separator) => text.AsSpan().IndexOfAny(separator, '\n', '"') < 0 ? text : $"\"{text.Replace("\"", "\"\"")}\"";
}
