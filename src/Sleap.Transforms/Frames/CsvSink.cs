using System.Globalization;

namespace Sleap.Transforms;

/// <summary>Writes a table as CSV: comma, point as decimal sign, empty = missing.</summary>
internal sealed class CsvSink(TextWriter writer) : ITableSink
{
    private bool _begun;

    public void Header(IReadOnlyList<TableColumn> columns)
    {
        foreach (var column in columns)
            Text(column.Name);
        EndRow();
    }

    public void Text(string? value)
    {
        Separate();
        writer.Write(
            value is null || value.AsSpan().IndexOfAny(",\"\r\n") < 0 ? value : $"\"{value.Replace("\"", "\"\"")}\""
        );
    }

    public void Whole(int? value) => Write(value);

    public void Single(float? value) => Write(value);

    public void Double(double? value) => Write(value);

    public void Flag(bool? value)
    {
        Separate();
        writer.Write(
            value is { } flag
                ? flag
                    ? "true"
                    : "false"
                : null
        );
    }

    public void EndRow()
    {
        writer.Write('\n');
        _begun = false;
    }

    private void Write<T>(T? value)
        where T : struct, ISpanFormattable
    {
        Separate();
        Span<char> text = stackalloc char[32];
        if (value is { } number && number.TryFormat(text, out var length, default, CultureInfo.InvariantCulture))
            writer.Write(text[..length]);
    }

    private void Separate()
    {
        if (_begun)
            writer.Write(',');
        _begun = true;
    }
}
