namespace Sleap.Transforms;

/// <summary>Transformers that measure animals within a frame. What a missing keypoint takes part in is NaN.</summary>
public static class GeometryCatalog
{
    /// <summary>
    /// Sees each animal from itself: one node at (0, 0), the way from a second node to a third along the x axis; y
    /// still points to the animal's right on the screen. In pixels; all NaN where one of the three is missing or the
    /// axis has no length.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one or of any number of animals, in pixels.</param>
    /// <param name="options">Nodes, units and names.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<EgocentricTransformer> Egocentric(
        this PoseCatalog pose,
        string column,
        EgocentricOptions options
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentException.ThrowIfNullOrEmpty(column);
        ArgumentNullException.ThrowIfNull(options);
        return new(pose.Context, new EgocentricTransformer(column, options));
    }

    /// <summary>
    /// Divides all coordinates by the length of the animal's body, so that they are in body lengths; from (0, 0), so
    /// after Egocentric. All NaN without a length.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one or of any number of animals, in pixels.</param>
    /// <param name="options">Nodes, units and names.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<SizeNormalizationTransformer> NormalizeSize(
        this PoseCatalog pose,
        string column,
        SizeNormalizationOptions options
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentException.ThrowIfNullOrEmpty(column);
        ArgumentNullException.ThrowIfNull(options);
        return new(pose.Context, new SizeNormalizationTransformer(column, options));
    }

    /// <summary>Adds the length of the line through nodes along the body: a number an animal, in units.</summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one or of any number of animals, in pixels.</param>
    /// <param name="options">Nodes, units and names.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<BodyLengthTransformer> BodyLength(
        this PoseCatalog pose,
        string column,
        BodyLengthOptions options
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentException.ThrowIfNullOrEmpty(column);
        ArgumentNullException.ThrowIfNull(options);
        return new(pose.Context, new BodyLengthTransformer(column, options));
    }

    /// <summary>
    /// Adds the distances between pairs of nodes of an animal, in units: a vector an animal, with slots such as
    /// snout-tail.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one or of any number of animals, in pixels.</param>
    /// <param name="options">Thresholds, units and names; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<DistancesTransformer> Distances(
        this PoseCatalog pose,
        string column = "PredictedKeypoints",
        DistancesOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentException.ThrowIfNullOrEmpty(column);
        return new(pose.Context, new DistancesTransformer(column, options ?? new DistancesOptions()));
    }

    /// <summary>
    /// Adds the angles at nodes, from the first side to the second: radians in (−π, π], clockwise on the screen; a
    /// vector an animal, with slots such as snout-thorax-tail. NaN for a side without length.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one or of any number of animals, in pixels.</param>
    /// <param name="options">Nodes, units and names.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<AnglesTransformer> Angles(
        this PoseCatalog pose,
        string column,
        AnglesOptions options
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentException.ThrowIfNullOrEmpty(column);
        ArgumentNullException.ThrowIfNull(options);
        return new(pose.Context, new AnglesTransformer(column, options));
    }

    /// <summary>
    /// Adds, for each animal, how it stands to the nearest other one of its row. NaN where there is no other, or one is
    /// not seen at all.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="column">Keypoints of one or of any number of animals, in pixels.</param>
    /// <param name="options">Thresholds, units and names; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static AnalysisEstimator<SocialTransformer> Social(
        this PoseCatalog pose,
        string column = "PredictedKeypoints",
        SocialOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentException.ThrowIfNullOrEmpty(column);
        return new(pose.Context, new SocialTransformer(column, options ?? new SocialOptions()));
    }
}
