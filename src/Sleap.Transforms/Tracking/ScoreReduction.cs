namespace Sleap.Transforms;

/// <summary>How the similarities to the animals of one track become one.</summary>
public enum ScoreReduction
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>The highest.</summary>
    Max,

    /// <summary>A quantile, see TrackingOptions.RobustQuantile.</summary>
    RobustQuantile,
}
