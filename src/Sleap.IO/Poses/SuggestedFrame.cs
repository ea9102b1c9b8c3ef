namespace Sleap.IO;

/// <summary>A frame put forward for labelling.</summary>
/// <param name="Video">The video of the frame.</param>
/// <param name="FrameIndex">Zero-based frame number.</param>
/// <param name="Group">Number of the group the suggestion was made in, or null.</param>
public sealed record SuggestedFrame(Video Video, int FrameIndex, int? Group = null);
