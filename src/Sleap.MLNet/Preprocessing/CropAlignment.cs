namespace Sleap.MLNet;

/// <summary>How a crop lies around a centroid that is no whole pixel.</summary>
public enum CropAlignment
{
    /// <summary>
    /// At whole pixels, as near to the middle as can be; crop points and frame points differ by those whole pixels.
    /// </summary>
    Exact,

    /// <summary>
    /// As sleap-nn 0.3.5 does: the pixels start at a corner cut off to whole pixels, but points are moved by the corner
    /// before that, so that they are up to a pixel off. Models trained by sleap-nn make up for half a pixel of it,
    /// since its training crops are shifted.
    /// </summary>
    SleapNN,
}
