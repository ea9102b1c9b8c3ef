namespace Sleap.Transforms;

/// <summary>Transformers along the frames of a video, and from poses to features.</summary>
public static class AnalysisCatalog
{
    /// <summary>Adds how each animal moves, frame by frame:
    /// <list type="bullet">
    /// <item>Centroid (x, y): mean of the visible nodes, or one node, in pixels.</item>
    /// <item>Velocity (x, y) and Speed: way since the frame before, in pixels a frame, or units a second with a
    /// calibration.</item>
    /// <item>Acceleration (x, y): change of the velocity, per frame or second.</item>
    /// <item>Heading: radians in (−π, π] from the x axis; y points down, so it grows clockwise on the screen. From node
    /// to node if two are named, else the direction of motion.</item>
    /// <item>TurnRate: change of the heading, the angular velocity, in radians a frame, or a second with a
    /// calibration.</item>
    /// <item>PathLength: way since the video's first frame, in pixels or units; gaps longer than MaxGap add
    /// nothing.</item>
    /// </list>
    /// NaN where there is nothing to compute from: no visible node, the first frame of a track, a gap longer than
    /// <see cref="KinematicsOptions.MaxGap"/>. After a shorter gap the change is spread over its frames.</summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one or of any number of animals, in pixels.</param>
    /// <param name="options">Thresholds, units and names; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<KinematicsTransformer> Kinematics(
        this PoseCatalog pose,
        string column = "PredictedKeypoints",
        KinematicsOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentException.ThrowIfNullOrEmpty(column);
        return new(pose.Context, new KinematicsTransformer(column, options ?? new KinematicsOptions()));
    }

    /// <summary>
    /// Adds statistics of values over a window of frames, along each track, for classifiers. NaN values do not count; a
    /// window is cut off at the ends of a track.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Values of animals: Single or a vector of known size for one animal, a vector of variable
    /// size for any number; keypoints too.</param>
    /// <param name="options">Thresholds, units and names; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<RollingTransformer> Rolling(
        this PoseCatalog pose,
        string column,
        RollingOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentException.ThrowIfNullOrEmpty(column);
        return new(pose.Context, new RollingTransformer(column, options ?? new RollingOptions()));
    }

    /// <summary>
    /// One row an animal in place of one row a frame: keypoints as Vector&lt;Single, nodes, 2&gt; with SlotNames, Track
    /// as a single key, and every value of animals as Single or Vector&lt;Single, n&gt; with SlotNames, so that
    /// trainers take them as features. Columns of the frame (Video, FrameIndex) are repeated. Put what goes along
    /// tracks before it.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one or of any number of animals.</param>
    /// <param name="options">What is taken along; null for the defaults.</param>
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
}
