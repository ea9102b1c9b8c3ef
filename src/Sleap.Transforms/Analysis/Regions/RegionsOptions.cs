namespace Sleap.Transforms;

/// <summary>Which regions <see cref="RegionCatalog.InRegions"/> looks at, and how.</summary>
public sealed record RegionsOptions
{
    /// <summary>The regions; they may overlap. See <see cref="Region.Load"/> for a file of them.</summary>
    public required IReadOnlyList<Region> Regions { get; init; }

    /// <summary>The node that must be inside. Default null: the centroid, the mean of the visible nodes.</summary>
    public string? Node { get; init; }

    /// <summary>Frames in a second. Default 1: times are frames.</summary>
    public double FramesPerSecond { get; init; } = 1;

    /// <summary>
    /// Output: 1 inside, 0 outside, NaN when the animal is not seen; a value for each region. Default "InRegion".
    /// </summary>
    public string Inside { get; init; } = "InRegion";

    /// <summary>
    /// Output: how often the region was entered so far; being inside when first seen is the first time. Default
    /// "RegionEntries".
    /// </summary>
    public string Entries { get; init; } = "RegionEntries";

    /// <summary>
    /// Output: time inside so far, this frame included: the frames it was seen inside, in seconds or frames. Default
    /// "RegionDwell".
    /// </summary>
    public string Dwell { get; init; } = "RegionDwell";

    /// <summary>
    /// Output: time from the first row of the video to the first entry; NaN before it. Default "RegionLatency".
    /// </summary>
    public string Latency { get; init; } = "RegionLatency";

    /// <summary>
    /// Output: how many animals are inside, for each region: one vector a row. Default "RegionOccupants".
    /// </summary>
    public string Occupants { get; init; } = "RegionOccupants";

    /// <summary>The names of the Video, FrameIndex and track columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal RegionsOptions Checked()
    {
        new OptionFaults("InRegions")
            .Columns(Columns)
            .If(Regions is null || Regions.Count == 0, $"{nameof(Regions)} is empty")
            .If(
                Regions is not null
                    && Regions.Select(region => region.Name).Distinct(StringComparer.Ordinal).Count() < Regions.Count,
                $"{nameof(Regions)} has two of the same name"
            )
            .Positive(nameof(FramesPerSecond), FramesPerSecond)
            .OutputNames(Inside, Entries, Dwell, Latency, Occupants)
            .Throw();
        return this;
    }
}
