using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>
/// Rows drawn at random from a pool that the input refills: complete only where the pool holds all rows.
/// Columns that can't be copied (images, custom types) are left out without a word.
/// </summary>
internal sealed class ShuffledView : IDataView
{
    private readonly IDataView _input;
    private readonly int _poolRows;
    private readonly bool _shuffleSource;
    private readonly int _seed;

    public ShuffledView(IHostEnvironment env, IDataView input, int? seed, int poolRows, bool shuffleSource)
    {
        IHost host = env.Register("RowShufflingTransformer");
        _poolRows = poolRows;
        _shuffleSource = shuffleSource;
        _seed = seed ?? ((TauswortheHybrid)host.Rand).NextSigned();
        bool keepsAll = input.Schema.All(c => StoredColumn.CanStore(c.Type));
        _input = keepsAll ? input : new ChosenColumnsView(input, c => StoredColumn.CanStore(c.Type));
    }

    public bool CanShuffle => true;
    public DataViewSchema Schema => _input.Schema;

    public long? GetRowCount() => _input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        Random mine = rand ?? TauswortheHybrid.Create((int?)_seed);
        // Draws from the numbers even where the input can't be shuffled.
        Random source = _shuffleSource ? TauswortheHybrid.Create(mine) : null;
        DataViewRowCursor input = _input.GetRowCursor(columnsNeeded, source);
        return _poolRows == 1 ? input : new Cursor(input, _poolRows, mine);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
        => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : WrappingCursor
    {
        private readonly Random _rand;
        private readonly Dictionary<int, StoredColumn> _columns;
        private readonly StoredColumn _ids;

        /// <summary>Slots of the pool in the order of the input, the next to give out at the front.</summary>
        private readonly RowPool _pool;
        private bool _inputEnded;
        private int _current = -1;
        private long _position = -1;

        public Cursor(DataViewRowCursor input, int poolRows, Random rand) : base(input)
        {
            _rand = rand;
            _pool = new RowPool(poolRows);
            _columns = Schema.Where(c => input.IsColumnActive(c)).ToDictionary(c => c.Index, c => StoredColumn.Create(input, c));
            _ids = StoredColumn.OfIds(input);
        }

        public override long Position => _position;
        public override long Batch => 0;

        public override bool MoveNext()
        {
            if (_current >= 0)
                _pool.Free(_current);
            try
            {
                FillPool();
            }
            catch (Exception ex)
            {
                throw Contracts.Except("Shuffle input cursor reader failed with an exception", ex);
            }
            if (_pool.Count == 0)
            {
                _current = -1;
                _position = -1;
                Dispose();
                return false;
            }
            _current = _pool.Take(_rand.Next(_pool.Count));
            _position++;
            return true;
        }

        private void FillPool()
        {
            while (!_inputEnded && _pool.HasRoom)
            {
                if (!Input.MoveNext())
                {
                    _inputEnded = true;
                    return;
                }
                int slot = _pool.Add();
                _ids.Store(slot);
                foreach (StoredColumn column in _columns.Values)
                    column.Store(slot);
            }
        }

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Contracts.CheckParam(_columns.ContainsKey(column.Index), nameof(column), "requested column not active");
            return Getters.As<TValue>(_columns[column.Index].MakeGetter(() => _current));
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ValueGetter<DataViewRowId>)_ids.MakeGetter(() => _current);
    }

    /// <summary>A ring of slots: rows come in at the back, and the drawn one changes places with the front.</summary>
    private sealed class RowPool
    {
        private readonly int[] _order;
        private readonly Stack<int> _free;
        private int _front;

        public RowPool(int size)
        {
            _order = new int[size];
            _free = new Stack<int>(Enumerable.Range(0, size + 1).Reverse());
        }

        public int Count { get; private set; }

        public bool HasRoom => Count < _order.Length;

        public int Add()
        {
            int slot = _free.Pop();
            _order[(_front + Count) % _order.Length] = slot;
            Count++;
            return slot;
        }

        public int Take(int index)
        {
            int place = (_front + index) % _order.Length;
            int slot = _order[place];
            _order[place] = _order[_front];
            _front = (_front + 1) % _order.Length;
            Count--;
            return slot;
        }

        public void Free(int slot) => _free.Push(slot);
    }
}
