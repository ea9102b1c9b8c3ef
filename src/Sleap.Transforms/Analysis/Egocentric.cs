namespace Sleap.Transforms;

/// <summary>Options of <see cref="AnalysisCatalog.Egocentric"/>: the coordinate system of an instance.</summary>
public sealed record EgocentricOptions : AnalysisOptions
{
    /// <summary>The node that becomes (0, 0).</summary>
    public required string Origin { get; init; }

    /// <summary>The node that the x axis starts from, such as the tail base.</summary>
    public required string From { get; init; }

    /// <summary>The node that the x axis points to, such as the snout; not <see cref="From"/>.</summary>
    public required string To { get; init; }

    /// <summary>
    /// Output: the keypoints in pixels from <see cref="Origin"/>; all NaN for an instance without one of the three
    /// nodes. Null (default) replaces the input column.
    /// </summary>
    public string? OutputColumn { get; init; }

    internal override string Component => "Egocentric";

    internal override bool AlongTracks => false;

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(string inputColumn, InstanceColumn? input) =>
        [new(OutputColumn ?? inputColumn, OutputKind.AsInput)];

    internal override AnalysisComputation CreateComputation(InstanceColumn input) =>
        new EgocentricComputation(
            IndexOf(Origin, input.Skeleton),
            IndexOf(From, input.Skeleton),
            IndexOf(To, input.Skeleton)
        );

    private protected override void AddFaults(OptionFaults faults) =>
        faults
            .If(string.IsNullOrEmpty(Origin), $"{nameof(Origin)} is empty")
            .NodePair(nameof(From), From, nameof(To), To, isRequired: true)
            .OutputName(OutputColumn);
}

/// <summary>
/// Moves and turns each instance so that one node is at (0, 0) and the line from a second to a third is the x axis.
/// </summary>
internal sealed class EgocentricComputation(int origin, int from, int to) : AnalysisComputation
{
    public override void Compute(AnalysisWindow window, IReadOnlyList<float[]> outputs)
    {
        var row = window.Row;
        for (var instance = 0; instance < row.Count; instance++)
        {
            var points = row.ValuesOf(instance);
            var turned = outputs[0].AsSpan(instance * row.Width, row.Width);
            Vector2D center = Vector2D.Of(points, origin),
                axis = Vector2D.Of(points, to) - Vector2D.Of(points, from);
            double cos = axis.X / axis.Length,
                sin = axis.Y / axis.Length;
            for (var node = 0; node < row.Width / 2; node++)
            {
                var moved = Vector2D.Of(points, node) - center;
                var position = new Vector2D((cos * moved.X) + (sin * moved.Y), (cos * moved.Y) - (sin * moved.X));
                // x and y are missing together.
                (position.IsVisible ? position : Vector2D.Missing).CopyTo(turned, node);
            }
        }
    }
}
