namespace Sleap.Transforms;

/// <summary>Options of <see cref="AnalysisCatalog.Angles"/>: the angles to measure.</summary>
public sealed record AnglesOptions : AnalysisOptions
{
    /// <summary>The angles to measure, each between three nodes; one at least.</summary>
    public required IReadOnlyList<NodeCorner> Corners { get; init; }

    /// <summary>
    /// Output: the angle from <see cref="NodeCorner.From"/> to <see cref="NodeCorner.To"/> as seen from
    /// <see cref="NodeCorner.At"/>; instances × corners. Radians in (−π, π], clockwise on the screen; NaN where one of
    /// the three nodes is missing or two of them that make a side are at the same position. Values are named
    /// From-At-To. Default "Angles".
    /// </summary>
    public string OutputColumn { get; init; } = "Angles";

    internal override string Component => "Angles";

    internal override bool AlongTracks => false;

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(string inputColumn, InstanceColumn? input) =>
        [
            new(
                OutputColumn,
                OutputKind.Instance,
                [.. Corners.Select(corner => $"{corner.From}-{corner.At}-{corner.To}")]
            ),
        ];

    internal override AnalysisComputation CreateComputation(InstanceColumn input) =>
        new AnglesComputation([
            .. Corners.Select(corner =>
                (
                    IndexOf(corner.From, input.Skeleton),
                    IndexOf(corner.At, input.Skeleton),
                    IndexOf(corner.To, input.Skeleton)
                )
            ),
        ]);

    private protected override void AddFaults(OptionFaults faults) =>
        faults.If(Corners is null || Corners.Count == 0, $"{nameof(Corners)} is empty").OutputNames(OutputColumn);
}

/// <summary>Three nodes by name, which make an angle.</summary>
/// <param name="From">The node at the end of the first side.</param>
/// <param name="At">The node at which the angle is measured.</param>
/// <param name="To">The node at the end of the second side.</param>
public sealed record NodeCorner(string From, string At, string To);

/// <summary>
/// The angle from the first side of a corner to the second: radians in (−π, π], clockwise on the screen. NaN when a
/// node is missing, or a side has no length.
/// </summary>
internal sealed class AnglesComputation((int From, int At, int To)[] corners) : AnalysisComputation
{
    public override void Compute(AnalysisWindow window, IReadOnlyList<float[]> outputs)
    {
        for (var instance = 0; instance < window.Row.Count; instance++)
        {
            var points = window.Row.ValuesOf(instance);
            for (var corner = 0; corner < corners.Length; corner++)
            {
                var at = Vector2D.Of(points, corners[corner].At);
                double first = (Vector2D.Of(points, corners[corner].From) - at).Direction,
                    second = (Vector2D.Of(points, corners[corner].To) - at).Direction;
                outputs[0][(instance * corners.Length) + corner] = (float)Vector2D.Turn(first, second);
            }
        }
    }
}
