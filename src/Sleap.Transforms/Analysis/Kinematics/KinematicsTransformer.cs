using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>Adds how animals move; see <see cref="AnalysisCatalog.Kinematics"/>.</summary>
public sealed class KinematicsTransformer : AnalysisTransformer<KinematicsOptions>, ILoadable<KinematicsTransformer>
{
    private static readonly string[] Coordinates = ["x", "y"];

    internal KinematicsTransformer(string inputColumn, KinematicsOptions options)
        : base(inputColumn, options.Checked()) { }

    static int ILoadable<KinematicsTransformer>.PayloadVersion => 2;

    internal override string Component => "Kinematics";

    internal override PoseColumnOptions ColumnNames => Options.Columns;

    // In the order of KinematicsComputation.
    internal override IReadOnlyList<AnalysisOutput> OutputsFor(AnimalColumn? input) =>
        [
            new(Options.Centroid, OutputKind.Animal, Coordinates),
            new(Options.Velocity, OutputKind.Animal, Coordinates),
            new(Options.Speed, OutputKind.Animal),
            new(Options.Acceleration, OutputKind.Animal, Coordinates),
            new(Options.Heading, OutputKind.Animal),
            new(Options.TurnRate, OutputKind.Animal),
            new(Options.PathLength, OutputKind.Animal),
        ];

    internal override Func<AnalysisComputation> Bind(AnimalColumn input)
    {
        int from = NodePositions.OfOptional(input.Skeleton, Options.HeadingFrom, Component),
            to = NodePositions.OfOptional(input.Skeleton, Options.HeadingTo, Component);
        var node = NodePositions.OfOptional(input.Skeleton, Options.Node, Component);
        return () => new KinematicsComputation(Options, node, from, to);
    }

    static KinematicsTransformer ILoadable<KinematicsTransformer>.Load(
        IHostEnvironment environment,
        BinaryReader reader,
        int version
    )
    {
        var input = reader.ReadString();
        return new(
            input,
            version > 1
                ? OptionsText.Read<KinematicsOptions>(reader)
                : new KinematicsOptions
                {
                    HeadingFrom = NullIfEmpty(reader.ReadString()),
                    HeadingTo = NullIfEmpty(reader.ReadString()),
                    PixelsPerUnit = reader.ReadDouble(),
                    FramesPerSecond = reader.ReadDouble(),
                    MaxGap = reader.ReadInt32(),
                    Centroid = reader.ReadString(),
                    Speed = reader.ReadString(),
                    Heading = reader.ReadString(),
                    TurnRate = reader.ReadString(),
                    Columns = new PoseColumnOptions { Video = reader.ReadString(), FrameIndex = reader.ReadString() },
                }
        );
    }

    private static string? NullIfEmpty(string value) => value.Length == 0 ? null : value;
}
