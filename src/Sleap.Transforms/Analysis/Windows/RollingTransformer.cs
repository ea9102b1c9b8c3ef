using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>Adds statistics over a window of frames; see <see cref="AnalysisCatalog.Rolling"/>.</summary>
public sealed class RollingTransformer : AnalysisTransformer<RollingOptions>, ILoadable<RollingTransformer>
{
    internal RollingTransformer(string inputColumn, RollingOptions options)
        : base(inputColumn, options.Checked()) { }

    static int ILoadable<RollingTransformer>.PayloadVersion => 1;

    internal override string Component => "Rolling";

    internal override PoseColumnOptions ColumnNames => Options.Columns;

    internal override int RowsBehind => Options.Trailing ? Options.Window - 1 : Options.Window / 2;

    internal override int RowsAhead => Options.Trailing ? 0 : Options.Window / 2;

    internal override bool TakesAnyValues => true;

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(AnimalColumn? input)
    {
        if (
            input is null
            || (input.IsMany && input.Width == 1 && input.SlotNames() is null)
            || input.Column.Type is not VectorDataViewType
        )
        {
            return Named(null);
        }

        var slots = input.SlotNames();
        if (slots is null && input.IsMany)
        {
            throw new ArgumentException(
                $"Rolling: '{InputColumn}' is {input.Column.Type} and does not name its "
                    + $"{input.Width} values, so they cannot be told apart afterwards."
            );
        }

        return Named(
            slots ?? [.. Enumerable.Range(0, input.Width).Select(slot => slot.ToString(CultureInfo.InvariantCulture))]
        );
    }

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(SchemaShape.Column input) =>
        Named(
            input.Kind == SchemaShape.Column.VectorKind.Vector
            || input.Annotations.Any(annotation =>
                annotation.Name is SkeletonAnnotations.AnimalSlotNamesKind or SkeletonAnnotations.NodesKind
            )
                ? [""]
                : null
        );

    private AnalysisOutput[] Named(IReadOnlyList<string>? slots) =>
        [
            .. Options.Statistics.Select(statistic => new AnalysisOutput(
                InputColumn + statistic,
                OutputKind.Animal,
                slots
            )),
        ];

    internal override Func<AnalysisComputation> Bind(AnimalColumn input) =>
        () => new RollingComputation(Options, RowsBehind, RowsAhead);

    static RollingTransformer ILoadable<RollingTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    ) => new(reader.ReadString(), OptionsText.Read<RollingOptions>(reader));
}
