using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Tracks instances over the frames of a video.</summary>
public static class TrackingCatalog
{
    /// <summary>
    /// Adds PredictedTrack: for each instance of PredictedKeypoints the key of its track, 0 = none, with the names
    /// track_0, track_1 … as key values. A column of one instance gives one key, of any number a vector of keys. Rows
    /// must come in the order of their frames; numbering starts again at each video. There is nothing to train.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="options">How to track; null for the defaults.</param>
    /// <remarks>
    /// The key values are fixed before a row is read: <see cref="TrackingOptions.MaxTracks"/> of them, or without it
    /// <see cref="TrackingOptions.TrackCapacity"/>. A pass throws an <see cref="InvalidOperationException"/> where more
    /// tracks are needed, or where the frames of a video do not rise. Source: sleap-nn 0.3.5, sleap_nn.tracking.
    /// </remarks>
    /// <exception cref="ArgumentException">The options are wrong; the message names every fault.</exception>
    public static TrackingEstimator Track(this PoseCatalog pose, TrackingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pose);
        return new TrackingEstimator(new TrackingTransformer((options ?? new TrackingOptions()).Checked()));
    }

    /// <summary>
    /// Tracks labels: each video's frames in the order of their numbers, with all instances of a frame. Where a person
    /// corrected a predicted instance, only the corrected one is tracked and the predicted one gets its track.
    /// Instances are paired without regard to the tracks that they had. No instance is removed; some may have no track.
    /// </summary>
    /// <param name="pose">The catalog.</param>
    /// <param name="labels">What to track; is not changed.</param>
    /// <param name="options">How to track; null for the defaults. Column names and
    /// <see cref="TrackingOptions.TrackCapacity"/> do not matter.</param>
    /// <returns>The same labels, frames in the order of <see cref="Labels.FramesInOrder"/>, with tracks named track_0,
    /// track_1 …, which the videos share. A track in which most of a person's instances had the same track keeps that
    /// one. Former tracks that other data of a .slp refer to (events, boxes …) stay in the list.</returns>
    /// <exception cref="ArgumentException">The options are wrong, where the message names every fault; or a video has
    /// instances of several skeletons.</exception>
    /// <exception cref="FileNotFoundException">Optical flow is asked for, and a video is not there.</exception>
    public static Labels Track(this PoseCatalog pose, Labels labels, TrackingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pose);
        ArgumentNullException.ThrowIfNull(labels);
        return LabelsTracking.Run(labels, (options ?? new TrackingOptions()).Checked());
    }
}
