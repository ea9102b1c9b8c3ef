namespace Sleap.Transforms;

/// <summary>Options of <see cref="AnalysisCatalog.Social"/>: what is measured between instances.</summary>
public sealed record SocialOptions : AnalysisOptions
{
    /// <summary>
    /// The node that an instance's heading starts at. It goes together with <see cref="HeadingTo"/>. Default null: all
    /// facing angles are NaN.
    /// </summary>
    public string? HeadingFrom { get; init; }

    /// <summary>The node that the heading points at. Default null.</summary>
    public string? HeadingTo { get; init; }

    /// <summary>
    /// Two instances touch when a node of one and a node of the other are at most this far apart, in units; more than
    /// 0. Default 10.
    /// </summary>
    public double ContactDistance { get; init; } = 10;

    /// <summary>Pixels in one unit of length. Default 1: lengths are pixels.</summary>
    public double PixelsPerUnit { get; init; } = 1;

    /// <summary>
    /// Output: the distance from the instance's centroid (the mean of its visible nodes) to the nearest centroid of
    /// another instance of the frame; one value for each instance, in units. NaN where the instance has no visible
    /// node, or no other instance has one. Default "AnimalDistance".
    /// </summary>
    public string Distance { get; init; } = "AnimalDistance";

    /// <summary>
    /// Output: the least distance from a node of the instance to a node of any other instance; one value for each
    /// instance, in units; NaN as in <see cref="Distance"/>. Default "NodeDistance".
    /// </summary>
    public string NodeDistance { get; init; } = "NodeDistance";

    /// <summary>
    /// Output: the angle from the instance's heading to the direction from its centroid to the nearest centroid of
    /// another instance; one value for each instance, radians in (−π, π], clockwise on the screen. NaN as in
    /// <see cref="Distance"/>, and where the heading is not known. Default "FacingAngle".
    /// </summary>
    public string FacingAngle { get; init; } = "FacingAngle";

    /// <summary>
    /// Output: 1 where the instance touches another one, else 0; one value for each instance; NaN as in
    /// <see cref="Distance"/>. Default "Contact".
    /// </summary>
    public string Contact { get; init; } = "Contact";

    internal override string Component => "Social";

    internal override bool AlongTracks => false;

    // In the order of SocialComputation.
    internal override IReadOnlyList<AnalysisOutput> OutputsFor(string inputColumn, InstanceColumn? input) =>
        [
            new(Distance, OutputKind.Instance),
            new(NodeDistance, OutputKind.Instance),
            new(FacingAngle, OutputKind.Instance),
            new(Contact, OutputKind.Instance),
        ];

    internal override AnalysisComputation CreateComputation(InstanceColumn input) =>
        new SocialComputation(
            this,
            IndexOfOptional(HeadingFrom, input.Skeleton),
            IndexOfOptional(HeadingTo, input.Skeleton)
        );

    private protected override void AddFaults(OptionFaults faults) =>
        faults
            .NodePair(nameof(HeadingFrom), HeadingFrom, nameof(HeadingTo), HeadingTo)
            .Positive(nameof(ContactDistance), ContactDistance)
            .Positive(nameof(PixelsPerUnit), PixelsPerUnit)
            .OutputNames(Distance, NodeDistance, FacingAngle, Contact);
}

/// <summary>How near each instance is to the others of its row, and whether it faces the nearest.</summary>
internal sealed class SocialComputation(SocialOptions options, int from, int to) : AnalysisComputation
{
    public override void Compute(AnalysisWindow window, IReadOnlyList<float[]> outputs)
    {
        var row = window.Row;
        var centroids = new Vector2D[row.Count];
        for (var instance = 0; instance < row.Count; instance++)
            centroids[instance] = Vector2D.Centroid(row.ValuesOf(instance));
        for (var instance = 0; instance < row.Count; instance++)
        {
            var points = row.ValuesOf(instance);
            Vector2D? nearest = null;
            var nodeDistance = double.PositiveInfinity;
            for (var other = 0; other < row.Count; other++)
            {
                if (other == instance || !centroids[other].IsVisible || !centroids[instance].IsVisible)
                    continue;
                var between = centroids[other] - centroids[instance];
                if (nearest is not { } found || between.Length < found.Length)
                    nearest = between;
                nodeDistance = Math.Min(nodeDistance, MinDistance(points, row.ValuesOf(other)));
            }
            if (nearest is not { } toNearest)
                continue;
            outputs[0][instance] = (float)(toNearest.Length / options.PixelsPerUnit);
            outputs[1][instance] = (float)(nodeDistance / options.PixelsPerUnit);
            if (from >= 0)
            {
                var heading = (Vector2D.Of(points, to) - Vector2D.Of(points, from)).Direction;
                outputs[2][instance] = (float)Vector2D.Turn(heading, toNearest.Direction);
            }
            outputs[3][instance] = nodeDistance / options.PixelsPerUnit <= options.ContactDistance ? 1 : 0;
        }
    }

    private static double MinDistance(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        var least = double.PositiveInfinity;
        for (var node = 0; node < one.Length / 2; node++)
        {
            var position = Vector2D.Of(one, node);
            for (var otherNode = 0; position.IsVisible && otherNode < other.Length / 2; otherNode++)
            {
                var distance = (Vector2D.Of(other, otherNode) - position).Length;
                if (distance < least)
                    least = distance;
            }
        }
        return least;
    }
}
