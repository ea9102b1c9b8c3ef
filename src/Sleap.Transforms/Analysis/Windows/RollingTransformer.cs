using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>Adds statistics over a window of frames; see <see cref="AnalysisCatalog.Rolling"/>.</summary>
public sealed class RollingTransformer : AnalysisTransformer<RollingOptions>, ILoadable<RollingTransformer>
{
    internal RollingTransformer(string inputColumn, RollingOptions options)
        : base(inputColumn, options.Checked())
    {
    }

    static int ILoadable<RollingTransformer>.PayloadVersion => 1;

    internal override string Component => "Rolling";

    internal override PoseColumnOptions ColumnNames => Options.Columns;

    internal override int RowsBehind => Options.Trailing ? Options.Window - 1 : Options.Window / 2;

    internal override int RowsAhead => Options.Trailing ? 0 : Options.Window / 2;

    internal override bool TakesAnyValues => true;

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(AnimalColumn? input)
    {
        IReadOnlyList<string>? slots = input is null || input.Column.Type is not Microsoft.ML.Data.VectorDataViewType || (input.IsMany && input.Width == 1 && input.SlotNames() is null)
            ? null
            : input.SlotNames() ?? [.. Enumerable.Range(0, input.Width).Select(slot => slot.ToString(System.Globalization.CultureInfo.InvariantCulture))];
        return [.. Options.Statistics.Select(statistic => new AnalysisOutput(InputColumn + statistic, OutputKind.Animal, slots))];
    }

    internal override Func<AnalysisComputation> Bind(AnimalColumn input) => () => new RollingComputation(Options, RowsBehind, RowsAhead);

    static RollingTransformer ILoadable<RollingTransformer>.Load(IHostEnvironment environment, BinaryReader reader, int version) =>
        new(reader.ReadString(), OptionsText.Read<RollingOptions>(reader));
}
