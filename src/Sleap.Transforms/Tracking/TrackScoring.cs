namespace Sleap.Transforms;

/// <summary>How alike two animals are.</summary>
public enum TrackScoring
{
    /// <summary>Object keypoint similarity, 0 to 1; goes with keypoints.</summary>
    Oks,

    /// <summary>Intersection over union, 0 to 1, of boxes whose border pixels count; goes with boxes.</summary>
    Iou,

    /// <summary>Minus the distance in pixels over all coordinates together; unknown when one of them is missing.</summary>
    EuclideanDistance,
}
