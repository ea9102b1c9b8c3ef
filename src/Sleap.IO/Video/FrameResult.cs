namespace Sleap.IO;

/// <summary>What came of reading one frame: the picture, or why there is none. Exactly one of the two is set.</summary>
/// <param name="FrameIndex">The frame that was asked for.</param>
/// <param name="Frame">The picture, or null.</param>
/// <param name="Error">Why it could not be read, or null.</param>
public readonly record struct FrameResult(int FrameIndex, Frame? Frame, Exception? Error);
