using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>Fills short gaps of keypoints along their tracks; see <see cref="CleaningCatalog.Interpolate"/>.</summary>
public sealed class InterpolationTransformer
    : AnalysisTransformer<InterpolationOptions>,
        ILoadable<InterpolationTransformer>
{
    internal InterpolationTransformer(string inputColumn, InterpolationOptions options)
        : base(inputColumn, options.Checked()) { }

    static int ILoadable<InterpolationTransformer>.PayloadVersion => 1;

    internal override string Component => "Interpolate";

    internal override PoseColumnOptions ColumnNames => Options.Columns;

    internal override int RowsBehind => 2 * (Options.MaxGap + 1);

    internal override int RowsAhead => 2 * (Options.MaxGap + 1);

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(AnimalColumn? input) =>
        [new(Options.OutputColumn ?? InputColumn, OutputKind.AsInput)];

    internal override Func<AnalysisComputation> Bind(AnimalColumn input) => () => new InterpolationComputation(Options);

    static InterpolationTransformer ILoadable<InterpolationTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    ) => new(reader.ReadString(), OptionsText.Read<InterpolationOptions>(reader));
}
