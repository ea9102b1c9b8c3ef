namespace Sleap.Transforms;

/// <summary>How the values of a window become one.</summary>
public enum SmoothMethod
{
    /// <summary>The median of each coordinate: a single outlier has no effect.</summary>
    Median,

    /// <summary>The mean of each coordinate.</summary>
    Mean,
}
