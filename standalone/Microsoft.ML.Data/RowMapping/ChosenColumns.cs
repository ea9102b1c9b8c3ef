namespace Microsoft.ML.Data;

/// <summary>Some of the input's columns, in an order of choice.</summary>
internal sealed class ChosenColumns : IRowToRowMapper
{
    private readonly int[] _sources;

    public ChosenColumns(DataViewSchema input, IEnumerable<int> sources)
    {
        InputSchema = input;
        _sources = sources.ToArray();
        OutputSchema = _sources.Select(i => new DataViewSchema.DetachedColumn(input[i])).ToSchema();
    }

    public DataViewSchema InputSchema { get; }
    public DataViewSchema OutputSchema { get; }

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        bool[] active = OutputSchema.Flags(dependingColumns);
        return InputSchema.Where(InputsOf(active));
    }

    private bool[] InputsOf(bool[] active)
    {
        var inputs = new bool[InputSchema.Count];
        for (int i = 0; i < active.Length; i++)
            inputs[_sources[i]] |= active[i];
        return inputs;
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) => new ChosenRow(this, input);

    public DataViewRowCursor GetCursor(IDataView source, IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand)
    {
        bool[] active = OutputSchema.Flags(columnsNeeded);
        return new ChosenCursor(this, source.GetRowCursor(InputSchema.Where(InputsOf(active)), rand), active);
    }

    public DataViewRowCursor GetSplitCursor(IDataView source, IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand, out bool isSplit)
    {
        bool[] active = OutputSchema.Flags(columnsNeeded);
        return new ChosenCursor(this, WorkerCursor.OpenSource(source, InputSchema.Where(InputsOf(active)), rand, out isSplit), active);
    }

    private sealed class ChosenRow(ChosenColumns choice, DataViewRow input) : WrappingRow(input)
    {
        public override DataViewSchema Schema => choice.OutputSchema;

        public override bool IsColumnActive(DataViewSchema.Column column) => Input.IsColumnActive(choice.InputSchema[choice._sources[column.Index]]);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
            => Input.GetGetter<TValue>(Input.Schema[choice._sources[column.Index]]);
    }

    private sealed class ChosenCursor(ChosenColumns choice, DataViewRowCursor input, bool[] active) : WrappingCursor(input)
    {
        public override DataViewSchema Schema => choice.OutputSchema;

        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
            => Input.GetGetter<TValue>(Input.Schema[choice._sources[column.Index]]);
    }
}

internal sealed class ChosenColumnsView(IDataView source, ChosenColumns choice) : IDataView, ISplittingView
{
    public ChosenColumnsView(IDataView source, Func<DataViewSchema.Column, bool> keep)
        : this(source, new ChosenColumns(source.Schema, source.Schema.Where(c => keep(c)).Select(c => c.Index)))
    {
    }

    public bool CanShuffle => source.CanShuffle;
    public DataViewSchema Schema => choice.OutputSchema;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
        => choice.GetCursor(source, columnsNeeded, rand);

    public DataViewRowCursor GetSplitCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand, out bool isSplit)
        => choice.GetSplitCursor(source, columnsNeeded, rand, out isSplit);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
        => [GetRowCursor(columnsNeeded, rand)];
}
