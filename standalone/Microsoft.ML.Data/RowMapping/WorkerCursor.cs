using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>
/// A view that the original reads with several threads: one takes rows out of the source, others map them, and one puts them in order again.
/// </summary>
internal interface ISplittingView
{
    /// <summary>The cursor before its rows are put together again; <paramref name="isSplit"/> says whether they were taken apart.</summary>
    DataViewRowCursor GetSplitCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand, out bool isSplit);
}

/// <summary>
/// What a reader sees of such a thread, without the thread: all active columns of a row are computed when the cursor moves to it, whether
/// their getters are called or not, and a failure comes out of MoveNext, wrapped.
/// </summary>
internal sealed class WorkerCursor : WrappingCursor
{
    private readonly Dictionary<int, StoredColumn> _columns;
    private readonly StoredColumn _ids;
    private long _position = -1;

    private WorkerCursor(DataViewRowCursor input) : base(input)
    {
        _columns = Schema.Where(c => input.IsColumnActive(c)).ToDictionary(c => c.Index, c => StoredColumn.Create(input, c));
        _ids = StoredColumn.OfIds(input);
    }

    public override long Position => _position;

    /// <summary>The cursor of a view as its reader gets it.</summary>
    public static DataViewRowCursor Open(ISplittingView view, IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand, Func<DataViewRowCursor> plain)
    {
        DataViewSchema.Column[] needed = columnsNeeded.ToArray();
        if (!needed.All(c => StoredColumn.CanStore(c.Type)))
            return plain();
        DataViewRowCursor cursor = view.GetSplitCursor(needed, rand, out bool isSplit);
        return isSplit ? new WorkerCursor(cursor) : cursor;
    }

    public static DataViewRowCursor OpenSource(IDataView source, IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand, out bool isSplit)
    {
        if (source is ISplittingView splitting)
            return splitting.GetSplitCursor(columnsNeeded, rand, out isSplit);
        isSplit = false;
        // A view is asked for several cursors, one for each thread. More than one would have to be put in order by their batches: then one is enough.
        DataViewSchema.Column[] needed = columnsNeeded.ToArray();
        DataViewRowCursor[] cursors = source.GetRowCursorSet(needed, Math.Max(2, Environment.ProcessorCount - 1), rand);
        if (cursors.Length == 1)
            return cursors[0];
        Array.ForEach(cursors, cursor => cursor.Dispose());
        return source.GetRowCursor(needed, rand);
    }

    /// <summary>Takes the rows apart, unless a column can't be copied.</summary>
    public static DataViewRowCursor Split(DataViewRowCursor input, ref bool isSplit)
    {
        if (isSplit || !input.Schema.Where(c => input.IsColumnActive(c)).All(c => StoredColumn.CanStore(c.Type)))
            return input;
        isSplit = true;
        return new WorkerCursor(input);
    }

    public override bool MoveNext()
    {
        try
        {
            if (!Input.MoveNext())
            {
                _position = -1;
                Dispose();
                return false;
            }
            _ids.Store(0);
            foreach (StoredColumn column in _columns.Values)
                column.Store(0);
        }
        catch (Exception ex)
        {
            throw Contracts.Except("Splitter/consolidator worker encountered exception while consuming source data", ex);
        }
        _position++;
        return true;
    }

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        Contracts.CheckParam(_columns.ContainsKey(column.Index), nameof(column), "requested column not active");
        Delegate getter = _columns[column.Index].MakeGetter(() => 0);
        return getter as ValueGetter<TValue> ?? throw Contracts.Except(
            $"Invalid TValue: '{typeof(TValue)}', expected type: '{getter.GetType().GetGenericArguments()[0]}'.");
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ValueGetter<DataViewRowId>)_ids.MakeGetter(() => 0);
}
