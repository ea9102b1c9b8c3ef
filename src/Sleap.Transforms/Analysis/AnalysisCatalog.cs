namespace Sleap.Transforms;

/// <summary>Analyses of poses: cleaning, geometry, motion, regions, and features for trainers.</summary>
/// <remarks>
/// <para>Input: keypoints of one instance, Vector&lt;Single, nodes, 2&gt;, or of any number, Vector&lt;Single, *,
/// nodes, 2&gt;, of labels or of predictions.</para>
/// <para>Output: cleaning replaces the column, or writes beside it. All others add columns: a value of each instance is
/// Single for one instance and Vector&lt;Single, *&gt; for any number; n values of each are Vector&lt;Single, n&gt;
/// with SlotNames, or Vector&lt;Single, *, n&gt; with the names in the annotation AnimalSlotNames. Other columns, the
/// number of instances, and the order of rows stay.</para>
/// <para>Units: pixels and frames, or the units of <c>PixelsPerUnit</c> and seconds of <c>FramesPerSecond</c>. Angles
/// are radians in (−π, π], clockwise on the screen, because y points down. Missing is NaN, in and out.</para>
/// </remarks>
public static class AnalysisCatalog
{
    /// <summary>
    /// Makes keypoints missing whose score is too low, and all keypoints of an instance whose own score is too low or
    /// that has too few keypoints left. The instance stays in its row.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one instance or of any number, in pixels.</param>
    /// <param name="options">Thresholds, units and names; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<ScoreFilterOptions> FilterByScore(
        this PoseCatalog pose,
        string column = "PredictedKeypoints",
        ScoreFilterOptions? options = null
    ) => Create(pose, column, options ?? new());

    /// <summary>
    /// Makes keypoints missing that are further away from where the same node was last kept than
    /// <see cref="JumpFilterOptions.MaxJump"/> allows for that many frames. The first position of a node is kept, and
    /// any position more than <see cref="JumpFilterOptions.ForgetAfter"/> frames after the last one that was kept.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one instance or of any number, in pixels.</param>
    /// <param name="options">Thresholds, units and names; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<JumpFilterOptions> RemoveJumps(
        this PoseCatalog pose,
        string column = "PredictedKeypoints",
        JumpFilterOptions? options = null
    ) => Create(pose, column, options ?? new());

    /// <summary>
    /// Exchanges two symmetric nodes of the skeleton (left and right) where that shortens the distance that they moved
    /// since they were last seen. The first frame is accepted as it is, and scores are not exchanged.
    /// </summary>
    /// <remarks>Fitting throws an <see cref="ArgumentException"/> for a skeleton without symmetric nodes.</remarks>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one instance or of any number, in pixels.</param>
    /// <param name="options">Thresholds, units and names; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<SwapRepairOptions> RepairSwaps(
        this PoseCatalog pose,
        string column = "PredictedKeypoints",
        SwapRepairOptions? options = null
    ) => Create(pose, column, options ?? new());

    /// <summary>
    /// Fills keypoints that are missing for at most <see cref="InterpolationOptions.MaxGap"/> frames from those before
    /// and after in the same track.
    /// </summary>
    /// <remarks>
    /// Longer gaps stay as they are, and so does what is before the first and after the last point. Only instances that
    /// are in their row are filled: no row and no instance is added.
    /// </remarks>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one instance or of any number, in pixels.</param>
    /// <param name="options">Thresholds, units and names; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<InterpolationOptions> Interpolate(
        this PoseCatalog pose,
        string column = "PredictedKeypoints",
        InterpolationOptions? options = null
    ) => Create(pose, column, options ?? new());

    /// <summary>
    /// Smooths keypoints along their tracks. Missing points stay missing and are left out of the windows; a window is
    /// cut off at the ends of a track.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one instance or of any number, in pixels.</param>
    /// <param name="options">Method, window and names.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<SmoothOptions> Smooth(
        this PoseCatalog pose,
        string column,
        SmoothOptions options
    ) => Create(pose, column, options);

    /// <summary>
    /// Smooths keypoints along their tracks, by default with a median: each coordinate becomes that of the frames of
    /// the same track at most half a window away. Distances are those of FrameIndex, so frames without a row count.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one instance or of any number, in pixels.</param>
    /// <param name="window">Frames of a window, odd; 1 changes nothing.</param>
    /// <param name="method">The method, with its defaults.</param>
    /// <param name="outputColumn">Output: the keypoints. Null replaces <paramref name="column"/>.</param>
    /// <param name="columns">The names of the Video, FrameIndex and track columns; null for the defaults. Without these
    /// columns rows count as frames.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<SmoothOptions> Smooth(
        this PoseCatalog pose,
        string column = "PredictedKeypoints",
        int window = 5,
        SmoothMethod method = SmoothMethod.Median,
        string? outputColumn = null,
        PoseColumnOptions? columns = null
    ) =>
        pose.Smooth(
            column,
            new SmoothOptions
            {
                Window = window,
                Method = method,
                OutputColumn = outputColumn,
                Columns = columns ?? new(),
            }
        );

    /// <summary>
    /// Moves and turns each instance so that one node is at (0, 0) and the line from a second node to a third points
    /// along the x axis. The y axis points to the right of this direction, as seen in the image.
    /// </summary>
    /// <remarks>
    /// In pixels. All NaN where one of the three nodes is missing, or the second and the third are at the same
    /// position.
    /// </remarks>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one instance or of any number, in pixels.</param>
    /// <param name="options">Nodes, units and names.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<EgocentricOptions> Egocentric(
        this PoseCatalog pose,
        string column,
        EgocentricOptions options
    ) => Create(pose, column, options);

    /// <summary>
    /// Divides all coordinates by the length of the instance's body, so that they are in body lengths. The point (0, 0)
    /// stays where it is, so run Egocentric first. All coordinates of an instance without a length are NaN.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one instance or of any number, in pixels.</param>
    /// <param name="options">Nodes, units and names.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<SizeNormalizationOptions> NormalizeSize(
        this PoseCatalog pose,
        string column,
        SizeNormalizationOptions options
    ) => Create(pose, column, options);

    /// <summary>
    /// Adds the length of the line through the nodes along the body: a value of each instance, in units. NaN where one
    /// of these nodes is missing.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one instance or of any number, in pixels.</param>
    /// <param name="options">Nodes, units and names.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<BodyLengthOptions> BodyLength(
        this PoseCatalog pose,
        string column,
        BodyLengthOptions options
    ) => Create(pose, column, options);

    /// <summary>
    /// Adds the distances between pairs of nodes of an instance, in units: a value for each pair, with names such as
    /// snout-tail. NaN when a node is missing.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one instance or of any number, in pixels.</param>
    /// <param name="options">Thresholds, units and names; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<DistancesOptions> Distances(
        this PoseCatalog pose,
        string column = "PredictedKeypoints",
        DistancesOptions? options = null
    ) => Create(pose, column, options ?? new());

    /// <summary>
    /// Adds the angles at nodes, from the first side to the second: a value for each corner, with names such as
    /// snout-thorax-tail. NaN when a node is missing, or a side has no length.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one instance or of any number, in pixels.</param>
    /// <param name="options">Nodes, units and names.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<AnglesOptions> Angles(
        this PoseCatalog pose,
        string column,
        AnglesOptions options
    ) => Create(pose, column, options);

    /// <summary>
    /// Adds for each instance the distances and the angle to the nearest other one of its row, and whether it touches
    /// another. NaN where there is no other, or one has no visible node.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one instance or of any number, in pixels.</param>
    /// <param name="options">Thresholds, units and names; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<SocialOptions> Social(
        this PoseCatalog pose,
        string column = "PredictedKeypoints",
        SocialOptions? options = null
    ) => Create(pose, column, options ?? new());

    /// <summary>
    /// Adds the motion of each instance, frame by frame:
    /// <list type="bullet">
    /// <item>Centroid (x, y): mean of the visible nodes, or one node, in pixels.</item>
    /// <item>Velocity (x, y) and Speed: distance moved since the frame before, in pixels a frame, or units a
    /// second.</item>
    /// <item>Acceleration (x, y): change of the velocity, per frame or second.</item>
    /// <item>Heading: direction from node to node if two are named, else that of the motion; from the x axis.</item>
    /// <item>TurnRate: change of the heading, in radians a frame or a second.</item>
    /// <item>PathLength: distance moved since the track's first frame in the video. Gaps longer than MaxGap add
    /// nothing.</item>
    /// </list>
    /// </summary>
    /// <remarks>
    /// NaN where there is nothing to compute from: no visible node, the first frame of a track, a gap longer than
    /// <see cref="KinematicsOptions.MaxGap"/>. After a shorter gap the change is spread over its frames. PathLength is
    /// never NaN.
    /// </remarks>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one instance or of any number, in pixels.</param>
    /// <param name="options">Thresholds, units and names; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<KinematicsOptions> Kinematics(
        this PoseCatalog pose,
        string column = "PredictedKeypoints",
        KinematicsOptions? options = null
    ) => Create(pose, column, options ?? new());

    /// <summary>
    /// Adds for each instance and region whether it is inside, how often it entered, how long it stayed and when it
    /// first came, and for each row how many instances are inside each region.
    /// </summary>
    /// <remarks>
    /// While the position of an instance is missing, its sums stay as they are. All start again with each video.
    /// </remarks>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one instance or of any number, in pixels.</param>
    /// <param name="options">Regions, node, units and names.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<RegionsOptions> InRegions(
        this PoseCatalog pose,
        string column,
        RegionsOptions options
    ) => Create(pose, column, options);

    /// <summary>
    /// Adds statistics of values over a window of frames, along each track, for classifiers. NaN values are left out; a
    /// window is cut off at the ends of a track.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Values of instances: Single or a vector of known size for one instance, a vector of
    /// variable size for any number; keypoints too.</param>
    /// <param name="options">Window and statistics; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<RollingOptions> Rolling(
        this PoseCatalog pose,
        string column,
        RollingOptions? options = null
    ) => Create(pose, column, options ?? new());

    /// <summary>
    /// Makes one row of each instance in place of one row of each frame, so that trainers take the values as features.
    /// </summary>
    /// <remarks>
    /// Keypoints become Vector&lt;Single, nodes, 2&gt; with SlotNames, Track a single key, and every value of instances
    /// Single or Vector&lt;Single, n&gt; with SlotNames. Columns of the frame (Video, FrameIndex) are repeated. Put
    /// analyses that follow tracks before it: they need one row for each frame.
    /// </remarks>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one instance or of any number.</param>
    /// <param name="options">Which columns are converted; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static InstancesEstimator ToInstances(
        this PoseCatalog pose,
        string column = "PredictedKeypoints",
        InstancesOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentException.ThrowIfNullOrEmpty(column);
        return new InstancesEstimator(new InstancesTransformer(column, options ?? new InstancesOptions()));
    }

    private static AnalysisEstimator<TOptions> Create<TOptions>(PoseCatalog pose, string column, TOptions options)
        where TOptions : AnalysisOptions
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentException.ThrowIfNullOrEmpty(column);
        ArgumentNullException.ThrowIfNull(options);
        return new(new AnalysisTransformer<TOptions>(pose.Context, column, options));
    }
}
