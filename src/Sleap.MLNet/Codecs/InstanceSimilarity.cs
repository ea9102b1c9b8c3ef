namespace Sleap.MLNet;

/// <summary>How alike two animals of a frame are. sleap-nn's <c>overlapping_method</c>.</summary>
public enum InstanceSimilarity
{
    /// <summary>Intersection over union of the boxes around their visible nodes. sleap-nn's <c>iou</c>.</summary>
    Iou,

    /// <summary>
    /// Object keypoint similarity, as COCO defines it, with one spread for all nodes. sleap-nn's <c>oks</c>.
    /// </summary>
    Oks,
}
