using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Moves the input, row by row, and gives the mapped row over it.</summary>
internal sealed class MappedCursor(DataViewRowCursor input, MappedRow row) : DataViewRowCursor, IFrameRow
{
    private bool _disposed;

    public override DataViewSchema Schema => row.Schema;

    public override long Position => _disposed ? -1 : row.Position;

    public override long Batch => row.Batch;

    public override bool MoveNext() => !_disposed && input.MoveNext();

    public override bool IsColumnActive(DataViewSchema.Column column) => row.IsColumnActive(column);

    public override ValueGetter<DataViewRowId> GetIdGetter() => row.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        row.GetGetter<TValue>(column);

    public bool TryGetFrame(
        DataViewSchema.Column column,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Frame? frame
    ) => row.TryGetFrame(column, out frame);

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            row.Dispose();
        }
        base.Dispose(disposing);
    }
}
