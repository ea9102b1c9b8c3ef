namespace Sleap.IO;

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
