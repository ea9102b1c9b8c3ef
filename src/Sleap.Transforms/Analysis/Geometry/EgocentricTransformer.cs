using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>Sees each animal from itself; see <see cref="GeometryCatalog.Egocentric"/>.</summary>
public sealed class EgocentricTransformer : AnalysisTransformer<EgocentricOptions>, ILoadable<EgocentricTransformer>
{
    internal EgocentricTransformer(string inputColumn, EgocentricOptions options)
        : base(inputColumn, options.Checked()) { }

    static int ILoadable<EgocentricTransformer>.PayloadVersion => 1;

    internal override string Component => "Egocentric";

    internal override PoseColumnOptions ColumnNames => Options.Columns;

    internal override bool AlongTracks => false;

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(AnimalColumn? input) =>
        [new(Options.OutputColumn ?? InputColumn, OutputKind.AsInput)];

    internal override Func<AnalysisComputation> Bind(AnimalColumn input)
    {
        int origin = NodePositions.Of(input.Skeleton, Options.Origin, Component),
            from = NodePositions.Of(input.Skeleton, Options.From, Component),
            to = NodePositions.Of(input.Skeleton, Options.To, Component);
        return () => new EgocentricComputation(origin, from, to);
    }

    static EgocentricTransformer ILoadable<EgocentricTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    ) => new(reader.ReadString(), OptionsText.Read<EgocentricOptions>(reader));
}
