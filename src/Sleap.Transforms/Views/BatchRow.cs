using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>
/// Holds rows until there are a batch of them and the mapper's look-ahead, processes the batch, and then returns its
/// rows one by one. Columns passed through are copied into slots when they are read, because the input has moved on
/// when they are asked for.
/// </summary>
internal sealed class BatchRow : QueuedRow
{
    private readonly PosePass _pass;
    private readonly SlotBuffer?[] _passedThrough;
    private readonly ValueGetter<DataViewRowId> _inputId;
    private readonly DataViewRowId[] _ids;
    private readonly long[] _batches;
    private readonly int _slots;
    private int _head;
    private int _filled;
    private int _ready;
    private bool _isTaken;

    public BatchRow(MapperBinding binding, DataViewRow input, bool[] active)
        : base(binding, input, active)
    {
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

    public override int Delay => _slots - 1;

    public override long Batch => _batches[_head];

    public override void Add()
    {
        var slot = (_head + _filled) % _slots;
        _inputId(ref _ids[slot]);
        _batches[slot] = Input.Batch;
        foreach (var buffer in _passedThrough)
            buffer?.Read(slot);
        _pass.Read(slot);
        _filled++;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = _ids[Current()];

    protected override bool MoveToNext()
    {
        if (_isTaken)
            Advance();
        _isTaken = _ready > 0 || ProcessBatch();
        return _isTaken;
    }

    // With a single slot the input is at the same row, and nothing was copied.
    protected override Delegate? CreateGetter(DataViewSchema.Column column) =>
        column.Index >= Binding.InputSchema.Count
            ? _pass.CreateGetter(column.Index - Binding.InputSchema.Count, Current)
            : _passedThrough[column.Index]?.CreateGetter(Current);

    protected override void DisposeRows()
    {
        _pass.Dispose();
        foreach (var buffer in _passedThrough)
            buffer?.Dispose();
    }

    private int Current()
    {
        CheckCurrent();
        return _head;
    }

    private void Advance()
    {
        _head = (_head + 1) % _slots;
        _filled--;
        _ready--;
        if (_filled == 0)
            _head = 0;
    }

    private bool ProcessBatch()
    {
        if (_filled < _slots && !IsEnded)
            return false;
        _ready = Math.Min(_filled, Binding.Mapper.BatchSize);
        if (_ready > 0)
            _pass.Process(_ready);
        return _ready > 0;
    }
}
