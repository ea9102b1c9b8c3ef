namespace Sleap.Transforms;

/// <summary>One finding of <see cref="CheckCatalog.Check(PoseCatalog, IO.Labels)"/>: a place of a labels file that a person should look
/// at.</summary>
/// <param name="Rule">The rule that found it.</param>
/// <param name="IsWarning">Whether it harms training or evaluation; otherwise it is only information.</param>
/// <param name="Message">What was found, in words.</param>
/// <param name="Advice">What to do about it, in words.</param>
/// <param name="Video">Path of the video; empty if the finding is about no video.</param>
/// <param name="FrameIndex">Zero-based frame number; null if the finding is about no frame.</param>
/// <param name="Instance">
/// Position of the instance in its frame of <see cref="IO.Labels.FramesInOrder"/>; null if it is about no instance.
/// </param>
/// <param name="Node">Name of the node; empty if the finding is about no node.</param>
public sealed record LabelFinding(
    CheckRule Rule,
    bool IsWarning,
    string Message,
    string Advice,
    string Video = "",
    int? FrameIndex = null,
    int? Instance = null,
    string Node = ""
)
{
    /// <summary>
    /// How much a model doubts the label, 0 to 1, the more the rather a person should look; null for the rules that
    /// need no predictions.
    /// </summary>
    public double? Doubt { get; init; }
}

/// <summary>The rules for labels.</summary>
public enum CheckRule
{
    /// <summary>A file that cannot be read: labels, or a video that is there.</summary>
    UnreadableFile,

    /// <summary>A video that was not found.</summary>
    MissingVideo,

    /// <summary>A frame number that the video does not have.</summary>
    FrameBeyondVideo,

    /// <summary>A frame that is in the file more than once.</summary>
    DuplicateFrame,

    /// <summary>An instance without visible nodes.</summary>
    EmptyInstance,

    /// <summary>A visible node with an infinite coordinate, or with one coordinate only.</summary>
    NonFiniteCoordinate,

    /// <summary>
    /// A node outside the image by more than a tenth of its longer side. Lists of several images are not checked.
    /// </summary>
    OutsideImage,

    /// <summary>
    /// A node far away from the other nodes of its instance: its distance from their median position is more than 5
    /// times the 90th percentile of this node's distances in these labels, and more than 3 times the largest distance
    /// of another node. At least four visible nodes, and 20 instances with this node, are needed.
    /// </summary>
    FarNode,

    /// <summary>
    /// A left and a right node (a symmetry of the skeleton) of a tracked instance that changed sides since the track
    /// was seen last, at most 10 frames before, while its other nodes stayed where they were.
    /// </summary>
    SwappedNodes,

    /// <summary>
    /// Two nearly identical instances of one frame, both labeled or both predicted: at least half of their nodes are in
    /// both, on average at most half a pixel, or 2 % of the instance's diagonal, apart.
    /// </summary>
    DuplicateInstance,

    /// <summary>Two instances of one frame in the same track.</summary>
    TrackTwiceInFrame,

    /// <summary>A track with instances in a single frame, where there are more frames.</summary>
    TrackUsedOnce,

    /// <summary>A track without instances.</summary>
    UnusedTrack,

    /// <summary>A node that is labeled in no instance.</summary>
    UnlabeledNode,

    /// <summary>Edges of a skeleton that do not connect its nodes to one tree.</summary>
    Edges,

    /// <summary>Frames with predictions only, beside frames that a person labeled.</summary>
    PredictionsOnly,

    /// <summary>
    /// A node far from where a model sees it, measured by the node's usual distance, while the other nodes of the
    /// instance agree.
    /// </summary>
    DisplacedNode,

    /// <summary>Two nodes, such as left and right, each of which is labeled where a model sees the other.</summary>
    ExchangedNodes,

    /// <summary>An instance that a model sees and nobody labeled, in a frame with labels or marked as empty.</summary>
    ForgottenInstance,

    /// <summary>Two labeled instances where a model sees one.</summary>
    RepeatedInstance,

    /// <summary>A labeled instance that a model does not see.</summary>
    UnseenInstance,
}
