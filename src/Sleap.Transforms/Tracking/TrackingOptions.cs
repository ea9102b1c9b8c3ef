using System.Globalization;

namespace Sleap.Transforms;

/// <summary>
/// How instances are followed over the frames of a video. The parts and their names are those of sleap-nn's tracker.
/// </summary>
public sealed record TrackingOptions
{
    /// <summary>
    /// The past instances that those of a frame are compared with. Default local queues. <see cref="MaxTracks"/> implies
    /// local queues.
    /// </summary>
    public TrackCandidates Candidates { get; init; } = TrackCandidates.LocalQueues;

    /// <summary>
    /// Frames of the window, or instances of each track's queue. Default 1, which switched least in docs/tracking.md;
    /// sleap-nn's is 5.
    /// </summary>
    public int WindowSize { get; init; } = 1;

    /// <summary>The feature of an instance that is compared. Default keypoints.</summary>
    public TrackFeatures Features { get; init; } = TrackFeatures.Keypoints;

    /// <summary>
    /// The similarity of two instances. Default <see cref="TrackScoring.WeightedOks"/>; sleap-nn's is
    /// <see cref="TrackScoring.Oks"/>.
    /// </summary>
    public TrackScoring Scoring { get; init; } = TrackScoring.WeightedOks;

    /// <summary>
    /// Spread of a node for OKS, as a share of the instance's size: about how far it moves from frame to frame, or while
    /// an instance is not found. Default 0.7, in the middle of the good values in docs/tracking.md; sleap-nn's is 0.025,
    /// how far apart two people place a node.
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
    /// For <see cref="TrackMotion.OpticalFlow"/>: the scale of the images; a smaller one is faster to compute and
    /// follows faster motion. Default 1. sleap-nn's <c>of_img_scale</c>.
    /// </summary>
    public double FlowScale { get; init; } = 1;

    /// <summary>
    /// For <see cref="TrackMotion.OpticalFlow"/>: side in pixels of the window around a node, in the scaled image and
    /// its smaller copies. Default 21. sleap-nn's <c>of_window_size</c>.
    /// </summary>
    public int FlowWindow { get; init; } = 21;

    /// <summary>
    /// For <see cref="TrackMotion.OpticalFlow"/>: smaller copies of the image, each half of the one before, in which
    /// the search begins. Default 3. sleap-nn's <c>of_max_levels</c>.
    /// </summary>
    public int FlowLevels { get; init; } = 3;

    /// <summary>
    /// The largest number of tracks; more instances have no track. Null (default): no limit but
    /// <see cref="TrackCapacity"/>.
    /// </summary>
    public int? MaxTracks { get; init; }

    /// <summary>
    /// How many names of tracks a column has without <see cref="MaxTracks"/>, because a data view's keys are fixed
    /// before a row is read. A video with more tracks ends the pass with an <see cref="InvalidOperationException"/>.
    /// Default 1000.
    /// </summary>
    public int TrackCapacity { get; init; } = 1000;

    /// <summary>An instance starts a track only with more visible nodes than this. Default 0.</summary>
    public int MinNewTrackPoints { get; init; }

    /// <summary>A past instance is compared only if it has more visible nodes than this. Default 0.</summary>
    public int MinMatchPoints { get; init; }

    /// <summary>
    /// At most this many instances of a frame are tracked, the best ones; the others have no track. Null (default): all
    /// are.
    /// </summary>
    public int? PreCullCount { get; init; }

    /// <summary>
    /// When there are more instances than <see cref="PreCullCount"/>, those whose box overlaps a better one's by more
    /// than this are removed first. Null (default): by score only.
    /// </summary>
    public double? PreCullIou { get; init; }

    /// <summary>At most this many instances of a frame keep their track, the best ones. Null (default): all do.</summary>
    public int? CleanCount { get; init; }

    /// <summary>As <see cref="PreCullIou"/>, for <see cref="CleanCount"/>.</summary>
    public double? CleanIou { get; init; }

    /// <summary>
    /// Where exactly one track is new in a frame and exactly one is missing, the new one is joined to the missing one.
    /// Default false.
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
    /// <summary>All nodes.</summary>
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
    /// Minus the distance in pixels over all coordinates together; unknown when one of them is missing.
    /// </summary>
    EuclideanDistance,

    /// <summary>
    /// <see cref="Oks"/> times the share of the skeleton's nodes that the instance has, 0 to 1: the pairing in which most
    /// nodes agree wins. By plain OKS a false instance of two nodes weighs as much as a true one of twenty, and where its
    /// nodes are those of the true one, it takes the track.
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

    /// <summary>A quantile, see TrackingOptions.RobustQuantile.</summary>
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
