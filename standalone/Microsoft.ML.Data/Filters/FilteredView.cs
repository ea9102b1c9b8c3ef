namespace Microsoft.ML.Data;

/// <summary>The rows of another view that pass a test, which may read columns that the reader did not ask for.</summary>
internal abstract class FilteredView(IDataView source) : IDataView
{
    protected IDataView Source { get; } = source;

    public virtual bool CanShuffle => Source.CanShuffle;

    public DataViewSchema Schema => Source.Schema;

    public virtual long? GetRowCount() => null;

    /// <summary>The columns that the test reads.</summary>
    protected abstract IEnumerable<int> Tested { get; }

    /// <summary>A test of the row on which the input stands, new for each cursor.</summary>
    protected abstract Func<bool> MakeTest(DataViewRow input);

    /// <summary>False where the order of rows is the sense of the filter.</summary>
    protected virtual bool PassesRandomness => true;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        bool[] active = Schema.Flags(columnsNeeded);
        var needed = (bool[])active.Clone();
        foreach (int column in Tested)
            needed[column] = true;
        DataViewRowCursor input = Source.GetRowCursor(Schema.Where(needed), PassesRandomness ? rand : null);
        return new Cursor(input, active, MakeTest(input));
    }

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
