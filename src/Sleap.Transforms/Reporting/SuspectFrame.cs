namespace Sleap.Transforms;

/// <summary>A frame in which an animal's pose looks wrong.</summary>
/// <param name="FrameIndex">Zero-based frame number.</param>
/// <param name="Animal">The animal.</param>
/// <param name="Reason">What is odd, for a person.</param>
public sealed record SuspectFrame(int FrameIndex, string Animal, string Reason);
