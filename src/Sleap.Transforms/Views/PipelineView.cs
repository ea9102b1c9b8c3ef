using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>
/// The data behind a transformer as a step that ML.NET's <c>ConvertToOnnx</c> knows. It walks from the end of a chain
/// back to its beginning, along views that implement ITransformCanSaveOnnx. A view that does not is taken for the
/// beginning of the data, so that the file would be written without this step and all before it; this one says that it
/// has no ONNX form.
/// </summary>
/// <remarks>
/// The interface is internal to ML.NET, and C# cannot name it: the runtime's DispatchProxy makes a class that
/// implements it.
/// </remarks>
internal class PipelineView : DispatchProxy, IFrameReporting, IRowSubset
{
    private string _transformer = "";
    private IDataView _view = null!;
    private IDataView _source = null!;

    /// <summary>The view as a step; the view itself where the runtime or ML.NET has no such interface.</summary>
    /// <param name="transformer">Name of the step in messages.</param>
    /// <param name="view">Its output.</param>
    /// <param name="source">Its input.</param>
    public static IDataView Of(string transformer, IDataView view, IDataView source)
    {
        if (
            MLNetInternals.OnnxStep is not { } type
            || !typeof(IDataView).IsAssignableFrom(type)
            || !RuntimeFeature.IsDynamicCodeSupported
        )
        {
            return view;
        }

        var step = (PipelineView)Create(type, typeof(PipelineView));
        (step._transformer, step._view, step._source) = (transformer, view, source);
        return (IDataView)(object)step;
    }

    public FrameReport? Report() => (_view as IFrameReporting)?.Report();

    public bool IsUnreadable(string video, int frameIndex) =>
        _view is IFrameReporting frames && frames.IsUnreadable(video, frameIndex);

    public IDataView Subset(IReadOnlySet<DataViewRowId> ids) => IRowSubset.Of(_view, ids);

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.Name switch
        {
            "get_Schema" => _view.Schema,
            "get_CanShuffle" => _view.CanShuffle,
            "get_Source" => _source,
            nameof(IDataView.GetRowCount) => _view.GetRowCount(),
            nameof(IDataView.GetRowCursor) => _view.GetRowCursor(
                (IEnumerable<DataViewSchema.Column>)args![0]!,
                (Random?)args[1]
            ),
            nameof(IDataView.GetRowCursorSet) => _view.GetRowCursorSet(
                (IEnumerable<DataViewSchema.Column>)args![0]!,
                (int)args[1]!,
                (Random?)args[2]
            ),
            "CanSaveOnnx" or "SaveAsOnnx" => throw new NotSupportedException(
                $"{_transformer} cannot be converted to ONNX, and a file without it would be another model. "
                    + "Save the whole chain with mlContext.Model.Save; or convert what comes after it alone, with "
                    + "input data in memory: ConvertToOnnx(rest, mlContext.Data.Cache(poses), stream)."
            ),
            // Only ML.NET's formats of before version 1 save data together with the steps that led to it.
            _ => throw new NotSupportedException(
                $"The data behind a {_transformer} cannot be saved with the steps that "
                    + $"led to it. Save the transformer, with mlContext.Model.Save."
            ),
        };
}
