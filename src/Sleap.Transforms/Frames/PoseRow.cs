namespace Sleap.Transforms;

/// <summary>A frame and its animals.</summary>
internal sealed record PoseRow(string Video, int FrameIndex, PoseInstance[] Animals);
