namespace Microsoft.ML.Data;

/// <summary>The rows of another view that pass a test, which may read columns that the reader did not ask for.</summary>
internal abstract class FilteredView(IDataView source) : IDataView, ISplittingView
{
    protected IDataView Source { get; } = source;

    public virtual bool CanShuffle => Source.CanShuffle;

    public DataViewSchema Schema => Source.Schema;

    public virtual long? GetRowCount() => null;

    /// <summary>The columns that the test reads.</summary>
    protected abstract IEnumerable<int> Tested { get; }

    /// <summary>A test of the row on which the input stands, new for each cursor.</summary>
    protected abstract Func<bool> MakeTest(DataViewRow input);

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        Random passed = CanShuffle ? rand : null;
        return WorkerCursor.Open(this, columnsNeeded, passed, () =>
        {
            bool[] active = Schema.Flags(columnsNeeded);
            return MakeCursor(Source.GetRowCursor(InputsOf(active), passed), active);
        });
    }

    public DataViewRowCursor GetSplitCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand, out bool isSplit)
    {
        bool[] active = Schema.Flags(columnsNeeded);
        return MakeCursor(WorkerCursor.OpenSource(Source, InputsOf(active), rand, out isSplit), active);
    }

    private IEnumerable<DataViewSchema.Column> InputsOf(bool[] active)
    {
        var needed = (bool[])active.Clone();
        foreach (int column in Tested)
            needed[column] = true;
        return Schema.Where(needed);
    }

    private Cursor MakeCursor(DataViewRowCursor input, bool[] active) => new(input, active, MakeTest(input));

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
        => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(DataViewRowCursor input, bool[] active, Func<bool> test) : WrappingCursor(input)
    {
        private long _position = -1;

        public override long Position => _position;

        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

        public override bool MoveNext()
        {
            while (Input.MoveNext())
            {
                if (!test())
                    continue;
                _position++;
                return true;
            }
            _position = -1;
            Dispose();
            return false;
        }
    }
}
