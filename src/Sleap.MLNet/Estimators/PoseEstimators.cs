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
        return new(catalog.Context, options ?? new());
    }

    /// <summary>A model that finds the centre of each animal.</summary>
    /// <inheritdoc cref="SingleInstance"/>
    public static CentroidEstimator Centroid(this PoseCatalog catalog, CentroidOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Context, options ?? new());
    }

    /// <summary>A model that finds the nodes of the animal in the middle of a crop.</summary>
    /// <inheritdoc cref="SingleInstance"/>
    public static CenteredInstanceEstimator CenteredInstance(this PoseCatalog catalog, CenteredInstanceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Context, options ?? new());
    }

    /// <summary>A model of several animals: first their centres, then the nodes of each in a crop.</summary>
    /// <inheritdoc cref="SingleInstance"/>
    public static TopDownEstimator TopDown(this PoseCatalog catalog, TopDownOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Context, options ?? new());
    }

    /// <summary>A top-down model from two trained ones. It has weights of its own: the two may be disposed.</summary>
    /// <param name="catalog">From <c>mlContext.Pose()</c>.</param>
    /// <param name="centroid">Finds the centres.</param>
    /// <param name="centeredInstance">Finds the nodes.</param>
    /// <exception cref="ArgumentException">The two do not go together: their frames have other sizes, or their centres are other nodes.</exception>
    public static TopDownTransformer TopDown(this PoseCatalog catalog, CentroidTransformer centroid, CenteredInstanceTransformer centeredInstance)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(centroid);
        ArgumentNullException.ThrowIfNull(centeredInstance);
        return TopDownTransformer.Join(catalog.Context, centroid, centeredInstance);
    }

    /// <summary>A top-down model that also tells which animal is which.</summary>
    /// <inheritdoc cref="SingleInstance"/>
    public static TopDownIdEstimator TopDownId(this PoseCatalog catalog, TopDownIdOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Context, options ?? new());
    }

    /// <summary>A model of several animals: all nodes at once, connected to animals by part affinity fields.</summary>
    /// <inheritdoc cref="SingleInstance"/>
    public static BottomUpEstimator BottomUp(this PoseCatalog catalog, BottomUpOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Context, options ?? new());
    }

    /// <summary>A bottom-up model that puts nodes together by which animal they are of.</summary>
    /// <inheritdoc cref="SingleInstance"/>
    public static BottomUpIdEstimator BottomUpId(this PoseCatalog catalog, BottomUpIdOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Context, options ?? new());
    }
}
