using Microsoft.ML;

namespace Sleap.Transforms;

/// <summary>The way into this library from an <see cref="MLContext"/>.</summary>
public static class PoseCatalogExtensions
{
    /// <summary>Animal poses in ML.NET: loading, splitting, analysing, evaluating and saving them.</summary>
    public static PoseCatalog Pose(this MLContext ml)
    {
        ArgumentNullException.ThrowIfNull(ml);
        return new PoseCatalog(ml);
    }
}
