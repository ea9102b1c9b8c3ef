namespace Sleap.MLNet;

/// <summary>How a crop around a point lies on the pixels of its frame.</summary>
public enum CropAlignment
{
    /// <summary>The crop starts at a whole pixel, and its points are moved back by the same whole pixels: nothing is lost.</summary>
    Exact,

    /// <summary>
    /// As sleap-nn 0.3.5 does it: the pixels start at the truncated corner, the points are moved back by the fractional one. Its models
    /// have learned the shift of 0 to 1 pixel.
    /// </summary>
    SleapNN,
}
