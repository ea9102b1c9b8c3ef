using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Data with a mapper's columns added; lazy.</summary>
internal sealed class MappedDataView(IDataView input, MapperBinding binding) : IDataView, IFrameReporting, IRowSubset
{
    private int _passes;

    public DataViewSchema Schema => binding.OutputSchema;

    /// <summary>Rows can be shuffled unless they depend on other rows.</summary>
    public bool CanShuffle => !binding.Mapper.NeedsEveryRow && input.CanShuffle;

    public FrameReport? Report() => (input as IFrameReporting)?.Report();

    public bool IsUnreadable(string video, int frameIndex) =>
        input is IFrameReporting frames && frames.IsUnreadable(video, frameIndex);

    /// <summary>Rows that do not depend on others are selected before they are computed.</summary>
    public IDataView Subset(IReadOnlySet<DataViewRowId> ids) =>
        binding.Mapper.NeedsEveryRow
            ? new RowSubsetView(this, ids)
            : new MappedDataView(IRowSubset.Of(input, ids), binding);

    public long? GetRowCount() => input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = binding.Active(columnsNeeded);
        var rows = input.GetRowCursor(binding.InputsFor(active), CanShuffle ? rand : null);
        try
        {
            if (!binding.ActiveOutputs(active).Contains(true))
                return new MappedCursor(rows, new MappedRow(binding, rows, active));
            if (binding.Mapper is ReadAheadMapper mapper)
            {
                return new ReadAheadCursor(
                    binding,
                    mapper,
                    rows,
                    active,
                    () => mapper.OnPassEnded(Interlocked.Increment(ref _passes))
                );
            }

            return binding.Mapper.SlotCount == 1 && !binding.Mapper.NeedsEveryRow
                ? new MappedCursor(rows, new MappedRow(binding, rows, active))
                : new QueuedCursor(rows, new BatchRow(binding, rows, active));
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    /// <summary>One cursor for any <paramref name="n"/>: a network uses all cores by itself.</summary>
    public DataViewRowCursor[] GetRowCursorSet(
        IEnumerable<DataViewSchema.Column> columnsNeeded,
        int n,
        Random? rand = null
    ) => [GetRowCursor(columnsNeeded, rand)];
}

/// <summary>Moves the input row by row, and returns the values of the mapped row.</summary>
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

/// <summary>
/// A row with a mapper's columns added to its input row. Outputs are computed in slot 0 when they are first asked for
/// at a position. Disposes the input row.
/// </summary>
internal sealed class MappedRow : DataViewRow, IFrameRow
{
    private readonly MapperBinding _binding;
    private readonly DataViewRow _input;
    private readonly bool[] _active;
    private readonly PosePass? _pass;
    private long _processed = -1;
    private bool _disposed;

    public MappedRow(MapperBinding binding, DataViewRow input, bool[] active)
    {
        _binding = binding;
        _input = input;
        _active = active;
        var outputs = binding.ActiveOutputs(active);
        _pass = outputs.Contains(true) ? binding.Mapper.Begin(input, outputs) : null;
    }

    public override DataViewSchema Schema => _binding.OutputSchema;

    public override long Position => _input.Position;

    public override long Batch => _input.Batch;

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[_binding.Index(column)];

    public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        _binding.CheckGetter<TValue>(column, _active);
        var output = column.Index - _binding.InputSchema.Count;
        if (output < 0)
            return _input.GetGetter<TValue>(_binding.InputSchema[column.Index]);
        var getter = (ValueGetter<TValue>)_pass!.CreateGetter(output, static () => 0);
        return (ref TValue value) =>
        {
            ProcessCurrent();
            getter(ref value);
        };
    }

    public bool TryGetFrame(
        DataViewSchema.Column column,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Frame? frame
    )
    {
        frame = null;
        return column.Index < _binding.InputSchema.Count
            && _input is IFrameRow frames
            && frames.TryGetFrame(_binding.InputSchema[column.Index], out frame);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _pass?.Dispose();
            _input.Dispose();
        }
        base.Dispose(disposing);
    }

    private void ProcessCurrent()
    {
        var position = _input.Position;
        if (position < 0)
        {
            throw new InvalidOperationException(
                "There is no current row: the cursor was not moved to one, or it is at its end."
            );
        }

        if (position == _processed)
            return;
        _pass!.Read(0);
        _pass.Process(1);
        _processed = position;
    }
}
