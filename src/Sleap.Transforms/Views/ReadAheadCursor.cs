using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>
/// Returns the rows of one batch while the next one is read on another thread. There are two banks, each with a pass
/// and with the columns passed through: one is read into while the other is computed and its rows are returned. Rows
/// keep the input's order. At most one batch is read ahead.
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
    /// <param name="active">The columns of the output that are active.</param>
    /// <param name="onEnd">Called after the last row; not when the cursor is disposed before, or when reading
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
            // The reader does not throw; its exception stays in its bank, where nobody will ask for it.
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
            // Reading ended with the batch before. If an exception ended it, it is thrown here, after the rows before
            // it.
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

/// <summary>
/// A mapper whose batches do not depend on each other, so that the next batch can be read (frames are decoded and
/// resampled) on another thread while this one is computed.
/// </summary>
internal abstract class ReadAheadMapper : PoseMapper
{
    public sealed override int LookAhead => 0;

    public sealed override bool NeedsEveryRow => false;

    public sealed override PosePass Begin(DataViewRow input, IReadOnlyList<bool> activeOutputs) =>
        Begin(input, activeOutputs, 1)[0];

    /// <summary>
    /// Passes over the same rows that alternate: each reads a batch and processes it while another one reads.
    /// <see cref="PosePass.Read"/> is called on one thread at a time, <see cref="PosePass.Process"/> on one thread at a
    /// time, and never both at the same time on the same pass.
    /// </summary>
    /// <param name="input">The rows, as for <see cref="PoseMapper.Begin"/>.</param>
    /// <param name="activeOutputs">Which outputs will be asked for.</param>
    /// <param name="count">How many passes.</param>
    public abstract PosePass[] Begin(DataViewRow input, IReadOnlyList<bool> activeOutputs, int count);

    /// <summary>
    /// Called when a cursor of a view has computed the outputs of all rows. May be called on several threads at once.
    /// </summary>
    /// <param name="count">How many cursors of this view have done so.</param>
    public virtual void OnPassEnded(int count) { }
}

/// <summary>A batch of rows: the pass that computes it, and copies of the columns that are passed through.</summary>
internal sealed class RowBank : IDisposable
{
    private readonly SlotBuffer?[] _passedThrough;
    private readonly ValueGetter<DataViewRowId> _inputId;
    private ExceptionDispatchInfo? _fault;

    public RowBank(PosePass pass, MapperBinding binding, DataViewRowCursor input, bool[] active, int size)
    {
        Pass = pass;
        _passedThrough = new SlotBuffer?[binding.InputSchema.Count];
        for (var column = 0; column < _passedThrough.Length; column++)
        {
            if (active[column])
                _passedThrough[column] = SlotBuffer.Create(input, binding.InputSchema[column], size);
        }

        _inputId = input.GetIdGetter();
        Ids = new DataViewRowId[size];
        Batches = new long[size];
    }

    public PosePass Pass { get; }

    /// <summary>Number of rows in the bank.</summary>
    public int Count { get; private set; }

    /// <summary>Whether these are the last rows.</summary>
    public bool IsLast { get; private set; }

    public DataViewRowId[] Ids { get; }

    public long[] Batches { get; }

    /// <summary>
    /// Reads rows until the bank is full or there are no more. Does not throw: rows before an exception are still
    /// valid.
    /// </summary>
    public void Fill(DataViewRowCursor input)
    {
        Count = 0;
        try
        {
            while (Count < Ids.Length && !IsLast)
            {
                if (input.MoveNext())
                    Read(input);
                else
                    IsLast = true;
            }
        }
        catch (Exception fault)
        {
            _fault = ExceptionDispatchInfo.Capture(fault);
            IsLast = true;
        }
    }

    /// <summary>Throws the exception that ended the reading, if there is one.</summary>
    public void ThrowFault() => _fault?.Throw();

    /// <summary>A getter of the column's raw type, for the slot that is returned at the time of the call.</summary>
    public Delegate CreateGetter(DataViewSchema.Column column, int inputs, Func<int> slot) =>
        column.Index < inputs
            ? _passedThrough[column.Index]!.CreateGetter(slot)
            : Pass.CreateGetter(column.Index - inputs, slot);

    public void Dispose()
    {
        Pass.Dispose();
        foreach (var buffer in _passedThrough)
            buffer?.Dispose();
    }

    private void Read(DataViewRowCursor input)
    {
        _inputId(ref Ids[Count]);
        Batches[Count] = input.Batch;
        foreach (var buffer in _passedThrough)
            buffer?.Read(Count);
        Pass.Read(Count);
        Count++;
    }
}
