using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>Divides coordinates by the animal's length; see <see cref="GeometryCatalog.NormalizeSize"/>.</summary>
public sealed class SizeNormalizationTransformer
    : AnalysisTransformer<SizeNormalizationOptions>,
        ILoadable<SizeNormalizationTransformer>
{
    internal SizeNormalizationTransformer(string inputColumn, SizeNormalizationOptions options)
        : base(inputColumn, options.Checked()) { }

    static int ILoadable<SizeNormalizationTransformer>.PayloadVersion => 1;

    internal override string Component => "NormalizeSize";

    internal override PoseColumnOptions ColumnNames => Options.Columns;

    internal override bool AlongTracks => Options.Window > 1;

    internal override int RowsBehind => Options.Window / 2;

    internal override int RowsAhead => Options.Window / 2;

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(AnimalColumn? input) =>
        [new(Options.OutputColumn ?? InputColumn, OutputKind.AsInput)];

    internal override Func<AnalysisComputation> Bind(AnimalColumn input)
    {
        var body = NodePositions.Of(input.Skeleton, Options.Body, Component);
        return () => new SizeNormalizationComputation(body, Options.Window / 2);
    }

    static SizeNormalizationTransformer ILoadable<SizeNormalizationTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    ) => new(reader.ReadString(), OptionsText.Read<SizeNormalizationOptions>(reader));
}
