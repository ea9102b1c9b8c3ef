using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>
/// Gives the rows of one batch while the next one is read on another thread: of two banks, each with a pass and with
/// the columns passed through, one is read into and one is computed and given. Rows come in the input's order. At most
/// one batch is read ahead of the one that is given.
/// </summary>
internal sealed class ReadAheadCursor : DataViewRowCursor
{
    private readonly MapperBinding _binding;
    private readonly DataViewRowCursor _input;
    private readonly bool[] _active;
    private readonly RowBank[] _banks;
    private readonly Action _onEnd;
    private Task? _reading;
    private int _current;
    private int _row;
    private long _position = -1;
    private bool _ended;
    private bool _disposed;

    /// <param name="binding">The mapper with its schemas.</param>
    /// <param name="mapper">The same mapper.</param>
    /// <param name="input">The rows; disposed with this cursor.</param>
    /// <param name="active">The columns of the output that are asked for.</param>
    /// <param name="onEnd">Called once all rows were given; not when the cursor is disposed before, or when reading
    /// fails.</param>
    public ReadAheadCursor(
        MapperBinding binding,
        ReadAheadMapper mapper,
        DataViewRowCursor input,
        bool[] active,
        Action onEnd
    )
    {
        (_binding, _input, _active, _onEnd) = (binding, input, active, onEnd);
        var passes = mapper.Begin(input, binding.ActiveOutputs(active), 2);
        _banks = [.. passes.Select(pass => new RowBank(pass, binding, input, active, mapper.BatchSize))];
    }

    public override DataViewSchema Schema => _binding.OutputSchema;

    public override long Position => _position;

    public override long Batch => _banks[_current].Batches[_row];

    public override bool MoveNext()
    {
        if (_disposed || _ended)
            return false;
        if (_position >= 0 && _row + 1 < _banks[_current].Count)
        {
            _row++;
        }
        else if (!MoveToNextBatch())
        {
            _ended = true;
            _position = -1;
            _onEnd();
            return false;
        }
        _position++;
        return true;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[_binding.Index(column)];

    public override ValueGetter<DataViewRowId> GetIdGetter() =>
        (ref DataViewRowId value) =>
        {
            var row = Current();
            value = _banks[_current].Ids[row];
        };

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        _binding.CheckGetter<TValue>(column, _active);
        ValueGetter<TValue>[] getters =
        [
            .. _banks.Select(bank =>
                (ValueGetter<TValue>)bank.CreateGetter(column, _binding.InputSchema.Count, Current)
            ),
        ];
        return (ref TValue value) => getters[_current](ref value);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _position = -1;
            // The reader does not throw; what it met stays in its bank, and nobody will ask for it.
            _reading?.Wait();
            foreach (var bank in _banks)
                bank.Dispose();
            _input.Dispose();
        }
        base.Dispose(disposing);
    }

    private int Current() =>
        _position >= 0
            ? _row
            : throw new InvalidOperationException(
                "There is no current row: the cursor was not moved to one, or it is at its end."
            );

    private bool MoveToNextBatch()
    {
        var next = _position < 0 ? 0 : 1 - _current;
        var bank = _banks[next];
        if (_position >= 0 && _reading is null)
        {
            // Reading ended with the batch before, well or not; what stopped it is thrown once the rows before it are
            // given.
            _banks[_current].ThrowFault();
            return false;
        }
        if (_reading is null)
            bank.Fill(_input);
        else
            _reading.Wait();
        _reading = null;
        if (bank.Count == 0)
        {
            bank.ThrowFault();
            return false;
        }
        if (!bank.IsLast)
            _reading = Task.Run(() => _banks[1 - next].Fill(_input));
        bank.Pass.Process(bank.Count);
        (_current, _row) = (next, 0);
        return true;
    }
}
