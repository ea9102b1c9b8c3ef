using Microsoft.ML;
using Microsoft.ML.Data;

namespace Standalone.Tests.MachineLearning;

/// <summary>A third party's transformer over the public interfaces: doubles a Single column into another.</summary>
internal sealed class Doubling(string input, string output, Action<ModelSaveContext>? save = null) : ITransformer, IDisposable
{
    public bool IsDisposed { get; private set; }

    public int RowsComputed { get; private set; }

    public bool IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => GetRowToRowMapper(inputSchema).OutputSchema;

    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new Mapper(this, inputSchema);

    public IDataView Transform(IDataView input) => new View(input, new Mapper(this, input.Schema));

    public void Save(ModelSaveContext ctx) => save?.Invoke(ctx);

    public void Dispose() => IsDisposed = true;

    private sealed class Mapper : IRowToRowMapper
    {
        private readonly Doubling _owner;

        public Mapper(Doubling owner, DataViewSchema schema)
        {
            _owner = owner;
            InputSchema = schema;
            Source = schema[owner.Input];
            var builder = new DataViewSchema.Builder();
            builder.AddColumns(schema);
            builder.AddColumn(owner.Output, NumberDataViewType.Single);
            OutputSchema = builder.ToSchema();
        }

        public DataViewSchema.Column Source { get; }
        public DataViewSchema InputSchema { get; }
        public DataViewSchema OutputSchema { get; }

        public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
            => dependingColumns.Select(c => c.Index < InputSchema.Count ? InputSchema[c.Index] : Source).DistinctBy(c => c.Index);

        public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) => new Row(this, input);

        public ValueGetter<TValue> Getter<TValue>(DataViewRow input, DataViewSchema.Column column)
        {
            if (column.Index < InputSchema.Count)
                return input.GetGetter<TValue>(InputSchema[column.Index]);
            ValueGetter<float> get = input.GetGetter<float>(Source);
            ValueGetter<float> getter = (ref float value) =>
            {
                get(ref value);
                value *= 2;
                _owner.RowsComputed++;
            };
            return (ValueGetter<TValue>)(object)getter;
        }
    }

    private string Input => input;
    private string Output => output;

    private sealed class Row(Mapper mapper, DataViewRow source) : DataViewRow
    {
        public override DataViewSchema Schema => mapper.OutputSchema;
        public override long Position => source.Position;
        public override long Batch => source.Batch;
        public override bool IsColumnActive(DataViewSchema.Column column) => true;
        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => mapper.Getter<TValue>(source, column);
        public override ValueGetter<DataViewRowId> GetIdGetter() => source.GetIdGetter();

        protected override void Dispose(bool disposing) => source.Dispose();
    }

    private sealed class View(IDataView source, Mapper mapper) : IDataView
    {
        public bool CanShuffle => source.CanShuffle;
        public DataViewSchema Schema => mapper.OutputSchema;
        public long? GetRowCount() => source.GetRowCount();

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
        {
            DataViewSchema.Column[] needed = [.. columnsNeeded];
            return new Cursor(mapper, source.GetRowCursor(mapper.GetDependencies(needed), rand), needed);
        }

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
            => [GetRowCursor(columnsNeeded, rand)];
    }

    private sealed class Cursor(Mapper mapper, DataViewRowCursor source, DataViewSchema.Column[] active) : DataViewRowCursor
    {
        public override DataViewSchema Schema => mapper.OutputSchema;
        public override long Position => source.Position;
        public override long Batch => source.Batch;
        public override bool MoveNext() => source.MoveNext();
        public override bool IsColumnActive(DataViewSchema.Column column) => active.Any(c => c.Index == column.Index);
        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => mapper.Getter<TValue>(source, column);
        public override ValueGetter<DataViewRowId> GetIdGetter() => source.GetIdGetter();

        protected override void Dispose(bool disposing) => source.Dispose();
    }
}
