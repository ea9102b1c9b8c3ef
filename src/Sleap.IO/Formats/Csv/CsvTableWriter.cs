using CsvHelper;

namespace Sleap.IO;

/// <summary>
/// Writes a table of text cell by cell: UTF-8, commas (or another separator), a point as the decimal sign, a line feed
/// behind each row. Numbers read back as the same numbers; a missing value is an empty cell.
/// </summary>
/// <remarks>Names that a spreadsheet takes for formulas are written as they are: they would not read back.</remarks>
internal sealed class CsvTableWriter : ITableWriter, IDisposable
{
    private static readonly CsvWriterOptions Options = new()
    {
        NewLine = "\n",
        Quoting = CsvQuoting.WhenNeededOrWhitespace,
        TrueValue = "true",
        FalseValue = "false",
        Injection = CsvInjection.None,
    };

    private readonly CsvWriter _writer;

    /// <param name="stream">Where to write; it is closed with the writer.</param>
    /// <param name="separator">What stands between cells.</param>
    public CsvTableWriter(Stream stream, char separator = ',') =>
        _writer = CsvWriter.Create(stream, separator == ',' ? Options : Options with { Separator = separator });

    public void Text(string? text) => _writer.WriteField(text);

    public void Missing() => _writer.WriteField((string?)null);

    public void Whole(int number) => _writer.WriteField(number);

    public void Number(double number)
    {
        if (double.IsNaN(number))
            Missing();
        else
            _writer.WriteField(number);
    }

    /// <inheritdoc cref="Number(double)"/>
    public void Number(float number)
    {
        if (float.IsNaN(number))
            Missing();
        else
            _writer.WriteField(number);
    }

    public void Flag(bool flag) => _writer.WriteField(flag);

    /// <summary>Texts, each a cell.</summary>
    public void Texts(IEnumerable<string> texts)
    {
        foreach (var text in texts)
            Text(text);
    }

    public void EndRow() => _writer.EndRecord();

    /// <summary>Hands all whole rows to the stream.</summary>
    public void Flush() => _writer.Flush();

    public void Dispose() => _writer.Dispose();
}

/// <summary>Receives a table cell by cell, row by row, whatever the format of its file.</summary>
internal interface ITableWriter
{
    /// <summary>A text; null is missing.</summary>
    void Text(string? text);

    void Whole(int number);

    /// <summary>A number; NaN is missing.</summary>
    void Number(double number);

    /// <inheritdoc cref="Number(double)"/>
    void Number(float number);

    void EndRow();
}
