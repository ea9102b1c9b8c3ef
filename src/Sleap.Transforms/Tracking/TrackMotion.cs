namespace Sleap.Transforms;

/// <summary>Where a track's animals are expected in the next frame.</summary>
public enum TrackMotion
{
    /// <summary>Where they were seen.</summary>
    None,

    /// <summary>
    /// Where a Kalman filter of constant velocity on the centroid expects them; the pose moves along unturned.
    /// </summary>
    Kalman,

    /// <summary>
    /// Where optical flow between the images carries each node (pyramidal Lucas-Kanade, as OpenCV's
    /// <c>calcOpticalFlowPyrLK</c>): sleap-nn's <c>use_flow</c>. Needs the images: the Image column of a view, or the
    /// videos of labels.
    /// </summary>
    OpticalFlow,
}
