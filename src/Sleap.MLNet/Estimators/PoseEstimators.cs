using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>The estimators that train networks, on <see cref="PoseCatalog"/>.</summary>
public static class PoseEstimators
{
    /// <summary>
    /// Create a <see cref="SingleInstanceEstimator"/>, which trains a network to find the nodes of exactly one animal
    /// in each frame.
    /// </summary>
    /// <param name="catalog">From <c>mlContext.Pose()</c>.</param>
    /// <param name="options">The network, how it is trained and how it predicts; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option cannot be used; the message lists every fault.</exception>
    public static SingleInstanceEstimator SingleInstance(
        this PoseCatalog catalog,
        SingleInstanceOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Context, options ?? new());
    }

    /// <summary>
    /// Create a <see cref="CentroidEstimator"/>, which trains a network to find the center of each animal: the first
    /// half of a top-down model.
    /// </summary>
    /// <inheritdoc cref="SingleInstance"/>
    public static CentroidEstimator Centroid(this PoseCatalog catalog, CentroidOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Context, options ?? new());
    }

    /// <summary>
    /// Create a <see cref="CenteredInstanceEstimator"/>, which trains a network to find the nodes of the animal in the
    /// middle of a crop: the second half of a top-down model.
    /// </summary>
    /// <inheritdoc cref="SingleInstance"/>
    public static CenteredInstanceEstimator CenteredInstance(
        this PoseCatalog catalog,
        CenteredInstanceOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Context, options ?? new());
    }

    /// <summary>
    /// Create a <see cref="TopDownEstimator"/>, which trains two networks for several animals in a frame: one finds
    /// their centers, one the nodes of each in a crop.
    /// </summary>
    /// <inheritdoc cref="SingleInstance"/>
    public static TopDownEstimator TopDown(this PoseCatalog catalog, TopDownOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Context, options ?? new());
    }

    /// <summary>
    /// Create a <see cref="TopDownTransformer"/> from two trained models. It has weights of its own: the two may be
    /// disposed.
    /// </summary>
    /// <param name="catalog">From <c>mlContext.Pose()</c>.</param>
    /// <param name="centroid">Finds the centers.</param>
    /// <param name="centeredInstance">Finds the nodes.</param>
    /// <exception cref="ArgumentException">The two do not go together: their frames have other sizes, or their centers
    /// are other nodes.</exception>
    public static TopDownTransformer TopDown(
        this PoseCatalog catalog,
        CentroidTransformer centroid,
        CenteredInstanceTransformer centeredInstance
    )
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(centroid);
        ArgumentNullException.ThrowIfNull(centeredInstance);
        return TopDownTransformer.Join(catalog.Context, centroid, centeredInstance);
    }

    /// <summary>
    /// Create a <see cref="TopDownIdEstimator"/>, which trains a top-down model that also tells which animal is which,
    /// learned from the tracks of the labels.
    /// </summary>
    /// <inheritdoc cref="SingleInstance"/>
    public static TopDownIdEstimator TopDownId(this PoseCatalog catalog, TopDownIdOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Context, options ?? new());
    }

    /// <summary>
    /// Create a <see cref="BottomUpEstimator"/>, which trains a network for several animals in a frame that finds all
    /// nodes at once and connects them to animals by part affinity fields.
    /// </summary>
    /// <inheritdoc cref="SingleInstance"/>
    public static BottomUpEstimator BottomUp(this PoseCatalog catalog, BottomUpOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Context, options ?? new());
    }

    /// <summary>
    /// Create a <see cref="BottomUpIdEstimator"/>, which trains a network that finds all nodes at once and which animal
    /// each is of, learned from the tracks of the labels.
    /// </summary>
    /// <inheritdoc cref="SingleInstance"/>
    public static BottomUpIdEstimator BottomUpId(this PoseCatalog catalog, BottomUpIdOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.Context, options ?? new());
    }
}
