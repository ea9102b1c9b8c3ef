using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>Adds angles at nodes of an animal; see <see cref="GeometryCatalog.Angles"/>.</summary>
public sealed class AnglesTransformer : AnalysisTransformer<AnglesOptions>, ILoadable<AnglesTransformer>
{
    internal AnglesTransformer(string inputColumn, AnglesOptions options)
        : base(inputColumn, options.Checked()) { }

    static int ILoadable<AnglesTransformer>.PayloadVersion => 1;

    internal override string Component => "Angles";

    internal override PoseColumnOptions ColumnNames => Options.Columns;

    internal override bool AlongTracks => false;

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(AnimalColumn? input) =>
        [
            new(
                Options.OutputColumn,
                OutputKind.Animal,
                [.. Options.Corners.Select(corner => $"{corner.From}-{corner.At}-{corner.To}")]
            ),
        ];

    internal override Func<AnalysisComputation> Bind(AnimalColumn input)
    {
        (int, int, int)[] corners =
        [
            .. Options.Corners.Select(corner =>
                (
                    NodePositions.Of(input.Skeleton, corner.From, Component),
                    NodePositions.Of(input.Skeleton, corner.At, Component),
                    NodePositions.Of(input.Skeleton, corner.To, Component)
                )
            ),
        ];
        return () => new AnglesComputation(corners);
    }

    static AnglesTransformer ILoadable<AnglesTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    ) => new(reader.ReadString(), OptionsText.Read<AnglesOptions>(reader));
}
