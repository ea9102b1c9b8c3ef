using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms;

/// <summary>
/// A column that a transformer adds: the same value tells the estimator's schema shape and the transformed schema, so
/// they cannot differ.
/// </summary>
internal readonly record struct OutputColumn(
    string Name,
    DataViewType Type,
    DataViewSchema.Annotations? Annotations = null
);
