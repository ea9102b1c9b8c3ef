using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>Adds distances between nodes of an animal; see <see cref="GeometryCatalog.Distances"/>.</summary>
public sealed class DistancesTransformer : AnalysisTransformer<DistancesOptions>, ILoadable<DistancesTransformer>
{
    internal DistancesTransformer(string inputColumn, DistancesOptions options)
        : base(inputColumn, options.Checked()) { }

    static int ILoadable<DistancesTransformer>.PayloadVersion => 1;

    internal override string Component => "Distances";

    internal override PoseColumnOptions ColumnNames => Options.Columns;

    internal override bool AlongTracks => false;

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(AnimalColumn? input) =>
        [
            new(
                Options.OutputColumn,
                OutputKind.Animal,
                input is null ? [""] : [.. PairsOf(input.Skeleton).Select(pair => $"{pair.From}-{pair.To}")]
            ),
        ];

    internal override Func<AnalysisComputation> Bind(AnimalColumn input)
    {
        (int, int)[] pairs =
        [
            .. PairsOf(input.Skeleton)
                .Select(pair =>
                    (
                        NodePositions.Of(input.Skeleton, pair.From, Component),
                        NodePositions.Of(input.Skeleton, pair.To, Component)
                    )
                ),
        ];
        return pairs.Length > 0
            ? () => new DistancesComputation(pairs, Options.PixelsPerUnit)
            : throw new ArgumentException($"Distances: '{InputColumn}' has a single node, expected two at least.");
    }

    private IEnumerable<NodePair> PairsOf(Sleap.IO.Skeleton skeleton) =>
        Options.Pairs
        ?? skeleton.Nodes.SelectMany(
            (from, position) => skeleton.Nodes.Skip(position + 1).Select(to => new NodePair(from, to))
        );

    static DistancesTransformer ILoadable<DistancesTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    ) => new(reader.ReadString(), OptionsText.Read<DistancesOptions>(reader));
}
