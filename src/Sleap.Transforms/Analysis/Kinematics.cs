namespace Sleap.Transforms;

/// <summary>Options of <see cref="AnalysisCatalog.Kinematics"/>: nodes, units and names.</summary>
public sealed record KinematicsOptions : AnalysisOptions
{
    /// <summary>
    /// The node that the heading starts at, such as the tail base. It goes together with <see cref="HeadingTo"/>.
    /// Default null: the heading is the direction of motion.
    /// </summary>
    public string? HeadingFrom { get; init; }

    /// <summary>The node that the heading points at, such as the snout. Default null.</summary>
    public string? HeadingTo { get; init; }

    /// <summary>The node that is followed. Default null: the centroid, the mean of the visible nodes.</summary>
    public string? Node { get; init; }

    /// <summary>
    /// Pixels in one unit of length, for instance 12.5 pixels a centimeter. Default 1: lengths are pixels.
    /// </summary>
    public double PixelsPerUnit { get; init; } = 1;

    /// <summary>Frames in a second. Default 1: times are frames.</summary>
    public double FramesPerSecond { get; init; } = 1;

    /// <summary>
    /// The most frames from one value to the next over which a velocity, an acceleration or a turn rate is computed; at
    /// least 1. Default 5: at most 4 frames without a pose in between.
    /// </summary>
    public int MaxGap { get; init; } = 5;

    /// <summary>
    /// Output: the position of <see cref="Node"/>, or the mean of the visible nodes; instances × 2 (x, y), in pixels.
    /// NaN where it is missing. Default "Centroid".
    /// </summary>
    public string Centroid { get; init; } = "Centroid";

    /// <summary>
    /// Output: velocity along x and y; instances × 2, in units per second; NaN where unknown. Default "Velocity".
    /// </summary>
    public string Velocity { get; init; } = "Velocity";

    /// <summary>
    /// Output: length of the velocity; one value for each instance, in units per second; NaN where unknown. Default
    /// "Speed".
    /// </summary>
    public string Speed { get; init; } = "Speed";

    /// <summary>
    /// Output: change of the velocity along x and y; instances × 2, in units per second squared; NaN where unknown.
    /// Default "Acceleration".
    /// </summary>
    public string Acceleration { get; init; } = "Acceleration";

    /// <summary>
    /// Output: the direction that the animal faces; one value for each instance, radians in (−π, π] from the x axis,
    /// clockwise on the screen; NaN where unknown. Default "Heading".
    /// </summary>
    public string Heading { get; init; } = "Heading";

    /// <summary>
    /// Output: change of the heading; one value for each instance, in radians per second; NaN where unknown. Default
    /// "TurnRate".
    /// </summary>
    public string TurnRate { get; init; } = "TurnRate";

    /// <summary>
    /// Output: the distance moved since the track's first frame in the video; one value for each instance, in units. It
    /// never decreases and is never NaN: 0 in the first frame and for an instance that cannot be followed. Default
    /// "PathLength".
    /// </summary>
    public string PathLength { get; init; } = "PathLength";

    internal override string Component => "Kinematics";

    // In the order of KinematicsComputation.
    internal override IReadOnlyList<AnalysisOutput> OutputsFor(string inputColumn, InstanceColumn? input)
    {
        string[] coordinates = ["x", "y"];
        return
        [
            new(Centroid, OutputKind.Instance, coordinates),
            new(Velocity, OutputKind.Instance, coordinates),
            new(Speed, OutputKind.Instance),
            new(Acceleration, OutputKind.Instance, coordinates),
            new(Heading, OutputKind.Instance),
            new(TurnRate, OutputKind.Instance),
            new(PathLength, OutputKind.Instance),
        ];
    }

    internal override AnalysisComputation CreateComputation(InstanceColumn input) =>
        new KinematicsComputation(
            this,
            IndexOfOptional(Node, input.Skeleton),
            IndexOfOptional(HeadingFrom, input.Skeleton),
            IndexOfOptional(HeadingTo, input.Skeleton)
        );

    private protected override void AddFaults(OptionFaults faults) =>
        faults
            .NodePair(nameof(HeadingFrom), HeadingFrom, nameof(HeadingTo), HeadingTo)
            .Positive(nameof(PixelsPerUnit), PixelsPerUnit)
            .Positive(nameof(FramesPerSecond), FramesPerSecond)
            .AtLeast(nameof(MaxGap), MaxGap, 1)
            .OutputNames(Centroid, Velocity, Speed, Acceleration, Heading, TurnRate, PathLength);
}

/// <summary>Differences from the last frame with the instance, at most MaxGap frames back.</summary>
internal sealed class KinematicsComputation(KinematicsOptions options, int node, int from, int to) : AnalysisComputation
{
    private readonly TrackStates<Motion> _tracks = new();

    public override void Compute(AnalysisWindow window, IReadOnlyList<float[]> outputs)
    {
        var row = window.Row;
        for (var instance = 0; instance < row.Count; instance++)
        {
            var points = row.ValuesOf(instance);
            var last = _tracks.Of(row, instance);
            var position = Vector2D.NodeOrCentroid(points, node);
            Vector2D step = Vector2D.Missing,
                velocity = Vector2D.Missing,
                acceleration = Vector2D.Missing;
            if (FramesSince(last.Position, row.FrameIndex) is { } frames)
            {
                step = position - last.Position!.Value.Value;
                velocity = options.FramesPerSecond / frames / options.PixelsPerUnit * step;
            }
            if (FramesSince(last.Velocity, row.FrameIndex) is { } since)
                acceleration = options.FramesPerSecond / since * (velocity - last.Velocity!.Value.Value);
            var heading = from >= 0 ? (Vector2D.Of(points, to) - Vector2D.Of(points, from)).Direction : step.Direction;
            var turnRate = FramesSince(last.Heading, row.FrameIndex) is { } turned
                ? Vector2D.Turn(last.Heading!.Value.Value, heading) / turned * options.FramesPerSecond
                : double.NaN;
            if (step.IsVisible)
                last.PathLength += step.Length / options.PixelsPerUnit;

            position.CopyTo(outputs[0], instance);
            velocity.CopyTo(outputs[1], instance);
            outputs[2][instance] = (float)velocity.Length;
            acceleration.CopyTo(outputs[3], instance);
            outputs[4][instance] = (float)heading;
            outputs[5][instance] = (float)turnRate;
            outputs[6][instance] = (float)last.PathLength;
            last.Keep(row.FrameIndex, position, velocity, heading);
        }
    }

    /// <summary>Frames since a value was seen; null where that is too long ago.</summary>
    private double? FramesSince<T>((int Frame, T Value)? last, int frame)
    {
        var frames = last is { } seen ? (long)frame - seen.Frame : 0;
        return frames > 0 && frames <= options.MaxGap ? frames : null;
    }

    /// <summary>The last values of a track that were not missing, each with its frame.</summary>
    private sealed class Motion
    {
        public (int Frame, Vector2D Value)? Position { get; private set; }

        public (int Frame, Vector2D Value)? Velocity { get; private set; }

        public (int Frame, double Value)? Heading { get; private set; }

        public double PathLength { get; set; }

        public void Keep(int frame, Vector2D position, Vector2D velocity, double heading)
        {
            if (position.IsVisible)
                Position = (frame, position);
            if (velocity.IsVisible)
                Velocity = (frame, velocity);
            if (!double.IsNaN(heading))
                Heading = (frame, heading);
        }
    }
}
