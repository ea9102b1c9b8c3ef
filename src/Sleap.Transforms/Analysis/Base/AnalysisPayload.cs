namespace Sleap.Transforms;

/// <summary>
/// Versions of the options that an <see cref="AnalysisTransformer{TOptions}"/> stores in a model file.
/// </summary>
/// <remarks>
/// Today's version is JSON for every analysis. It is version 2 for Kinematics and Smooth, whose version 1 was binary.
/// </remarks>
internal static class AnalysisPayload
{
    private static readonly Dictionary<Type, Func<BinaryReader, AnalysisOptions>> BinaryFirstVersions = new()
    {
        [typeof(KinematicsOptions)] = ReadKinematics,
        [typeof(SmoothOptions)] = ReadSmooth,
    };

    /// <summary>The version that is written.</summary>
    public static int VersionOf<TOptions>()
        where TOptions : AnalysisOptions => BinaryFirstVersions.ContainsKey(typeof(TOptions)) ? 2 : 1;

    /// <summary>Reads options of any version.</summary>
    public static TOptions ReadOptions<TOptions>(BinaryReader reader, int version)
        where TOptions : AnalysisOptions =>
        version == VersionOf<TOptions>()
            ? OptionsJson.Read<TOptions>(reader)
            : (TOptions)BinaryFirstVersions[typeof(TOptions)](reader);

    private static KinematicsOptions ReadKinematics(BinaryReader reader) =>
        new()
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
            Columns = ReadFrameColumns(reader),
        };

    private static SmoothOptions ReadSmooth(BinaryReader reader) =>
        new()
        {
            OutputColumn = reader.ReadString(),
            Window = reader.ReadInt32(),
            Method = (SmoothMethod)reader.ReadInt32(),
            Columns = ReadFrameColumns(reader),
        };

    private static PoseColumnOptions ReadFrameColumns(BinaryReader reader) =>
        new() { Video = reader.ReadString(), FrameIndex = reader.ReadString() };

    private static string? NullIfEmpty(string value) => value.Length == 0 ? null : value;
}
