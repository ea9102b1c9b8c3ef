namespace Sleap.MLNet;

/// <summary>How a peak of a confidence map is placed between the map's cells.</summary>
public enum PeakRefinement
{
    /// <summary>Not at all: the peak is at the centre of its cell.</summary>
    None,

    /// <summary>
    /// At the centre of mass of the values in a patch around the peak, as sleap-nn does. The patch cuts the Gaussian
    /// off, so the peak is pulled towards the cell's centre, and at the border of the map inwards.
    /// </summary>
    Integral,

    /// <summary>
    /// At the maximum of a Gaussian fitted to the patch: the logarithm of a Gaussian is a parabola, fitted here by
    /// weighted least squares (Guo 2011, doi:10.1109/MSP.2011.941846) along each axis, in the manner of DARK (Zhang et
    /// al. 2020, arXiv:1910.06278). Unbiased where the map is a Gaussian, also at its border. A patch that has no
    /// maximum near its middle falls back to <see cref="Integral"/>.
    /// </summary>
    Gaussian,
}
