using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>
/// Reads a batch of rows (and the mapper's look-ahead), processes the batch, and then returns its rows one by one.
/// Columns passed through are copied into slots when they are read, because the input has moved on when they are asked
/// for.
/// </summary>
internal sealed class BatchCursor : DataViewRowCursor
{
    private readonly MapperBinding _binding;
    private readonly DataViewRowCursor _input;
    private readonly bool[] _active;
    private readonly PosePass _pass;
    private readonly SlotBuffer?[] _passedThrough;
    private readonly ValueGetter<DataViewRowId> _inputId;
    private readonly DataViewRowId[] _ids;
    private readonly long[] _batches;
    private readonly int _slots;
    private int _head;
    private int _filled;
    private int _ready;
    private long _position = -1;
    private bool _started;
    private bool _inputEnded;
    private bool _disposed;

    public BatchCursor(MapperBinding binding, DataViewRowCursor input, bool[] active)
    {
        _binding = binding;
        _input = input;
        _active = active;
        _slots = binding.Mapper.SlotCount;
        _pass = binding.Mapper.Begin(input, binding.ActiveOutputs(active));
        _passedThrough = new SlotBuffer?[binding.InputSchema.Count];
        for (var column = 0; column < _passedThrough.Length; column++)
        {
            if (active[column] && _slots > 1)
                _passedThrough[column] = SlotBuffer.Create(input, binding.InputSchema[column], _slots);
        }

        _inputId = input.GetIdGetter();
        _ids = new DataViewRowId[_slots];
        _batches = new long[_slots];
    }

    public override DataViewSchema Schema => _binding.OutputSchema;

    public override long Position => _position;

    public override long Batch => _batches[_head];

    public override bool MoveNext()
    {
        if (_disposed || (_started && _position < 0))
            return false;
        if (_started)
            Advance();
        _started = true;
        if (_ready == 0 && !ProcessNextBatch())
        {
            _position = -1;
            return false;
        }
        _position++;
        return true;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[_binding.Index(column)];

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = _ids[Current()];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        _binding.CheckGetter<TValue>(column, _active);
        var output = column.Index - _binding.InputSchema.Count;
        if (output >= 0)
            return (ValueGetter<TValue>)_pass.CreateGetter(output, Current);
        // With a single slot the input is at the same row, and nothing was copied.
        return _passedThrough[column.Index] is { } buffer
            ? (ValueGetter<TValue>)buffer.CreateGetter(Current)
            : _input.GetGetter<TValue>(_binding.InputSchema[column.Index]);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _position = -1;
            _pass.Dispose();
            foreach (var buffer in _passedThrough)
                buffer?.Dispose();
            _input.Dispose();
        }
        base.Dispose(disposing);
    }

    private int Current() =>
        _position >= 0
            ? _head
            : throw new InvalidOperationException(
                "There is no current row: the cursor was not moved to one, or it is at its end."
            );

    private void Advance()
    {
        _head = (_head + 1) % _slots;
        _filled--;
        _ready--;
        if (_filled == 0)
            _head = 0;
    }

    private bool ProcessNextBatch()
    {
        while (!_inputEnded && _filled < _slots)
        {
            if (_input.MoveNext())
                ReadRow((_head + _filled++) % _slots);
            else
                _inputEnded = true;
        }
        _ready = Math.Min(_filled, _binding.Mapper.BatchSize);
        if (_ready == 0)
            return false;
        _pass.Process(_ready);
        return true;
    }

    private void ReadRow(int slot)
    {
        _inputId(ref _ids[slot]);
        _batches[slot] = _input.Batch;
        foreach (var buffer in _passedThrough)
            buffer?.Read(slot);
        _pass.Read(slot);
    }
}
