using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Tracks instances over the frames of a video.</summary>
public static class TrackingCatalog
{
    /// <summary>
    /// Adds PredictedTrack: for each instance of PredictedKeypoints the key of its track, 0 = none, with the names
    /// track_0, track_1 … as key values. Rows must come in the order of their frames; numbering starts again at each
    /// video. There is nothing to train.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="options">How to track; null for the defaults.</param>
    /// <remarks>
    /// The key values are fixed before a row is read: <see cref="TrackingOptions.MaxTracks"/> of them, or without it
    /// <see cref="TrackingOptions.TrackCapacity"/>. Source: sleap-nn 0.3.5, sleap_nn.tracking.
    /// </remarks>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static TrackingEstimator Track(this PoseCatalog pose, TrackingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pose);
        return new TrackingEstimator(new TrackingTransformer((options ?? new TrackingOptions()).Checked()));
    }

    /// <summary>
    /// Tracks labels: each video's frames in the order of their numbers, its predicted instances, or in a frame with
    /// instances that a person set, those. Former tracks of these instances are ignored. No instance is removed; some may
    /// have no track.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="labels">What to track; is not changed. Frames keep their order.</param>
    /// <param name="options">How to track; null for the defaults. Column names and
    /// <see cref="TrackingOptions.TrackCapacity"/> do not matter.</param>
    /// <returns>The same labels, frames in order, with tracks named track_0, track_1 …; videos share them. A track whose
    /// instances a person gave a track keeps that one. A skeleton's instances are not compared with another's. Former
    /// tracks that other data of a .slp refer to (events, boxes …) stay in the list.</returns>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    /// <exception cref="FileNotFoundException">Optical flow is asked for, and a video is not there.</exception>
    public static Labels Track(this PoseCatalog pose, Labels labels, TrackingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(labels);
        return LabelsTracking.Run(labels, (options ?? new TrackingOptions()).Checked());
    }
}
