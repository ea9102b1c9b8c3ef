namespace Sleap.Transforms;

/// <summary>Transformers on the poses of one animal, along the frames of a video.</summary>
public static class AnalysisCatalog
{
    /// <summary>
    /// Smooths keypoints along the frames: each coordinate becomes the median or mean over the frames of the same video at most half a window
    /// away (by FrameIndex, so that left-out frames do not count as neighbours). Missing points stay missing and do not count.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of exactly one animal: Vector&lt;Single, nodes, 2&gt;, in pixels.</param>
    /// <param name="window">Frames of a window, odd; 1 changes nothing.</param>
    /// <param name="method">Median or mean.</param>
    /// <param name="outputColumn">Where to; null writes over <paramref name="column"/>.</param>
    /// <param name="columns">The names of the Video and FrameIndex columns; null for the defaults. Without these columns rows count as frames.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static SmoothingEstimator Smooth(
        this PoseCatalog pose, string column = "PredictedKeypoints", int window = 5, SmoothMethod method = SmoothMethod.Median, string? outputColumn = null,
        PoseColumnOptions? columns = null)
    {
        ArgumentNullException.ThrowIfNull(pose);
        List<string> faults = [];
        if (string.IsNullOrEmpty(column) || outputColumn == "")
            faults.Add("a column has no name");
        if (window < 1 || window % 2 == 0)
            faults.Add($"{nameof(window)} is {window}, expected an odd number of frames");
        if (!Enum.IsDefined(method))
            faults.Add($"{nameof(method)} is {method}, expected one of {string.Join(", ", Enum.GetNames<SmoothMethod>())}");
        if (faults.Count > 0)
            throw new ArgumentException($"Smooth: {string.Join("; ", faults)}.");
        return new SmoothingEstimator(new SmoothingTransformer(column, outputColumn ?? column, window, method, (columns ?? new PoseColumnOptions()).Checked()));
    }

    /// <summary>Adds what the motion of one animal is, frame by frame:
    /// <list type="bullet">
    /// <item>Centroid, Vector&lt;Single, 2&gt;: mean of the visible nodes, x and y in pixels.</item>
    /// <item>Speed, Single: way of the centroid since the frame before, in pixels a frame, or units a second with a calibration.</item>
    /// <item>Heading, Single: radians in (−π, π] from the x axis; y points down, so it grows clockwise on the screen. From node to node if two are
    /// named, else the direction of motion.</item>
    /// <item>TurnRate, Single: change of the heading, in radians a frame, or a second with a calibration.</item>
    /// </list>
    /// NaN where there is nothing to compute from: no visible node, the first frame of a video, a gap longer than
    /// <see cref="KinematicsOptions.MaxGap"/>.</summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of exactly one animal: Vector&lt;Single, nodes, 2&gt;, in pixels.</param>
    /// <param name="options">Units, heading and names; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static KinematicsEstimator Kinematics(this PoseCatalog pose, string column = "PredictedKeypoints", KinematicsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentException.ThrowIfNullOrEmpty(column);
        return new KinematicsEstimator(new KinematicsTransformer(column, (options ?? new KinematicsOptions()).Checked()));
    }
}
