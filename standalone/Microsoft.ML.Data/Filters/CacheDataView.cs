using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>
/// Keeps each column in memory once a cursor has asked for it. Columns that can't be copied (images, custom types) are left out without a word.
/// </summary>
internal sealed class CacheDataView : IDataView
{
    private readonly IDataView _input;
    private readonly Lock _lock = new();
    private readonly Dictionary<int, StoredColumn> _stored = [];
    private int? _rowCount;

    public CacheDataView(IHostEnvironment env, IDataView input, IReadOnlyCollection<string> prefetch)
    {
        IHost host = env.Register("Cache");
        foreach (string name in prefetch)
        {
            DataViewSchema.Column column = input.Schema.GetColumnOrNull(name)
                ?? throw env.ExceptSchemaMismatch("columnsToPrefetch", "prefetch", name);
            host.Check(StoredColumn.CanStore(column.Type),
                $"Asked to prefetch column '{name}' into cache, but it is of unhandled type '{column.Type}'");
        }
        bool keepsAll = input.Schema.All(c => StoredColumn.CanStore(c.Type));
        _input = keepsAll ? input : new ChosenColumnsView(input, c => StoredColumn.CanStore(c.Type));
        if (prefetch.Count > 0)
            Fill(Schema.Where(c => prefetch.Contains(c.Name) && !c.IsHidden).ToArray());
    }

    public bool CanShuffle => true;
    public DataViewSchema Schema => _input.Schema;

    public long? GetRowCount() => _rowCount ?? _input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
        => new Cursor(this, Schema.Flags(columnsNeeded), rand);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
        => [GetRowCursor(columnsNeeded, rand)];

    /// <summary>Reads the columns that are not there yet, in one pass over the input; returns the number of rows.</summary>
    private int Fill(IReadOnlyCollection<DataViewSchema.Column> columns)
    {
        lock (_lock)
        {
            DataViewSchema.Column[] missing = columns.Where(c => !_stored.ContainsKey(c.Index)).ToArray();
            if (missing.Length == 0 && _rowCount is int known)
                return known;
            using DataViewRowCursor cursor = _input.GetRowCursor(missing);
            StoredColumn[] filled = missing.Select(c => StoredColumn.Create(cursor, c)).ToArray();
            int rows = 0;
            for (; cursor.MoveNext(); rows++)
            {
                foreach (StoredColumn column in filled)
                    column.Store(rows);
            }
            for (int i = 0; i < missing.Length; i++)
                _stored.Add(missing[i].Index, filled[i]);
            _rowCount = rows;
            return rows;
        }
    }

    private sealed class Cursor : DataViewRowCursor
    {
        private readonly CacheDataView _view;
        private readonly bool[] _active;
        private readonly Random _rand;
        private int[] _order;
        private int _rows = -1;
        private int _position = -1;

        public Cursor(CacheDataView view, bool[] active, Random rand)
        {
            _view = view;
            _active = active;
            _rand = rand;
        }

        public override DataViewSchema Schema => _view.Schema;
        public override long Position => _position;
        public override long Batch => 0;

        private int Slot => _order == null ? _position : _order[_position];

        public override bool MoveNext()
        {
            Prepare();
            if (_position >= _rows - 1)
            {
                _rows = 0;
                _position = -1;
                return false;
            }
            _position++;
            return true;
        }

        private void Prepare()
        {
            if (_rows >= 0)
                return;
            try
            {
                _rows = _view.Fill(Schema.Where(_active).ToArray());
            }
            catch (Exception ex)
            {
                throw Contracts.Except("Event we were waiting on was subject to an exception", ex);
            }
            if (_rand != null)
                _order = RandomOrder.Of(_rows, _rand);
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Contracts.Check(IsColumnActive(column), $"Column '{column.Name}' is not active in this cursor");
            if (column.Type.RawType != typeof(TValue))
                throw Contracts.Except($"Invalid TValue in GetGetter: '{typeof(TValue)}', expected type: '{column.Type.RawType}'.");
            ValueGetter<TValue> stored = null;
            return (ref TValue value) =>
            {
                stored ??= Getters.As<TValue>(_view._stored[column.Index].MakeGetter(CurrentSlot));
                stored(ref value);
            };
        }

        public override ValueGetter<DataViewRowId> GetIdGetter()
            => (ref DataViewRowId id) => id = new DataViewRowId((ulong)CurrentSlot(), 0);

        private int CurrentSlot()
        {
            Contracts.Check(_position >= 0, "Values can only be fetched when the cursor is on a row");
            return Slot;
        }
    }
}
