using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>
/// Rows of a mapper that do not come one for one with those of its input, or not at once. <see cref="Add"/> is called
/// for each row of the input, in order, while it is current; then <see cref="MoveNext"/> until it returns false.
/// Disposes the input row.
/// </summary>
internal abstract class QueuedRow(MapperBinding binding, DataViewRow input, bool[] active) : DataViewRow
{
    private long _position = -1;
    private bool _disposed;

    public sealed override DataViewSchema Schema => Binding.OutputSchema;

    public sealed override long Position => _position;

    /// <summary>How many rows of the input must follow a row before it is ready.</summary>
    public virtual int Delay => 0;

    protected MapperBinding Binding => binding;

    protected DataViewRow Input => input;

    /// <summary>For each column of <see cref="Schema"/> whether it is active.</summary>
    protected bool[] Active => active;

    /// <summary>Whether the input has no more rows.</summary>
    protected bool IsEnded { get; private set; }

    /// <summary>Takes the current row of the input.</summary>
    public abstract void Add();

    /// <summary>Says that the input has no more rows: those that waited for them are ready.</summary>
    public void End() => IsEnded = true;

    /// <summary>Moves to the next row that is ready; false where there is none before another row is added.</summary>
    public bool MoveNext()
    {
        if (!_disposed && MoveToNext())
        {
            _position++;
            return true;
        }
        if (IsEnded)
            _position = -1;
        return false;
    }

    public sealed override bool IsColumnActive(DataViewSchema.Column column) => active[binding.Index(column)];

    public sealed override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        binding.CheckGetter<TValue>(column, active);
        return (ValueGetter<TValue>?)CreateGetter(column) ?? input.GetGetter<TValue>(binding.InputSchema[column.Index]);
    }

    protected abstract bool MoveToNext();

    /// <summary>A getter of the column's raw type; null where the input row has the value.</summary>
    protected abstract Delegate? CreateGetter(DataViewSchema.Column column);

    /// <summary>Releases what the rows hold.</summary>
    protected virtual void DisposeRows() { }

    /// <exception cref="InvalidOperationException">There is no current row.</exception>
    protected void CheckCurrent()
    {
        if (_position < 0)
        {
            throw new InvalidOperationException(
                "There is no current row: the cursor was not moved to one, or it is at its end."
            );
        }
    }

    protected sealed override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _position = -1;
            DisposeRows();
            input.Dispose();
        }
        base.Dispose(disposing);
    }
}

/// <summary>Adds the rows of a cursor to a queue, one when it needs one, and returns those that are ready.</summary>
/// <param name="input">The input of <paramref name="rows"/>.</param>
/// <param name="rows">Disposed with this cursor.</param>
internal sealed class QueuedCursor(DataViewRowCursor input, QueuedRow rows) : DataViewRowCursor
{
    private bool _ended;

    public override DataViewSchema Schema => rows.Schema;

    public override long Position => rows.Position;

    public override long Batch => rows.Batch;

    public override bool MoveNext()
    {
        while (!rows.MoveNext())
        {
            if (_ended)
                return false;
            if (input.MoveNext())
            {
                rows.Add();
                continue;
            }
            _ended = true;
            rows.End();
        }
        return true;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => rows.IsColumnActive(column);

    public override ValueGetter<DataViewRowId> GetIdGetter() => rows.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        rows.GetGetter<TValue>(column);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _ended = true;
            rows.Dispose();
        }
        base.Dispose(disposing);
    }
}
