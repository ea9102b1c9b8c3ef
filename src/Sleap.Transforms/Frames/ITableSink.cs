namespace Sleap.Transforms;

/// <summary>Takes a table value by value, row by row, in the order of its columns; null is missing.</summary>
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
