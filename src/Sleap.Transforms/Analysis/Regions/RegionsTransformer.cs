using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>Adds where animals are and were; see <see cref="RegionCatalog.InRegions"/>.</summary>
public sealed class RegionsTransformer : AnalysisTransformer<RegionsOptions>, ILoadable<RegionsTransformer>
{
    internal RegionsTransformer(string inputColumn, RegionsOptions options)
        : base(inputColumn, options.Checked()) { }

    static int ILoadable<RegionsTransformer>.PayloadVersion => 1;

    internal override string Component => "InRegions";

    internal override PoseColumnOptions ColumnNames => Options.Columns;

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(AnimalColumn? input)
    {
        string[] names = [.. Options.Regions.Select(region => region.Name)];
        return
        [
            new(Options.Inside, OutputKind.Animal, names),
            new(Options.Entries, OutputKind.Animal, names),
            new(Options.Dwell, OutputKind.Animal, names),
            new(Options.Latency, OutputKind.Animal, names),
            new(Options.Occupants, OutputKind.Frame, names),
        ];
    }

    internal override Func<AnalysisComputation> Bind(AnimalColumn input)
    {
        var node = NodePositions.OfOptional(input.Skeleton, Options.Node, Component);
        return () => new RegionsComputation(Options, node);
    }

    static RegionsTransformer ILoadable<RegionsTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    ) => new(reader.ReadString(), OptionsText.Read<RegionsOptions>(reader));
}
