using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>
/// Base of this library's transformers: adds columns to an <see cref="IDataView"/> row for row, keeps every input
/// column, and can be saved with <c>mlContext.Model.Save</c> and loaded with <c>mlContext.Model.Load</c>.
/// </summary>
/// <remarks>
/// Transformation is lazy: nothing is computed before a cursor moves, and only what the active columns need.
/// Transformers may read ahead of the row that the cursor stands on, by a batch or by a window; the order and the other
/// columns stay as they are. Several cursors may run at the same time. A model's cursor reads its next batch on another
/// thread while it computes this one; a source is never read by two threads at once.
/// <para>No transformer of this library can be exported to ONNX: <c>mlContext.Model.ConvertToOnnx</c> throws
/// <see cref="NotSupportedException"/> for a chain with one.</para>
/// </remarks>
public abstract class PoseTransformer : ITransformer
{
    private protected PoseTransformer() { }

    /// <summary>
    /// Always true: whether single rows can be transformed is told by <see cref="GetRowToRowMapper"/>, which throws
    /// where they cannot. ML.NET asks here first, also for a chain, and where one member says false it throws "Must be
    /// a row to row mapper" without saying which member or what to do.
    /// </summary>
    public bool IsRowToRowMapper => true;

    /// <summary>The name in messages.</summary>
    internal virtual string DisplayName => GetType().Name;

    /// <summary>
    /// Why a single row cannot be transformed by itself, as the end of a sentence that begins with the transformer's
    /// name; null where it can.
    /// </summary>
    internal virtual string? WhyNotSingleRows => null;

    /// <summary>The schema after this transformer.</summary>
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

    void ICanSaveModel.Save(ModelSaveContext ctx) => ModelFile.Save(this, ctx);

    /// <summary>
    /// Binds to a schema; throws an <see cref="ArgumentException"/> that names the column, what was expected and what
    /// was found.
    /// </summary>
    internal abstract PoseMapper CreateMapper(DataViewSchema inputSchema);

    /// <summary>Writes what <see cref="ILoadable{TSelf}.Load"/> reads back.</summary>
    internal abstract void Save(BinaryWriter writer);

    /// <summary>The data behind a binding: row for row, unless a transformer makes other rows.</summary>
    private protected virtual IDataView Apply(IDataView input, MapperBinding binding) =>
        new MappedDataView(input, binding);

    private MapperBinding Bind(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new MapperBinding(inputSchema, CreateMapper(inputSchema));
    }
}
