namespace Sleap.Transforms;

/// <summary>How animals and tracks are paired.</summary>
public enum TrackMatching
{
    /// <summary>The pairing with the highest sum of similarities.</summary>
    Hungarian,

    /// <summary>The most alike pair first, then the next.</summary>
    Greedy,
}
