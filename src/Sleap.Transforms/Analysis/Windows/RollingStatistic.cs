namespace Sleap.Transforms;

/// <summary>A statistic over the values of a window that are not NaN.</summary>
public enum RollingStatistic
{
    /// <summary>The mean.</summary>
    Mean,

    /// <summary>
    /// The standard deviation of a sample (divided by the number less one); NaN for fewer than two values.
    /// </summary>
    Sd,

    /// <summary>The least value.</summary>
    Min,

    /// <summary>The greatest value.</summary>
    Max,
}
