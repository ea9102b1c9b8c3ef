using Parquet;
using Parquet.Schema;

namespace Sleap.IO;

/// <summary>
/// Writes a Parquet table cell by cell. Rows are held until a row group is full, so that memory is bounded however long
/// the table is. A missing value is null, never NaN.
/// </summary>
internal sealed class ParquetTableWriter : ITableWriter, IDisposable
{
    /// <summary>Rows of a row group: some megabytes, and enough for readers that skip groups.</summary>
    internal const int GroupRows = 1 << 17;

    private readonly Stream _stream;
    private readonly ColumnOfGroup[] _columns;
    private readonly ParquetWriter _writer;
    private int _next;
    private int _rows;

    /// <param name="stream">Where to write; it is closed with the writer.</param>
    /// <param name="columns">Names, and types of string, int, float, double or bool.</param>
    public ParquetTableWriter(Stream stream, IEnumerable<(string Name, Type Type)> columns)
    {
        _stream = stream;
        _columns = [.. columns.Select(c => ColumnOfGroup.Of(c.Name, c.Type))];
        var schema = new ParquetSchema(_columns.Select(c => (Field)c.Field));
        _writer = ParquetWriter.CreateAsync(schema, stream).GetAwaiter().GetResult();
    }

    public void Text(string? value) => ((TextColumn)_columns[_next++]).Values.Add(value);

    public void Whole(int? value) => Add(value);

    /// <summary>NaN is missing.</summary>
    public void Number(float? value) => Add(value is { } number && float.IsNaN(number) ? null : value);

    /// <inheritdoc cref="Number(float?)"/>
    public void Number(double? value) => Add(value is { } number && double.IsNaN(number) ? null : value);

    public void Flag(bool? value) => Add(value);

    void ITableWriter.Whole(int number) => Whole(number);

    void ITableWriter.Number(double number) => Number(number);

    void ITableWriter.Number(float number) => Number(number);

    public void EndRow()
    {
        _next = 0;
        if (++_rows == GroupRows)
            WriteGroup();
    }

    /// <summary>Writes the rows that are held, and the end of the file. Without it there is no table.</summary>
    public void Finish()
    {
        WriteGroup();
        _writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    public void Dispose() => _stream.Dispose();

    private void Add<T>(T? value)
        where T : struct => ((ValueColumn<T>)_columns[_next++]).Values.Add(value);

    private void WriteGroup()
    {
        if (_rows == 0)
            return;
        using var group = _writer.CreateRowGroup();
        foreach (var column in _columns)
            column.WriteTo(group);
        group.CompleteValidate();
        _rows = 0;
    }

    /// <summary>The values of one column in the row group that is being filled.</summary>
    private abstract class ColumnOfGroup(DataField dataField)
    {
        public DataField Field => dataField;

        public static ColumnOfGroup Of(string name, Type type) =>
            type == typeof(string) ? new TextColumn(name)
            : type == typeof(int) ? new ValueColumn<int>(name)
            : type == typeof(float) ? new ValueColumn<float>(name)
            : type == typeof(double) ? new ValueColumn<double>(name)
            : new ValueColumn<bool>(name);

        /// <summary>Writes the values and forgets them.</summary>
        public abstract void WriteTo(ParquetRowGroupWriter group);
    }

    private sealed class TextColumn(string name) : ColumnOfGroup(new DataField(name, typeof(string), isNullable: true))
    {
        public List<string?> Values { get; } = [];

        public override void WriteTo(ParquetRowGroupWriter group)
        {
            group.WriteAsync(Field, Values).GetAwaiter().GetResult();
            Values.Clear();
        }
    }

    private sealed class ValueColumn<T>(string name) : ColumnOfGroup(new DataField(name, typeof(T), isNullable: true))
        where T : struct
    {
        public List<T?> Values { get; } = [];

        public override void WriteTo(ParquetRowGroupWriter group)
        {
            group.WriteAsync(Field, new ReadOnlyMemory<T?>([.. Values])).GetAwaiter().GetResult();
            Values.Clear();
        }
    }
}
