namespace Sleap.Transforms;

/// <summary>Transformers that say where animals are.</summary>
public static class RegionCatalog
{
    /// <summary>
    /// Adds, for each animal and region, whether it is inside, how often it entered, how long it stayed and when it
    /// first came, and for each row how many animals are inside each region. While an animal is not seen its sums stay
    /// as they are; all begin anew with each video.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one or of any number of animals, in pixels.</param>
    /// <param name="options">Nodes, units and names.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<RegionsTransformer> InRegions(
        this PoseCatalog pose,
        string column,
        RegionsOptions options
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentException.ThrowIfNullOrEmpty(column);
        ArgumentNullException.ThrowIfNull(options);
        return new(pose.Context, new RegionsTransformer(column, options));
    }
}
