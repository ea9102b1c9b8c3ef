namespace Sleap.MLNet;

/// <summary>Which animals of a frame are kept. By default all.</summary>
public sealed record InstanceFilterOptions
{
    /// <summary>Nodes whose peak is lower are made missing. Default 0. sleap-nn's <c>min_peak_value</c>.</summary>
    public float MinPeakValue { get; init; }

    /// <summary>Least number of visible nodes. Default 0. sleap-nn's <c>min_visible_nodes</c>.</summary>
    public int MinVisibleNodes { get; init; }

    /// <summary>
    /// Least share of the nodes that are visible. Default 0. sleap-nn's <c>min_visible_node_fraction</c>.
    /// </summary>
    public float MinVisibleNodeFraction { get; init; }

    /// <summary>Least score of an animal. Default 0. sleap-nn's <c>min_instance_score</c>.</summary>
    public float MinInstanceScore { get; init; }

    /// <summary>Least mean of the visible nodes' values. Default 0. sleap-nn's <c>min_mean_node_score</c>.</summary>
    public float MinMeanNodeScore { get; init; }

    /// <summary>
    /// Of two animals more alike than this, the one of the lower score is dropped; null (the default): none is.
    /// sleap-nn's <c>overlapping_threshold</c>.
    /// </summary>
    public float? OverlapThreshold { get; init; }

    /// <summary>
    /// How alike two animals are. Default <see cref="InstanceSimilarity.Iou"/>. sleap-nn's <c>overlapping_method</c>.
    /// </summary>
    public InstanceSimilarity OverlapMethod { get; init; }

    /// <summary>
    /// Animals of the highest scores to keep; null (the default): all. sleap-nn's <c>max_instances</c>.
    /// </summary>
    public int? MaxInstances { get; init; }

    /// <summary>Everything that is wrong with these options, one sentence a fault.</summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        void Require(bool holds, string option, object? value, string expected)
        {
            if (!holds)
                faults.Add($"{option} is {value}, expected {expected}.");
        }

        Require(float.IsFinite(MinPeakValue), nameof(MinPeakValue), MinPeakValue, "a number");
        Require(MinVisibleNodes >= 0, nameof(MinVisibleNodes), MinVisibleNodes, "at least 0");
        Require(
            MinVisibleNodeFraction is >= 0 and <= 1,
            nameof(MinVisibleNodeFraction),
            MinVisibleNodeFraction,
            "0 to 1"
        );
        Require(float.IsFinite(MinInstanceScore), nameof(MinInstanceScore), MinInstanceScore, "a number");
        Require(float.IsFinite(MinMeanNodeScore), nameof(MinMeanNodeScore), MinMeanNodeScore, "a number");
        Require(OverlapThreshold is null or >= 0 and <= 1, nameof(OverlapThreshold), OverlapThreshold, "0 to 1");
        Require(Enum.IsDefined(OverlapMethod), nameof(OverlapMethod), OverlapMethod, "Iou or Oks");
        Require(MaxInstances is null or >= 1, nameof(MaxInstances), MaxInstances, "at least 1");
        return faults;
    }
}
