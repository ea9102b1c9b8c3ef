namespace Sleap.MLNet;

/// <summary>
/// Where the centroid of an animal is whose anchor is missing, or that has none. sleap-nn's <c>centroid_fallback</c>.
/// </summary>
public enum CentroidFallback
{
    /// <summary>At the mean of the visible nodes, x and y each by itself. sleap-nn's <c>center_of_mass</c>.</summary>
    CenterOfMass,

    /// <summary>In the middle of the box around the visible nodes. sleap-nn's <c>bbox_center</c>.</summary>
    BoxCenter,

    /// <summary>
    /// Where the sum of the distances to the visible nodes is smallest, so that one node far off hardly moves it
    /// (Weiszfeld 1937). sleap-nn's <c>geometric_median</c>.
    /// </summary>
    GeometricMedian,
}
