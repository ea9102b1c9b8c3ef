using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Objects as rows. Each cursor enumerates the objects once, from the start.</summary>
internal sealed class EnumerableDataView<TRow> : IDataView where TRow : class
{
    private readonly IHost _host;
    private readonly IEnumerable<TRow> _rows;
    private readonly RowLayout _layout;

    public EnumerableDataView(IHostEnvironment env, IEnumerable<TRow> rows, SchemaDefinition definition)
    {
        _host = env.Register("StreamingDataView");
        _rows = rows;
        _layout = RowLayout.Create(typeof(TRow), definition, SchemaDefinition.Direction.Read);
        Schema = _layout.ToSchema();
    }

    public bool CanShuffle => false;
    public DataViewSchema Schema { get; }

    public long? GetRowCount() => (_rows as ICollection<TRow>)?.Count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
        => new Cursor(this, Schema.Flags(columnsNeeded));

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
        => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : DataViewRowCursor
    {
        private readonly IChannel _channel;
        private readonly ObjectRow<TRow> _row;
        private readonly IEnumerator<TRow> _rows;
        private bool _disposed;

        public Cursor(EnumerableDataView<TRow> view, bool[] active)
        {
            _channel = view._host.Start("Cursor");
            _row = new ObjectRow<TRow>(view._layout, view.Schema, active);
            _rows = view._rows.GetEnumerator();
        }

        public override long Position => _disposed ? -1 : _row.Position;
        public override long Batch => 0;
        public override DataViewSchema Schema => _row.Schema;

        public override bool MoveNext()
        {
            if (_disposed)
                return false;
            if (!_rows.MoveNext())
            {
                Dispose();
                return false;
            }
            _channel.Check(_rows.Current != null, "Encountered null when iterating over data, this is not supported.");
            _row.Show(_rows.Current);
            return true;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => _row.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => _row.GetGetter<TValue>(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => _row.GetIdGetter();

        protected override void Dispose(bool disposing)
        {
            if (_disposed)
                return;
            _disposed = true;
            if (!disposing)
                return;
            _rows.Dispose();
            _channel.Dispose();
        }
    }
}
