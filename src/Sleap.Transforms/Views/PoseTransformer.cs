using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>
/// Base of this library's transformers: adds columns to an <see cref="IDataView"/> row for row, keeps every input
/// column, and can be saved with <c>mlContext.Model.Save</c> and loaded with <c>mlContext.Model.Load</c>.
/// </summary>
/// <remarks>
/// A transformation is lazy: nothing is computed before a cursor moves, and only what the active columns need.
/// Transformers may read rows after the cursor's row, by a batch or by a window; the order and the other
/// columns stay as they are. Several cursors may run at the same time. A model's cursor reads its next batch on another
/// thread while it computes this one; a source is never read by two threads at the same time.
/// <para>No transformer of this library can be exported to ONNX: <c>mlContext.Model.ConvertToOnnx</c> throws
/// <see cref="NotSupportedException"/> for a chain with one.</para>
/// </remarks>
public abstract class PoseTransformer : ITransformer
{
    private protected PoseTransformer() { }

    /// <summary>
    /// Always true. <see cref="GetRowToRowMapper"/> throws where single rows cannot be transformed. ML.NET asks this
    /// property first, of each member of a chain, and where one is false it throws "Must be a row to row mapper"
    /// without the name of the member.
    /// </summary>
    public bool IsRowToRowMapper => true;

    /// <summary>The name in messages.</summary>
    internal virtual string DisplayName => GetType().Name;

    /// <summary>
    /// Why a single row cannot be transformed by itself, as the end of a sentence that begins with the transformer's
    /// name; null where it can.
    /// </summary>
    internal virtual string? WhyNotSingleRows => null;

    /// <summary>Returns the schema of the data after this transformer: the columns of the input, and those it
    /// adds.</summary>
    /// <exception cref="ArgumentException">A column it needs is missing or has another type; the message names both
    /// types.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    /// <summary>The data with this transformer's columns added. Nothing is computed until a cursor moves.</summary>
    /// <exception cref="ArgumentException">A column it needs is missing or has another type; the message names both
    /// types.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return PipelineView.Of(DisplayName, Apply(input, Bind(input.Schema)), input);
    }

    /// <summary>The transformer for one row at a time, as <c>CreatePredictionEngine</c> uses it.</summary>
    /// <exception cref="InvalidOperationException">It needs other rows too, or makes several rows of one; use
    /// <see cref="Transform"/>.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema)
    {
        if (WhyNotSingleRows is { } reason)
        {
            throw new InvalidOperationException(
                $"{DisplayName} {reason}, so it cannot work on single rows, as a PredictionEngine does. Use "
                    + $"Transform on all rows, in the order of their frames. A PredictionEngine can be made of the "
                    + $"model and of the steps that need one frame only."
            );
        }
        return new RowMapper(Bind(inputSchema));
    }

    /// <summary>The transformer for rows that come one at a time, in order, with a memory of those before.</summary>
    internal IRowToRowMapper GetLiveMapper(DataViewSchema inputSchema) => CreateLiveMapper(Bind(inputSchema));

    void ICanSaveModel.Save(ModelSaveContext ctx) => ModelFile.Save(this, ctx);

    /// <summary>
    /// Binds to a schema; throws an <see cref="ArgumentException"/> that names the column, what was expected and what
    /// was found.
    /// </summary>
    internal abstract PoseMapper CreateMapper(DataViewSchema inputSchema);

    /// <summary>Writes what <see cref="ILoadable{TSelf}.Load"/> reads back.</summary>
    internal abstract void Save(BinaryWriter writer);

    /// <summary>The transformed data: row for row, unless a transformer makes other rows.</summary>
    private protected virtual IDataView Apply(IDataView input, MapperBinding binding) =>
        new MappedDataView(input, binding);

    private protected virtual LiveMapper CreateLiveMapper(MapperBinding binding) => new(binding);

    private MapperBinding Bind(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new MapperBinding(inputSchema, CreateMapper(inputSchema));
    }
}

/// <summary>
/// A transformer that can be loaded from what it saved. Every concrete <see cref="PoseTransformer"/> implements it.
/// </summary>
internal interface ILoadable<TSelf>
    where TSelf : PoseTransformer, ILoadable<TSelf>
{
    /// <summary>
    /// The version of what <see cref="PoseTransformer.Save(BinaryWriter)"/> writes, from 1. Raise it when that changes;
    /// older versions stay readable.
    /// </summary>
    static abstract int PayloadVersion { get; }

    /// <summary>
    /// Reads what was saved with <paramref name="version"/>, which is at most <see cref="PayloadVersion"/>, to its last
    /// byte.
    /// </summary>
    static abstract TSelf Load(IHostEnvironment environment, BinaryReader reader, int version);
}

/// <summary>A mapper for single rows, as PredictionEngine uses it.</summary>
internal class RowMapper(MapperBinding binding) : IRowToRowMapper
{
    public DataViewSchema InputSchema => binding.InputSchema;

    public DataViewSchema OutputSchema => binding.OutputSchema;

    private protected MapperBinding Binding => binding;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        InputsFor(binding.Active(dependingColumns));

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Schema != InputSchema)
        {
            throw new ArgumentException(
                $"The row has another schema ({ColumnNames.Of(input.Schema)}) than this "
                    + $"mapper was made for ({ColumnNames.Of(InputSchema)}).",
                nameof(input)
            );
        }

        return Open(input, binding.Active(activeColumns));
    }

    /// <summary>The input columns that the active columns need.</summary>
    private protected virtual IEnumerable<DataViewSchema.Column> InputsFor(bool[] active) => binding.InputsFor(active);

    private protected virtual DataViewRow Open(DataViewRow input, bool[] active)
    {
        if (binding.ActiveOutputs(active).Contains(true))
            binding.Mapper.WarmUp();
        return new MappedRow(binding, input, active);
    }
}

/// <summary>
/// A mapper for rows that come one at a time, in order. Where it needs other rows too, its row is a
/// <see cref="QueuedRow"/>.
/// </summary>
internal class LiveMapper(MapperBinding binding) : RowMapper(binding)
{
    private protected override DataViewRow Open(DataViewRow input, bool[] active) =>
        Binding.Mapper.NeedsEveryRow && Binding.ActiveOutputs(active).Contains(true)
            ? new BatchRow(Binding, input, active)
            : new MappedRow(Binding, input, active);
}
