using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Options of <see cref="AnalysisCatalog.Distances"/>: the distances to measure.</summary>
public sealed record DistancesOptions : AnalysisOptions
{
    /// <summary>
    /// The pairs of nodes; one at least. Default null: every pair of two different nodes, once, in the order of the
    /// skeleton.
    /// </summary>
    public IReadOnlyList<NodePair>? Pairs { get; init; }

    /// <summary>Pixels in one unit of length. Default 1: lengths are pixels.</summary>
    public double PixelsPerUnit { get; init; } = 1;

    /// <summary>
    /// Output: the distances between nodes of the same instance; instances × pairs, in units. NaN where one of the two
    /// nodes is missing. Values are named From-To. Default "Distances".
    /// </summary>
    public string OutputColumn { get; init; } = "Distances";

    internal override string Component => "Distances";

    internal override bool AlongTracks => false;

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(string inputColumn, InstanceColumn? input) =>
        [
            new(
                OutputColumn,
                OutputKind.Instance,
                input is null ? [""] : [.. PairsOf(input.Skeleton).Select(pair => $"{pair.From}-{pair.To}")]
            ),
        ];

    internal override AnalysisComputation CreateComputation(InstanceColumn input)
    {
        (int, int)[] pairs =
        [
            .. PairsOf(input.Skeleton)
                .Select(pair => (IndexOf(pair.From, input.Skeleton), IndexOf(pair.To, input.Skeleton))),
        ];
        return pairs.Length > 0
            ? new DistancesComputation(pairs, PixelsPerUnit)
            : throw new ArgumentException(
                $"Distances: '{input.Column.Name}' has a single node, expected two at least."
            );
    }

    private protected override void AddFaults(OptionFaults faults) =>
        faults
            .If(Pairs is { Count: 0 }, $"{nameof(Pairs)} is empty, expected null for all pairs")
            .Positive(nameof(PixelsPerUnit), PixelsPerUnit)
            .OutputNames(OutputColumn);

    private IEnumerable<NodePair> PairsOf(Skeleton skeleton) =>
        Pairs
        ?? skeleton.Nodes.SelectMany(
            (from, index) => skeleton.Nodes.Skip(index + 1).Select(to => new NodePair(from, to))
        );
}

/// <summary>Two nodes by name.</summary>
/// <param name="From">The first node.</param>
/// <param name="To">The second node.</param>
public sealed record NodePair(string From, string To);

/// <summary>Distances between nodes of the same instance, in units. NaN when one is missing.</summary>
internal sealed class DistancesComputation((int From, int To)[] pairs, double pixelsPerUnit) : AnalysisComputation
{
    public override void Compute(AnalysisWindow window, IReadOnlyList<float[]> outputs)
    {
        for (var instance = 0; instance < window.Row.Count; instance++)
        {
            var points = window.Row.ValuesOf(instance);
            for (var pair = 0; pair < pairs.Length; pair++)
            {
                var between = Vector2D.Of(points, pairs[pair].To) - Vector2D.Of(points, pairs[pair].From);
                outputs[0][(instance * pairs.Length) + pair] = (float)(between.Length / pixelsPerUnit);
            }
        }
    }
}
