namespace Sleap.Transforms;

/// <summary>How a gap is filled.</summary>
public enum InterpolationMethod
{
    /// <summary>A straight line from one side of the gap to the other.</summary>
    Linear,

    /// <summary>
    /// A cubic whose slopes at the sides are those of the parabola through the side and its two neighbours (a Bessel or
    /// Catmull–Rom spline for uneven frames): smooth, and may overshoot.
    /// </summary>
    Cubic,

    /// <summary>
    /// A monotone cubic (Fritsch and Carlson 1980, as SciPy's PchipInterpolator): smooth, never beyond the two sides.
    /// </summary>
    Pchip,
}
