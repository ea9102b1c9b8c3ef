namespace Sleap.Transforms;

/// <summary>What of an animal is compared.</summary>
public enum TrackFeatures
{
    /// <summary>All nodes.</summary>
    Keypoints,

    /// <summary>The median of the visible nodes, each coordinate by itself.</summary>
    Centroids,

    /// <summary>The box around the visible nodes.</summary>
    BoundingBoxes,
}
