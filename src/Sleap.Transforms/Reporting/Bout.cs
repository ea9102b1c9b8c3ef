namespace Sleap.Transforms;

/// <summary>A stretch of frames in which an animal is in some state: in a region, in contact, of a behaviour.</summary>
/// <param name="Animal">The animal's name.</param>
/// <param name="State">The state's name.</param>
/// <param name="FirstFrame">The first frame of it.</param>
/// <param name="LastFrame">The last frame of it.</param>
public sealed record Bout(string Animal, string State, int FirstFrame, int LastFrame);
