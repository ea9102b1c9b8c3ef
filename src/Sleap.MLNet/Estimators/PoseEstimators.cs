using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>The estimators that learn, on <see cref="PoseCatalog"/>.</summary>
public static class PoseEstimators
{
    /// <summary>A model for exactly one animal in each frame.</summary>
    /// <param name="catalog">From <c>mlContext.Pose()</c>.</param>
    /// <param name="options">Null: all defaults.</param>
    /// <exception cref="ArgumentException">An option cannot be used; the message lists every fault.</exception>
    public static SingleInstanceEstimator SingleInstance(this PoseCatalog catalog, SingleInstanceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new SingleInstanceEstimator(catalog.Context, options ?? new());
    }
}
