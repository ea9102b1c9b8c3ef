using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>Adds the centroid, speed, heading and turn rate of one animal; see <see cref="AnalysisCatalog.Kinematics"/>.</summary>
public sealed class KinematicsTransformer : PoseTransformer, ILoadable<KinematicsTransformer>
{
    internal const string Component = "Kinematics";

    internal KinematicsTransformer(string inputColumn, KinematicsOptions options)
    {
        InputColumn = inputColumn;
        Options = options;
    }

    /// <summary>The keypoint column that is read.</summary>
    public string InputColumn { get; }

    /// <summary>Units, nodes of the heading and names of the output columns.</summary>
    public KinematicsOptions Options { get; }

    /// <summary>False: motion needs the frames before.</summary>
    public override bool IsRowToRowMapper => false;

    static int ILoadable<KinematicsTransformer>.PayloadVersion => 1;

    static KinematicsTransformer ILoadable<KinematicsTransformer>.Load(IHostEnvironment environment, BinaryReader reader, int version) => new(
        reader.ReadString(),
        new KinematicsOptions
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
        });

    internal override PoseMapper CreateMapper(DataViewSchema inputSchema)
    {
        DataViewSchema.Column keypoints = KeypointColumns.RequireFixed(inputSchema, InputColumn, Component);
        return new KinematicsMapper(Options, keypoints, FrameColumns.Bind(inputSchema, Options.Columns, Component));
    }

    internal override void Save(BinaryWriter writer)
    {
        writer.Write(InputColumn);
        writer.Write(Options.HeadingFrom ?? "");
        writer.Write(Options.HeadingTo ?? "");
        writer.Write(Options.PixelsPerUnit);
        writer.Write(Options.FramesPerSecond);
        writer.Write(Options.MaxGap);
        writer.Write(Options.Centroid);
        writer.Write(Options.Speed);
        writer.Write(Options.Heading);
        writer.Write(Options.TurnRate);
        writer.Write(Options.Columns.Video);
        writer.Write(Options.Columns.FrameIndex);
    }

    private static string? NullIfEmpty(string value) => value.Length == 0 ? null : value;
}
