using System.Diagnostics.CodeAnalysis;
using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>
/// A row whose Image column comes straight from this library's loader: its frame can be taken as gray or RGB bytes,
/// without an MLImage of four bytes a pixel in between.
/// </summary>
internal interface IFrameRow
{
    /// <summary>
    /// The frame of the current row behind <paramref name="column"/>; false when the column is something else. The
    /// frame is read only.
    /// </summary>
    bool TryGetFrame(DataViewSchema.Column column, [NotNullWhen(true)] out Frame? frame);
}
