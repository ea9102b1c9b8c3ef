namespace Sleap.Transforms;

/// <summary>How keypoints are smoothed.</summary>
public enum SmoothMethod
{
    /// <summary>The median of each coordinate over the window: a single outlier has no effect.</summary>
    Median,

    /// <summary>The mean of each coordinate over the window.</summary>
    Mean,

    /// <summary>
    /// The value at the frame of the polynomial that fits the window's points best (Savitzky and Golay 1964): keeps the
    /// height of peaks. Points that are missing, or beyond an end of the track, are left out of the fit.
    /// </summary>
    SavitzkyGolay,

    /// <summary>
    /// The 1€ filter (Casiez, Roussel and Vogel 2012): a low pass that follows fast motion more closely. Looks at no
    /// later frame.
    /// </summary>
    OneEuro,
}
