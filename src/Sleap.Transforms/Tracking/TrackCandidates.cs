namespace Sleap.Transforms;

/// <summary>What a new frame's animals are compared with.</summary>
public enum TrackCandidates
{
    /// <summary>
    /// All animals of the last frames. A track that is not seen for a whole window has ended, and its number is not
    /// used again.
    /// </summary>
    FixedWindow,

    /// <summary>The last animals of each track, however long ago. A track never ends.</summary>
    LocalQueues,
}
