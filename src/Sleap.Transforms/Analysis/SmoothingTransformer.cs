using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>
/// Replaces each coordinate of one animal's keypoints by the median or mean over a window of frames of the same video. A missing point stays
/// missing, and missing points around it are left out of the window.
/// </summary>
public sealed class SmoothingTransformer : PoseTransformer, ILoadable<SmoothingTransformer>
{
    internal const string Component = "Smooth";

    internal SmoothingTransformer(string inputColumn, string outputColumn, int window, SmoothMethod method, PoseColumnOptions frames)
    {
        InputColumn = inputColumn;
        OutputColumn = outputColumn;
        Window = window;
        Method = method;
        Frames = frames;
    }

    /// <summary>The keypoint column that is read.</summary>
    public string InputColumn { get; }

    /// <summary>The column that is written.</summary>
    public string OutputColumn { get; }

    /// <summary>How many frames a window has, odd.</summary>
    public int Window { get; }

    /// <summary>How the values of a window become one.</summary>
    public SmoothMethod Method { get; }

    /// <summary>False: a frame needs the frames around it.</summary>
    public override bool IsRowToRowMapper => false;

    static int ILoadable<SmoothingTransformer>.PayloadVersion => 1;

    private PoseColumnOptions Frames { get; }

    static SmoothingTransformer ILoadable<SmoothingTransformer>.Load(IHostEnvironment environment, BinaryReader reader, int version) => new(
        reader.ReadString(), reader.ReadString(), reader.ReadInt32(), (SmoothMethod)reader.ReadInt32(),
        new PoseColumnOptions { Video = reader.ReadString(), FrameIndex = reader.ReadString() });

    internal override PoseMapper CreateMapper(DataViewSchema inputSchema) => new SmoothingMapper(
        this, KeypointColumns.RequireFixed(inputSchema, InputColumn, Component), FrameColumns.Bind(inputSchema, Frames, Component));

    internal override void Save(BinaryWriter writer)
    {
        writer.Write(InputColumn);
        writer.Write(OutputColumn);
        writer.Write(Window);
        writer.Write((int)Method);
        writer.Write(Frames.Video);
        writer.Write(Frames.FrameIndex);
    }
}
