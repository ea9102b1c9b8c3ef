namespace Sleap.IO;

/// <summary>Size of a video.</summary>
/// <param name="Frames">Number of frames.</param>
/// <param name="Height">Height of a frame in pixels.</param>
/// <param name="Width">Width of a frame in pixels.</param>
/// <param name="Channels">1 for gray, 3 for colour.</param>
public readonly record struct VideoShape(int Frames, int Height, int Width, int Channels);
