using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A column that a transform makes: what it is, which input columns it reads, and how its getter is made over a row.</summary>
internal sealed record MappedColumn(string Name, DataViewType Type, DataViewSchema.Annotations Annotations, int[] Inputs,
    Func<DataViewRow, Delegate> MakeGetter)
{
    /// <summary>
    /// Instead of <see cref="MakeGetter"/> where a getter holds what it gave last, such as an image: what to do with that
    /// when the row or cursor is disposed.
    /// </summary>
    public Func<DataViewRow, (Delegate Getter, Action End)> MakeHoldingGetter { get; init; }
}

/// <summary>
/// The input's columns with the made ones among them: behind the column of the same name, which they hide, else at the end.
/// </summary>
internal sealed class RowMapping : IRowToRowMapper
{
    private readonly IReadOnlyList<MappedColumn> _made;

    /// <summary>For each output column the input column it is, or the complement of the made column's place.</summary>
    private readonly int[] _sources;

    public RowMapping(DataViewSchema input, IReadOnlyList<MappedColumn> made)
    {
        InputSchema = input;
        _made = made;
        var columns = input.Select(c => (Detached: new DataViewSchema.DetachedColumn(c), Source: c.Index)).ToList();
        for (int i = 0; i < made.Count; i++)
        {
            int hidden = columns.FindLastIndex(c => c.Detached.Name == made[i].Name);
            columns.Insert(hidden < 0 ? columns.Count : hidden + 1,
                (new DataViewSchema.DetachedColumn(made[i].Name, made[i].Type, made[i].Annotations), ~i));
        }
        _sources = columns.Select(c => c.Source).ToArray();
        OutputSchema = columns.Select(c => c.Detached).ToSchema();
    }

    public DataViewSchema InputSchema { get; }
    public DataViewSchema OutputSchema { get; }

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
        => InputSchema.Where(InputsOf(OutputSchema.Flags(dependingColumns)));

    private bool[] InputsOf(bool[] active)
    {
        var inputs = new bool[InputSchema.Count];
        for (int i = 0; i < active.Length; i++)
        {
            if (!active[i])
                continue;
            if (_sources[i] >= 0)
            {
                inputs[_sources[i]] = true;
                continue;
            }
            foreach (int input in _made[~_sources[i]].Inputs)
                inputs[input] = true;
        }
        return inputs;
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        Contracts.CheckValue(input, nameof(input));
        Contracts.CheckValue(activeColumns, nameof(activeColumns));
        Contracts.Check(input.Schema == InputSchema, "Schema of input row must be the same as the schema the mapper is bound to");
        (Delegate[] getters, Action end) = MakeGetters(input, OutputSchema.Flags(activeColumns));
        return new MappedRow(this, input, getters, end);
    }

    public DataViewRowCursor GetCursor(IDataView source, IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand)
    {
        bool[] active = OutputSchema.Flags(columnsNeeded);
        return MakeCursor(source.GetRowCursor(InputSchema.Where(InputsOf(active)), rand), active);
    }

    /// <summary>The cursor over rows that are taken apart where one of the made columns is asked for.</summary>
    public DataViewRowCursor GetSplitCursor(IDataView source, IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand, out bool isSplit)
    {
        bool[] active = OutputSchema.Flags(columnsNeeded);
        DataViewRowCursor input = WorkerCursor.OpenSource(source, InputSchema.Where(InputsOf(active)), rand, out isSplit);
        if (active.Where((isActive, i) => isActive && _sources[i] < 0).Any())
            input = WorkerCursor.Split(input, ref isSplit);
        return MakeCursor(input, active);
    }

    private MappedCursor MakeCursor(DataViewRowCursor input, bool[] active)
    {
        (Delegate[] getters, Action end) = MakeGetters(input, active);
        return new MappedCursor(this, input, active, getters, end);
    }

    private (Delegate[] Getters, Action End) MakeGetters(DataViewRow input, bool[] active)
    {
        var getters = new Delegate[_made.Count];
        Action ends = null;
        for (int i = 0; i < active.Length; i++)
        {
            if (!active[i] || _sources[i] >= 0)
                continue;
            MappedColumn made = _made[~_sources[i]];
            (getters[~_sources[i]], Action end) = made.MakeHoldingGetter?.Invoke(input) ?? (made.MakeGetter(input), null);
            ends += end;
        }
        return (getters, ends);
    }

    private sealed class MappedRow(RowMapping mapping, DataViewRow input, Delegate[] getters, Action end) : WrappingRow(input, end)
    {
        public override DataViewSchema Schema => mapping.OutputSchema;

        public override bool IsColumnActive(DataViewSchema.Column column)
        {
            int source = mapping._sources[column.Index];
            return source >= 0 ? Input.IsColumnActive(mapping.InputSchema[source]) : getters[~source] != null;
        }

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            int source = mapping._sources[column.Index];
            if (source >= 0)
                return Input.GetGetter<TValue>(mapping.InputSchema[source]);
            Contracts.Check(getters[~source] != null, $"Column '{column.Name}' is not active in this row");
            return Getters.As<TValue>(getters[~source]);
        }
    }

    private sealed class MappedCursor(RowMapping mapping, DataViewRowCursor input, bool[] active, Delegate[] getters, Action end) : WrappingCursor(input, end)
    {
        public override DataViewSchema Schema => mapping.OutputSchema;

        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Contracts.Check(active[column.Index], $"Column '{column.Name}' is not active in this cursor");
            int source = mapping._sources[column.Index];
            return source >= 0 ? Input.GetGetter<TValue>(mapping.InputSchema[source]) : Getters.As<TValue>(getters[~source]);
        }
    }
}

/// <summary>A view mapped row by row, lazily. One whose columns depend on the rows' places can't be read in another order.</summary>
internal sealed class MappedView(IDataView source, RowMapping mapping, bool keepsOrder = false) : IDataView, ISplittingView
{
    public bool CanShuffle => !keepsOrder && source.CanShuffle;
    public DataViewSchema Schema => mapping.OutputSchema;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        Random passed = CanShuffle ? rand : null;
        DataViewRowCursor Plain() => mapping.GetCursor(source, columnsNeeded, passed);
        return keepsOrder ? Plain() : WorkerCursor.Open(this, columnsNeeded, passed, Plain);
    }

    public DataViewRowCursor GetSplitCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand, out bool isSplit)
    {
        isSplit = false;
        return keepsOrder ? mapping.GetCursor(source, columnsNeeded, null) : mapping.GetSplitCursor(source, columnsNeeded, rand, out isSplit);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null)
        => [GetRowCursor(columnsNeeded, rand)];
}
