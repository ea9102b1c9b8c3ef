namespace Sleap.Transforms;

/// <summary>How alike two animals are.</summary>
public enum TrackScoring
{
    /// <summary>
    /// Object keypoint similarity, 0 to 1, the mean over the animal's nodes; goes with keypoints. sleap-nn's.
    /// </summary>
    Oks,

    /// <summary>Intersection over union, 0 to 1, of boxes whose border pixels count; goes with boxes.</summary>
    Iou,

    /// <summary>
    /// Minus the distance in pixels over all coordinates together; unknown when one of them is missing.
    /// </summary>
    EuclideanDistance,

    /// <summary>
    /// <see cref="Oks"/> times the share of the skeleton's nodes that the animal has, 0 to 1: of all pairings the one
    /// in which most nodes agree wins. By plain OKS a false animal of two nodes weighs as much as a true one of twenty,
    /// and where it lies on that one's nodes, it takes its track.
    /// </summary>
    WeightedOks,
}
