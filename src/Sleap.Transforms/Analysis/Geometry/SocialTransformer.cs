using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>Adds how animals stand to each other; see <see cref="GeometryCatalog.Social"/>.</summary>
public sealed class SocialTransformer : AnalysisTransformer<SocialOptions>, ILoadable<SocialTransformer>
{
    internal SocialTransformer(string inputColumn, SocialOptions options)
        : base(inputColumn, options.Checked()) { }

    static int ILoadable<SocialTransformer>.PayloadVersion => 1;

    internal override string Component => "Social";

    internal override PoseColumnOptions ColumnNames => Options.Columns;

    internal override bool AlongTracks => false;

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(AnimalColumn? input) =>
        [
            new(Options.Distance, OutputKind.Animal),
            new(Options.NodeDistance, OutputKind.Animal),
            new(Options.FacingAngle, OutputKind.Animal),
            new(Options.Contact, OutputKind.Animal),
        ];

    internal override Func<AnalysisComputation> Bind(AnimalColumn input)
    {
        int from = NodePositions.OfOptional(input.Skeleton, Options.HeadingFrom, Component),
            to = NodePositions.OfOptional(input.Skeleton, Options.HeadingTo, Component);
        return () => new SocialComputation(Options, from, to);
    }

    static SocialTransformer ILoadable<SocialTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    ) => new(reader.ReadString(), OptionsText.Read<SocialOptions>(reader));
}
