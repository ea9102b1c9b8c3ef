using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>
/// Base of this library's transformers: adds columns to an <see cref="IDataView"/> row for row, keeps every input column, and can be saved with
/// <c>mlContext.Model.Save</c> and loaded with <c>mlContext.Model.Load</c>.
/// </summary>
/// <remarks>
/// Transformation is lazy: nothing is computed before a cursor moves, and only what the active columns need. Transformers may read
/// ahead of the row that the cursor stands on, by a batch or by a window; the order and the other columns stay as they are.
/// Several cursors may run at the same time. A model's cursor reads its next batch on another thread while it computes this one; a source is never
/// read by two threads at once.
/// <para>No transformer of this library can be exported to ONNX: <c>mlContext.Model.ConvertToOnnx</c> throws <see cref="NotSupportedException"/> for a chain with one.</para>
/// </remarks>
public abstract class PoseTransformer : ITransformer
{
    private protected PoseTransformer()
    {
    }

    /// <summary>
    /// Whether a row can be transformed without its neighbours, as <c>CreatePredictionEngine</c> wants it. False for transformers along the
    /// frames of a video.
    /// </summary>
    public virtual bool IsRowToRowMapper => true;

    /// <summary>The schema after this transformer.</summary>
    /// <exception cref="ArgumentException">A column it needs is missing or has another type; the message names both types.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    /// <summary>The data with this transformer's columns added. Nothing is computed until a cursor moves.</summary>
    /// <exception cref="ArgumentException">A column it needs is missing or has another type; the message names both types.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return PipelineView.Of(GetType().Name, Apply(input, Bind(input.Schema)), input);
    }

    /// <summary>The transformer for one row at a time.</summary>
    /// <exception cref="InvalidOperationException"><see cref="IsRowToRowMapper"/> is false.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema)
    {
        if (!IsRowToRowMapper)
            throw new InvalidOperationException($"{GetType().Name} needs the rows around a row, so it cannot map single rows. Use Transform on all of them.");
        return new RowMapper(Bind(inputSchema));
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) => ModelFile.Save(this, ctx);

    /// <summary>Binds to a schema; throws an <see cref="ArgumentException"/> that names the column, what was expected and what was found.</summary>
    internal abstract PoseMapper CreateMapper(DataViewSchema inputSchema);

    /// <summary>Writes what <see cref="ILoadable{TSelf}.Load"/> reads back.</summary>
    internal abstract void Save(BinaryWriter writer);

    /// <summary>The data behind a binding: row for row, unless a transformer makes other rows.</summary>
    private protected virtual IDataView Apply(IDataView input, MapperBinding binding) => new MappedDataView(input, binding);

    private MapperBinding Bind(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new MapperBinding(inputSchema, CreateMapper(inputSchema));
    }
}
