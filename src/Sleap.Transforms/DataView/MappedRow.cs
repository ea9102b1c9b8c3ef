using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// A row that follows its input row: other columns are the input's own, outputs are computed when first asked for at a
/// position, in slot 0. Disposes the input row.
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
