namespace Microsoft.ML.Data;

/// <summary>So many rows after so many others. The input is read no further than that.</summary>
internal sealed class SkipTakeView(IDataView source, long skip, long take) : IDataView
{
    public bool CanShuffle => false;
    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => source.GetRowCount() is long count ? Math.Min(Math.Max(0, count - skip), take) : null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
        => new Cursor(source.GetRowCursor(columnsNeeded), skip, take);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
        => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(DataViewRowCursor input, long skip, long take) : WrappingCursor(input)
    {
        private long _taken;
        private bool _started;
        private bool _ended;

        public override long Position => _ended ? -1 : _taken - 1;
        public override long Batch => 0;

        public override bool MoveNext()
        {
            if (_ended)
                return false;
            if (_taken < take && SkipOnce() && Input.MoveNext())
            {
                _taken++;
                return true;
            }
            _ended = true;
            Dispose();
            return false;
        }

        private bool SkipOnce()
        {
            if (_started)
                return true;
            _started = true;
            for (long i = 0; i < skip; i++)
            {
                if (!Input.MoveNext())
                    return false;
            }
            return true;
        }
    }
}
