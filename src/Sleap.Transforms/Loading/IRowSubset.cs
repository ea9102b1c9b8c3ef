using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>
/// A view that can be narrowed to some of its rows better than by leaving rows out when they come: without reading or
/// computing the others.
/// </summary>
internal interface IRowSubset
{
    /// <summary>The rows with these ids, in the view's order and with its schema.</summary>
    IDataView Subset(IReadOnlySet<DataViewRowId> ids);

    /// <summary>Narrows any view.</summary>
    static IDataView Of(IDataView view, IReadOnlySet<DataViewRowId> ids) =>
        view is IRowSubset subset ? subset.Subset(ids) : new RowSubsetView(view, ids);
}
