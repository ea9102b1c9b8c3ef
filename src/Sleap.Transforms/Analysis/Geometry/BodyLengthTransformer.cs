using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>Adds the length of the body; see <see cref="GeometryCatalog.BodyLength"/>.</summary>
public sealed class BodyLengthTransformer : AnalysisTransformer<BodyLengthOptions>, ILoadable<BodyLengthTransformer>
{
    internal BodyLengthTransformer(string inputColumn, BodyLengthOptions options)
        : base(inputColumn, options.Checked()) { }

    static int ILoadable<BodyLengthTransformer>.PayloadVersion => 1;

    internal override string Component => "BodyLength";

    internal override PoseColumnOptions ColumnNames => Options.Columns;

    internal override bool AlongTracks => false;

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(AnimalColumn? input) =>
        [new(Options.OutputColumn, OutputKind.Animal)];

    internal override Func<AnalysisComputation> Bind(AnimalColumn input)
    {
        var body = NodePositions.Of(input.Skeleton, Options.Body, Component);
        return () => new BodyLengthComputation(body, Options.PixelsPerUnit);
    }

    static BodyLengthTransformer ILoadable<BodyLengthTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    ) => new(reader.ReadString(), OptionsText.Read<BodyLengthOptions>(reader));
}
