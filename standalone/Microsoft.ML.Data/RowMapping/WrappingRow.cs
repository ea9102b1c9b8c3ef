using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A row over another: same position, and disposing this one disposes that one.</summary>
internal abstract class WrappingRow(DataViewRow input, Action end = null) : DataViewRow
{
    private bool _disposed;

    protected DataViewRow Input { get; } = input;

    public sealed override long Position => Input.Position;
    public sealed override long Batch => Input.Batch;

    public override ValueGetter<DataViewRowId> GetIdGetter() => Input.GetIdGetter();

    protected sealed override void Dispose(bool disposing)
    {
        if (_disposed)
            return;
        _disposed = true;
        if (!disposing)
            return;
        end?.Invoke();
        Input.Dispose();
    }
}

/// <summary>A cursor over another. By default everything is the input's.</summary>
internal abstract class WrappingCursor(DataViewRowCursor input, Action end = null) : DataViewRowCursor
{
    private bool _disposed;

    protected DataViewRowCursor Input { get; } = input;

    public override long Position => Input.Position;
    public override long Batch => Input.Batch;
    public override DataViewSchema Schema => Input.Schema;

    public override bool MoveNext() => Input.MoveNext();

    public override bool IsColumnActive(DataViewSchema.Column column) => Input.IsColumnActive(Input.Schema[column.Index]);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        Contracts.Check(IsColumnActive(column), $"Column '{column.Name}' is not active in this cursor");
        return Input.GetGetter<TValue>(Input.Schema[column.Index]);
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => Input.GetIdGetter();

    protected override void Dispose(bool disposing)
    {
        if (_disposed)
            return;
        _disposed = true;
        if (!disposing)
            return;
        end?.Invoke();
        Input.Dispose();
    }
}
