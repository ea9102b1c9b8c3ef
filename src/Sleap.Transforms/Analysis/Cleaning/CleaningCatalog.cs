namespace Sleap.Transforms;

/// <summary>
/// Transformers that mend keypoints, along each animal's track. Each writes over its column, or beside it; counts of
/// animals, other columns and the order of rows stay.
/// </summary>
public static class CleaningCatalog
{
    /// <summary>
    /// Makes keypoints missing (NaN) whose score is too low, and all those of an animal whose own score is, or that has
    /// too few left. The animal stays in its row.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one or of any number of animals, in pixels.</param>
    /// <param name="options">Thresholds, units and names; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<ScoreFilterTransformer> FilterByScore(
        this PoseCatalog pose,
        string column = "PredictedKeypoints",
        ScoreFilterOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentException.ThrowIfNullOrEmpty(column);
        return new(pose.Context, new ScoreFilterTransformer(column, options ?? new ScoreFilterOptions()));
    }

    /// <summary>
    /// Makes keypoints missing that are further from where the same node was last kept than an animal can move in that
    /// time. The first place of a node is believed, and any place after <see cref="JumpFilterOptions.ForgetAfter"/>
    /// frames.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one or of any number of animals, in pixels.</param>
    /// <param name="options">Thresholds, units and names; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<JumpFilterTransformer> RemoveJumps(
        this PoseCatalog pose,
        string column = "PredictedKeypoints",
        JumpFilterOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentException.ThrowIfNullOrEmpty(column);
        return new(pose.Context, new JumpFilterTransformer(column, options ?? new JumpFilterOptions()));
    }

    /// <summary>
    /// Exchanges two symmetric nodes of the skeleton (left and right) where that makes their way since the frame before
    /// shorter. The first frame is believed, and scores are not exchanged.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one or of any number of animals, in pixels.</param>
    /// <param name="options">Thresholds, units and names; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<SwapRepairTransformer> RepairSwaps(
        this PoseCatalog pose,
        string column = "PredictedKeypoints",
        SwapRepairOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentException.ThrowIfNullOrEmpty(column);
        return new(pose.Context, new SwapRepairTransformer(column, options ?? new SwapRepairOptions()));
    }

    /// <summary>
    /// Fills keypoints missing for at most <see cref="InterpolationOptions.MaxGap"/> frames from those before and after
    /// in the same track; longer gaps, and what is before the first and after the last point, stay as they are. Only
    /// animals that stand in their row are filled: no row and no animal is added.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one or of any number of animals, in pixels.</param>
    /// <param name="options">Thresholds, units and names; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<InterpolationTransformer> Interpolate(
        this PoseCatalog pose,
        string column = "PredictedKeypoints",
        InterpolationOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentException.ThrowIfNullOrEmpty(column);
        return new(pose.Context, new InterpolationTransformer(column, options ?? new InterpolationOptions()));
    }

    /// <summary>
    /// Smooths keypoints along their tracks, by median or mean: each coordinate becomes that of the frames of the same
    /// video at most half a window away (by FrameIndex, so that left-out frames do not count as neighbours). Missing
    /// points stay missing and do not count.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one or of any number of animals, in pixels.</param>
    /// <param name="window">Frames of a window, odd; 1 changes nothing.</param>
    /// <param name="method">The method, with its defaults.</param>
    /// <param name="outputColumn">Where to; null writes over <paramref name="column"/>.</param>
    /// <param name="columns">The names of the Video, FrameIndex and track columns; null for the defaults. Without these
    /// columns rows count as frames.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<SmoothingTransformer> Smooth(
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
    /// Smooths keypoints along their tracks. Missing points stay missing and do not count; a window is cut off at the
    /// ends of a track.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one or of any number of animals, in pixels.</param>
    /// <param name="options">Nodes, units and names.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<SmoothingTransformer> Smooth(
        this PoseCatalog pose,
        string column,
        SmoothOptions options
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentException.ThrowIfNullOrEmpty(column);
        ArgumentNullException.ThrowIfNull(options);
        return new(pose.Context, new SmoothingTransformer(column, options));
    }
}
