namespace Sleap.Transforms;

/// <summary>What <see cref="AnalysisCatalog.Kinematics"/> computes from, and in which units.</summary>
public sealed record KinematicsOptions
{
    /// <summary>
    /// The node that the heading starts at, such as the tail base. Null (default), as <see cref="HeadingTo"/>: the
    /// direction of motion.
    /// </summary>
    public string? HeadingFrom { get; init; }

    /// <summary>The node that the heading points at, such as the snout. Default null.</summary>
    public string? HeadingTo { get; init; }

    /// <summary>The node whose way is followed. Default null: the centroid, the mean of the visible nodes.</summary>
    public string? Node { get; init; }

    /// <summary>
    /// Pixels in one unit of length, for instance 12.5 pixels a centimetre. Default 1: lengths are pixels.
    /// </summary>
    public double PixelsPerUnit { get; init; } = 1;

    /// <summary>Frames in a second. Default 1: times are frames.</summary>
    public double FramesPerSecond { get; init; } = 1;

    /// <summary>
    /// Over how many frames at most a speed or a turn is computed when frames in between have no pose. Default 5.
    /// </summary>
    public int MaxGap { get; init; } = 5;

    /// <summary>Output: the node, or mean of the visible nodes, x and y in pixels. Default "Centroid".</summary>
    public string Centroid { get; init; } = "Centroid";

    /// <summary>Output: change of the place along x and y. Default "Velocity".</summary>
    public string Velocity { get; init; } = "Velocity";

    /// <summary>Output: how fast the centroid moves. Default "Speed".</summary>
    public string Speed { get; init; } = "Speed";

    /// <summary>Output: change of the velocity along x and y. Default "Acceleration".</summary>
    public string Acceleration { get; init; } = "Acceleration";

    /// <summary>Output: where the animal faces. Default "Heading".</summary>
    public string Heading { get; init; } = "Heading";

    /// <summary>Output: how fast the heading turns. Default "TurnRate".</summary>
    public string TurnRate { get; init; } = "TurnRate";

    /// <summary>Output: the way since the video's first frame. Default "PathLength".</summary>
    public string PathLength { get; init; } = "PathLength";

    /// <summary>The names of the Video, FrameIndex and track columns.</summary>
    public PoseColumnOptions Columns { get; init; } = new();

    internal KinematicsOptions Checked()
    {
        new OptionFaults("Kinematics")
            .Columns(Columns)
            .NodePair(nameof(HeadingFrom), HeadingFrom, nameof(HeadingTo), HeadingTo)
            .Positive(nameof(PixelsPerUnit), PixelsPerUnit)
            .Positive(nameof(FramesPerSecond), FramesPerSecond)
            .AtLeast(nameof(MaxGap), MaxGap, 1)
            .OutputNames(Centroid, Velocity, Speed, Acceleration, Heading, TurnRate, PathLength)
            .Throw();
        return this;
    }
}
