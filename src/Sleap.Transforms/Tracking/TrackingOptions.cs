using System.Globalization;

namespace Sleap.Transforms;

/// <summary>
/// How instances are followed over the frames of a video. The parts and their names are those of sleap-nn's tracker.
/// </summary>
public sealed record TrackingOptions
{
    /// <summary>
    /// The past instances that those of a frame are compared with. Default local queues. <see cref="MaxTracks"/>
    /// implies local queues.
    /// </summary>
    public TrackCandidates Candidates { get; init; } = TrackCandidates.LocalQueues;

    /// <summary>
    /// Frames of the window of <see cref="TrackCandidates.FixedWindow"/>, or instances of each track's queue of
    /// <see cref="TrackCandidates.LocalQueues"/>; at least 1. Default 1, which switched least in docs/tracking.md;
    /// sleap-nn's is 5.
    /// </summary>
    public int WindowSize { get; init; } = 1;

    /// <summary>
    /// The feature of an instance that is compared. Default keypoints. <see cref="TrackScoring.Oks"/> and
    /// <see cref="TrackScoring.WeightedOks"/> need keypoints, and <see cref="TrackScoring.Iou"/> needs boxes.
    /// </summary>
    public TrackFeatures Features { get; init; } = TrackFeatures.Keypoints;

    /// <summary>
    /// The similarity of two instances. Default <see cref="TrackScoring.WeightedOks"/>; sleap-nn's is
    /// <see cref="TrackScoring.Oks"/>.
    /// </summary>
    public TrackScoring Scoring { get; init; } = TrackScoring.WeightedOks;

    /// <summary>
    /// Standard deviation of a node's position for OKS, more than 0, as a share of the instance's size (the square root
    /// of its box's area): about how far a node moves from frame to frame, or while an instance is not found. Default
    /// 0.7, in the middle of the good values in docs/tracking.md; sleap-nn's is 0.025, how far apart two people place a
    /// node.
    /// </summary>
    public double OksStandardDeviation { get; init; } = 0.7;

    /// <summary>How the similarities to the instances of one track are reduced to one. Default mean.</summary>
    public ScoreReduction Reduction { get; init; } = ScoreReduction.Mean;

    /// <summary>The quantile of <see cref="ScoreReduction.RobustQuantile"/>, 0 to 1. Default 0.95.</summary>
    public double RobustQuantile { get; init; } = 0.95;

    /// <summary>How instances and tracks are paired. Default Hungarian.</summary>
    public TrackMatching Matching { get; init; } = TrackMatching.Hungarian;

    /// <summary>Where tracks are expected. Default none: where they were seen.</summary>
    public TrackMotion Motion { get; init; } = TrackMotion.None;

    /// <summary>
    /// For <see cref="TrackMotion.OpticalFlow"/>: the scale of the images, more than 0 and at most 1; a smaller one is
    /// faster to compute and follows faster motion. Default 1. sleap-nn's <c>of_img_scale</c>.
    /// </summary>
    public double FlowScale { get; init; } = 1;

    /// <summary>
    /// For <see cref="TrackMotion.OpticalFlow"/>: side in pixels of the window around a node, in the scaled image and
    /// its smaller copies; at least 3. Default 21. sleap-nn's <c>of_window_size</c>.
    /// </summary>
    public int FlowWindow { get; init; } = 21;

    /// <summary>
    /// For <see cref="TrackMotion.OpticalFlow"/>: number of smaller copies of the image, each with half the sides of
    /// the one before; the search begins in the smallest. 0 or more. Default 3. sleap-nn's <c>of_max_levels</c>.
    /// </summary>
    public int FlowLevels { get; init; } = 3;

    /// <summary>
    /// The largest number of tracks of a video, at least 1; no more tracks are started, so that further instances have
    /// no track. Null (default): no limit but <see cref="TrackCapacity"/>.
    /// </summary>
    public int? MaxTracks { get; init; }

    /// <summary>
    /// How many key values the track column has without <see cref="MaxTracks"/>, at least 1: the keys of a data view
    /// are fixed before a row is read. A video with more tracks ends the pass with an
    /// <see cref="InvalidOperationException"/>. Default 1000.
    /// </summary>
    public int TrackCapacity { get; init; } = 1000;

    /// <summary>An instance starts a track only with more visible nodes than this. Default 0.</summary>
    public int MinNewTrackPoints { get; init; }

    /// <summary>A past instance is compared only if it has more visible nodes than this. Default 0.</summary>
    public int MinMatchPoints { get; init; }

    /// <summary>
    /// At most this many instances of a frame are tracked, those of the highest scores; the others have no track. At
    /// least 1. Null (default): all are tracked.
    /// </summary>
    public int? PreCullCount { get; init; }

    /// <summary>
    /// When there are more instances than <see cref="PreCullCount"/>, those are left out first of whose box an instance
    /// of a higher score covers more than this share, 0 to 1. Null (default) or 0: by score only.
    /// </summary>
    public double? PreCullIou { get; init; }

    /// <summary>
    /// At most this many instances of a frame keep their track, those of the highest scores; at least 1. It also joins
    /// tracks as <see cref="ConnectSingleBreaks"/> does. Null (default): all keep their track.
    /// </summary>
    public int? CleanCount { get; init; }

    /// <summary>
    /// When more instances than <see cref="CleanCount"/> have a track, those lose it first of whose box an instance of
    /// a higher score covers more than this share, 0 to 1. Null (default) or 0: by score only.
    /// </summary>
    public double? CleanIou { get; init; }

    /// <summary>
    /// Whether the new track is joined to the missing one where exactly one track is new in a frame and exactly one is
    /// missing. Default false; it is always done where <see cref="CleanCount"/> is given.
    /// </summary>
    public bool ConnectSingleBreaks { get; init; }

    /// <summary>The names of the columns that are read and written.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    /// <summary>How many names of tracks a column has.</summary>
    internal int KeyCount => MaxTracks ?? TrackCapacity;

    internal TrackingOptions Checked()
    {
        Columns.Checked();
        new OptionFaults("Track")
            .AtLeast(nameof(WindowSize), WindowSize, 1)
            .AtLeast(nameof(TrackCapacity), TrackCapacity, 1)
            .AtLeast(nameof(FlowWindow), FlowWindow, 3)
            .AtLeast(nameof(FlowLevels), FlowLevels, 0)
            .AtLeast(nameof(MinNewTrackPoints), MinNewTrackPoints, 0)
            .AtLeast(nameof(MinMatchPoints), MinMatchPoints, 0)
            .AtLeast(nameof(MaxTracks), MaxTracks, 1)
            .AtLeast(nameof(PreCullCount), PreCullCount, 1)
            .AtLeast(nameof(CleanCount), CleanCount, 1)
            .Within(nameof(RobustQuantile), RobustQuantile, 0, 1)
            .Within(nameof(PreCullIou), PreCullIou, 0, 1)
            .Within(nameof(CleanIou), CleanIou, 0, 1)
            .If(
                !(FlowScale > 0 && FlowScale <= 1),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{nameof(FlowScale)} is {FlowScale}, expected more than 0 and at most 1"
                )
            )
            .Positive(nameof(OksStandardDeviation), OksStandardDeviation)
            .Defined(nameof(Candidates), Candidates)
            .Defined(nameof(Features), Features)
            .Defined(nameof(Scoring), Scoring)
            .Defined(nameof(Reduction), Reduction)
            .Defined(nameof(Matching), Matching)
            .Defined(nameof(Motion), Motion)
            .If(
                (Scoring is TrackScoring.Oks or TrackScoring.WeightedOks) != (Features == TrackFeatures.Keypoints)
                    && Scoring != TrackScoring.EuclideanDistance,
                $"{nameof(Scoring)} {Scoring} does not go with {nameof(Features)} {Features}: Oks and WeightedOks "
                    + "compare Keypoints, Iou BoundingBoxes"
            )
            .If(
                Scoring == TrackScoring.Iou && Features == TrackFeatures.Centroids,
                $"{nameof(Scoring)} Iou compares BoundingBoxes, not {Features}"
            )
            .Throw();
        return this;
    }
}

/// <summary>The past instances that those of a new frame are compared with.</summary>
public enum TrackCandidates
{
    /// <summary>
    /// All instances of the last frames. A track that is not seen for a whole window has ended, and its number is not
    /// used again.
    /// </summary>
    FixedWindow,

    /// <summary>The last instances of each track, however long ago. A track never ends.</summary>
    LocalQueues,
}

/// <summary>The feature of an instance that is compared.</summary>
public enum TrackFeatures
{
    /// <summary>The positions of all nodes.</summary>
    Keypoints,

    /// <summary>The median of the visible nodes, each coordinate by itself.</summary>
    Centroids,

    /// <summary>The box around the visible nodes.</summary>
    BoundingBoxes,
}

/// <summary>The similarity of two instances.</summary>
public enum TrackScoring
{
    /// <summary>
    /// Object keypoint similarity, 0 to 1, the mean over the instance's nodes; for keypoints. sleap-nn's default.
    /// </summary>
    Oks,

    /// <summary>Intersection over union, 0 to 1, of boxes whose border pixels count; for boxes.</summary>
    Iou,

    /// <summary>
    /// The negative Euclidean distance of the two vectors of all coordinates, in pixels; unknown where either instance
    /// lacks a coordinate. For any feature.
    /// </summary>
    EuclideanDistance,

    /// <summary>
    /// <see cref="Oks"/> times the share of the skeleton's nodes that the instance has, 0 to 1, so that the pairing in
    /// which most nodes agree wins; for keypoints. With plain OKS, a false instance of two nodes counts as much as a
    /// true one of twenty nodes, and can take its track.
    /// </summary>
    WeightedOks,
}

/// <summary>How the similarities to the instances of one track are reduced to one.</summary>
public enum ScoreReduction
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>The highest.</summary>
    Max,

    /// <summary>A quantile, see <see cref="TrackingOptions.RobustQuantile"/>.</summary>
    RobustQuantile,
}

/// <summary>How instances and tracks are paired.</summary>
public enum TrackMatching
{
    /// <summary>The pairing with the highest sum of similarities.</summary>
    Hungarian,

    /// <summary>The most similar pair first, then the next.</summary>
    Greedy,
}

/// <summary>Where a track's instances are expected in the next frame.</summary>
public enum TrackMotion
{
    /// <summary>Where they were seen last.</summary>
    None,

    /// <summary>
    /// Where a Kalman filter of constant velocity on the centroid expects them; the pose is moved without rotation.
    /// </summary>
    Kalman,

    /// <summary>
    /// Where optical flow between the images moves each node (pyramidal Lucas-Kanade, as OpenCV's
    /// <c>calcOpticalFlowPyrLK</c>): sleap-nn's <c>use_flow</c>. Needs the images: the Image column of a view, or the
    /// videos of labels.
    /// </summary>
    OpticalFlow,
}
