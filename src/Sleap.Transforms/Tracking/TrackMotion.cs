namespace Sleap.Transforms;

/// <summary>Where a track's animals are expected in the next frame.</summary>
public enum TrackMotion
{
    /// <summary>Where they were seen.</summary>
    None,

    /// <summary>Where a Kalman filter of constant velocity on the centroid expects them; the pose moves along unturned.</summary>
    Kalman,
}
