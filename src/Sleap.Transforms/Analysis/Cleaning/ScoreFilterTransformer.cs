using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>Makes keypoints of low score missing; see <see cref="CleaningCatalog.FilterByScore"/>.</summary>
public sealed class ScoreFilterTransformer : AnalysisTransformer<ScoreFilterOptions>, ILoadable<ScoreFilterTransformer>
{
    internal ScoreFilterTransformer(string inputColumn, ScoreFilterOptions options)
        : base(inputColumn, options.Checked()) { }

    static int ILoadable<ScoreFilterTransformer>.PayloadVersion => 1;

    internal override string Component => "FilterByScore";

    internal override PoseColumnOptions ColumnNames => Options.Columns;

    internal override bool AlongTracks => false;

    internal override bool NeedsScores => true;

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(AnimalColumn? input) =>
        [new(Options.OutputColumn ?? InputColumn, OutputKind.AsInput)];

    internal override Func<AnalysisComputation> Bind(AnimalColumn input) => () => new ScoreFilterComputation(Options);

    static ScoreFilterTransformer ILoadable<ScoreFilterTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    ) => new(reader.ReadString(), OptionsText.Read<ScoreFilterOptions>(reader));
}
