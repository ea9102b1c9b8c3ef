using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>Makes keypoints that jump missing; see <see cref="CleaningCatalog.RemoveJumps"/>.</summary>
public sealed class JumpFilterTransformer : AnalysisTransformer<JumpFilterOptions>, ILoadable<JumpFilterTransformer>
{
    internal JumpFilterTransformer(string inputColumn, JumpFilterOptions options)
        : base(inputColumn, options.Checked()) { }

    static int ILoadable<JumpFilterTransformer>.PayloadVersion => 1;

    internal override string Component => "RemoveJumps";

    internal override PoseColumnOptions ColumnNames => Options.Columns;

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(AnimalColumn? input) =>
        [new(Options.OutputColumn ?? InputColumn, OutputKind.AsInput)];

    internal override Func<AnalysisComputation> Bind(AnimalColumn input) => () => new JumpFilterComputation(Options);

    static JumpFilterTransformer ILoadable<JumpFilterTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    ) => new(reader.ReadString(), OptionsText.Read<JumpFilterOptions>(reader));
}
