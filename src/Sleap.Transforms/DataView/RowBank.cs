using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

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

    /// <summary>Rows that it holds.</summary>
    public int Count { get; private set; }

    /// <summary>Whether no rows come after these.</summary>
    public bool IsLast { get; private set; }

    public DataViewRowId[] Ids { get; }

    public long[] Batches { get; }

    /// <summary>
    /// Reads rows until it is full or there are none. Does not throw: rows before a fault are still good.
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

    /// <summary>Throws what ended the reading, if it did not end well.</summary>
    public void ThrowFault() => _fault?.Throw();

    /// <summary>A getter of the column's raw type, for the slot that is told at the time of the call.</summary>
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
