using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>
/// Exchanges symmetric nodes that were taken for each other; see <see cref="CleaningCatalog.RepairSwaps"/>.
/// </summary>
public sealed class SwapRepairTransformer : AnalysisTransformer<SwapRepairOptions>, ILoadable<SwapRepairTransformer>
{
    internal SwapRepairTransformer(string inputColumn, SwapRepairOptions options)
        : base(inputColumn, options.Checked()) { }

    static int ILoadable<SwapRepairTransformer>.PayloadVersion => 1;

    internal override string Component => "RepairSwaps";

    internal override PoseColumnOptions ColumnNames => Options.Columns;

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(AnimalColumn? input) =>
        [new(Options.OutputColumn ?? InputColumn, OutputKind.AsInput)];

    internal override Func<AnalysisComputation> Bind(AnimalColumn input)
    {
        if (input.Skeleton.Symmetries.IsEmpty)
        {
            throw new ArgumentException(
                $"RepairSwaps: the skeleton of '{InputColumn}' names no symmetric nodes. It "
                    + $"has: {string.Join(", ", input.Skeleton.Nodes)}."
            );
        }

        return () => new SwapRepairComputation(Options, input.Skeleton.Symmetries);
    }

    internal override void CheckNodes(SchemaShape.Column input)
    {
        if (!input.Annotations.Any(annotation => annotation.Name == SkeletonAnnotations.SymmetriesKind))
            throw new ArgumentException($"RepairSwaps: the skeleton of '{InputColumn}' names no symmetric nodes.");
    }

    static SwapRepairTransformer ILoadable<SwapRepairTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    ) => new(reader.ReadString(), OptionsText.Read<SwapRepairOptions>(reader));
}
