namespace Sleap.Transforms;

/// <summary>A frame that could not be read.</summary>
/// <param name="Video">The video, as the Video column names it.</param>
/// <param name="FrameIndex">Zero-based frame number.</param>
/// <param name="Reason">Why.</param>
public sealed record UnreadableFrame(string Video, int FrameIndex, string Reason);
