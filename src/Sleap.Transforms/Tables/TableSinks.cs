using System.Collections;
using Microsoft.Data.Analysis;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Receives a table value by value, row by row, in the order of its columns; null is missing.</summary>
internal interface ITableSink
{
    void Header(IReadOnlyList<TableColumn> columns);

    void Text(string? value);

    void Whole(int? value);

    void Single(float? value);

    void Double(double? value);

    void Flag(bool? value);

    void EndRow();
}

/// <summary>A column of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its values: string, int, float, double or bool.</param>
internal readonly record struct TableColumn(string Name, Type Type);

/// <summary>Collects a table as a <see cref="DataFrame"/>.</summary>
internal sealed class DataFrameSink : ITableSink
{
    private TableColumn[] _columns = [];
    private IList[] _values = [];
    private int _next;

    public void Header(IReadOnlyList<TableColumn> columns)
    {
        _columns = [.. columns];
        _values = [.. columns.Select(ListFor)];
    }

    public void Text(string? value) => ((List<string?>)_values[_next++]).Add(value);

    public void Whole(int? value) => ((List<int?>)_values[_next++]).Add(value);

    public void Single(float? value) => ((List<float?>)_values[_next++]).Add(value);

    public void Double(double? value) => ((List<double?>)_values[_next++]).Add(value);

    public void Flag(bool? value) => ((List<bool?>)_values[_next++]).Add(value);

    public void EndRow() => _next = 0;

    public DataFrame Result() => new(_columns.Zip(_values, ColumnOf));

    private static IList ListFor(TableColumn column) =>
        column.Type switch
        {
            var type when type == typeof(string) => new List<string?>(),
            var type when type == typeof(int) => new List<int?>(),
            var type when type == typeof(float) => new List<float?>(),
            var type when type == typeof(double) => new List<double?>(),
            _ => new List<bool?>(),
        };

    private static DataFrameColumn ColumnOf(TableColumn column, IList values) =>
        values switch
        {
            List<string?> texts => new StringDataFrameColumn(column.Name, texts),
            List<int?> wholes => new Int32DataFrameColumn(column.Name, wholes),
            List<float?> singles => new SingleDataFrameColumn(column.Name, singles),
            List<double?> doubles => new DoubleDataFrameColumn(column.Name, doubles),
            _ => new BooleanDataFrameColumn(column.Name, (List<bool?>)values),
        };
}

/// <summary>Writes a table as CSV: comma, point as decimal sign, empty = missing.</summary>
internal sealed class CsvSink(CsvTableWriter writer) : ITableSink
{
    public void Header(IReadOnlyList<TableColumn> columns)
    {
        writer.Texts(columns.Select(column => column.Name));
        writer.EndRow();
    }

    public void Text(string? value) => writer.Text(value);

    public void Whole(int? value)
    {
        if (value is { } number)
            writer.Whole(number);
        else
            writer.Missing();
    }

    public void Single(float? value) => writer.Number(value ?? float.NaN);

    public void Double(double? value) => writer.Number(value ?? double.NaN);

    public void Flag(bool? value)
    {
        if (value is { } flag)
            writer.Flag(flag);
        else
            writer.Missing();
    }

    public void EndRow() => writer.EndRow();
}

/// <summary>Writes a table as Parquet.</summary>
internal sealed class ParquetSink(Stream stream) : ITableSink, IDisposable
{
    private ParquetTableWriter? _writer;

    private ParquetTableWriter Writer => _writer ?? throw new InvalidOperationException("The header comes first.");

    public void Header(IReadOnlyList<TableColumn> columns) =>
        _writer = new ParquetTableWriter(stream, columns.Select(column => (column.Name, column.Type)));

    public void Text(string? value) => Writer.Text(value);

    public void Whole(int? value) => Writer.Whole(value);

    public void Single(float? value) => Writer.Number(value);

    public void Double(double? value) => Writer.Number(value);

    public void Flag(bool? value) => Writer.Flag(value);

    public void EndRow() => Writer.EndRow();

    /// <summary>Writes the end of the file.</summary>
    public void Finish() => Writer.Finish();

    public void Dispose() => stream.Dispose();
}
