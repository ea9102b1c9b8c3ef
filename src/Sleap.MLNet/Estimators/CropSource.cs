namespace Sleap.MLNet;

/// <summary>Where the middles of crops come from.</summary>
public enum CropSource
{
    /// <summary>
    /// The centroids that a centroid model, or anything else, put into the predicted centroids' column.
    /// </summary>
    Centroids,

    /// <summary>The anchors of the labelled animals: how good is the second stage by itself?</summary>
    Labels,

    /// <summary>The middles of boxes, that another detector found.</summary>
    Boxes,
}
