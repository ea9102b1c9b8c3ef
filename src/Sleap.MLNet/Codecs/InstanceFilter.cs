using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>Drops instances of a frame that have low scores, overlap others or exceed the maximum number.</summary>
internal sealed class InstanceFilter
{
    // Standard deviation of a node as a fraction of the instance's size, the same for all nodes; COCO (cocodataset.org)
    // has one per node.
    private const double NodeSpread = 0.05;

    private readonly InstanceFilterOptions _options;

    /// <summary>Creates the filter.</summary>
    /// <param name="options">The filter's options.</param>
    /// <exception cref="ArgumentException">The options have faults; the message lists all of them.</exception>
    public InstanceFilter(InstanceFilterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = new OptionFaults(nameof(InstanceFilterOptions));
        options.Check(faults);
        faults.Throw();
        _options = options;
    }

    /// <summary>Returns the instances that are kept, in their order.</summary>
    /// <remarks>
    /// Drops first nodes, then instances with too few nodes or too low scores, then instances too similar to a kept one
    /// with a higher score or with a center too close to its center, then instances beyond the maximum number.
    /// </remarks>
    /// <param name="instances">The instances of one frame.</param>
    public InstanceArray Apply(InstanceArray instances)
    {
        ArgumentNullException.ThrowIfNull(instances);
        if (_options.MinPeakValue > 0)
            instances = WithoutLowPeaks(instances);
        var nodes = instances.Nodes;
        var leastVisible = Math.Max(_options.MinVisibleNodes, (double)(decimal)_options.MinVisibleNodeFraction * nodes);
        List<int> kept = [];
        for (var instance = 0; instance < instances.Count; instance++)
        {
            (var visible, var mean) = Visible(instances, instance);
            if (
                visible >= leastVisible
                && !(_options.MinInstanceScore > 0 && instances.Scores[instance] < _options.MinInstanceScore)
                && !(_options.MinMeanNodeScore > 0 && !(mean >= _options.MinMeanNodeScore))
            )
            {
                kept.Add(instance);
            }
        }

        if (_options.OverlapThreshold is { } threshold)
            kept = WithoutOverlaps(instances, kept, threshold, _options.OverlapMethod);
        if (_options.MinCentroidDistance > 0)
        {
            var apart = instances.Select(kept);
            kept =
            [
                .. ApartCentroids(apart.Centroids, apart.Scores, _options.MinCentroidDistance).Select(i => kept[i]),
            ];
        }

        return (kept.Count == instances.Count ? instances : instances.Select(kept)).Best(_options.MaxInstances);
    }

    /// <summary>
    /// Selects centroids so that no two are closer than a distance; of two that are too close, the one with the higher
    /// value is kept.
    /// </summary>
    /// <param name="centroids">x and y of each, NaN = missing.</param>
    /// <param name="values">Peak value of each.</param>
    /// <param name="minDistance">In pixels. sleap-nn's <c>min_centroid_distance</c>.</param>
    /// <returns>Indices of the kept centroids in ascending order, without missing ones.</returns>
    public static IReadOnlyList<int> ApartCentroids(
        ReadOnlySpan<float> centroids,
        ReadOnlySpan<float> values,
        float minDistance
    )
    {
        float[] places = centroids.ToArray(),
            heights = values.ToArray();
        List<int> kept = [];
        foreach (var next in Enumerable.Range(0, heights.Length).OrderByDescending(i => heights[i]))
        {
            double Distance(int other) =>
                Math.Sqrt(
                    Math.Pow(places[2 * next] - places[2 * other], 2)
                        + Math.Pow(places[2 * next + 1] - places[2 * other + 1], 2)
                );
            if (
                !float.IsNaN(places[2 * next])
                && !float.IsNaN(places[2 * next + 1])
                && !kept.Any(other => Distance(other) < minDistance)
            )
            {
                kept.Add(next);
            }
        }

        return [.. kept.Order()];
    }

    /// <summary>Returns the similarity of two instances, 0 to 1.</summary>
    /// <param name="one">
    /// x and y of each node, NaN = missing. The area of its box is the scale of <see cref="InstanceSimilarity.Oks"/>,
    /// which is 0 without an area.
    /// </param>
    /// <param name="other">x and y of each node of the other instance.</param>
    /// <param name="method">The measure.</param>
    public static double Similarity(ReadOnlySpan<float> one, ReadOnlySpan<float> other, InstanceSimilarity method) =>
        method == InstanceSimilarity.Iou ? Box.Iou(Box.Around(one), Box.Around(other)) : Oks(one, other);

    // 0 if the first instance has no area or the two have no common node.
    private static double Oks(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        var area = Box.Around(one).Area;
        if (!(area > 0))
            return 0;
        var oks = KeypointSimilarity.Oks(one, other, [KeypointSimilarity.Variance(NodeSpread)], area, OksNodes.Shared);
        return double.IsNaN(oks) ? 0 : oks;
    }

    // By descending score; an instance too similar to a kept one is left out.
    private static List<int> WithoutOverlaps(
        InstanceArray instances,
        List<int> candidates,
        float threshold,
        InstanceSimilarity method
    )
    {
        var width = 2 * instances.Nodes;
        List<int> kept = [];
        foreach (var instance in candidates.OrderByDescending(instance => instances.Scores[instance]))
        {
            if (
                kept.TrueForAll(other =>
                    Similarity(
                        instances.Points.AsSpan(other * width, width),
                        instances.Points.AsSpan(instance * width, width),
                        method
                    ) <= threshold
                )
            )
            {
                kept.Add(instance);
            }
        }

        kept.Sort();
        return kept;
    }

    private InstanceArray WithoutLowPeaks(InstanceArray instances)
    {
        // A copy, so that the caller's array does not change.
        var filtered = instances.Select([.. Enumerable.Range(0, instances.Count)]);
        for (var i = 0; i < filtered.PeakScores.Length; i++)
        {
            if (!(filtered.PeakScores[i] < _options.MinPeakValue))
                continue;
            (filtered.Points[2 * i], filtered.Points[2 * i + 1], filtered.PeakScores[i]) = (float.NaN, float.NaN, 0);
        }

        return filtered.Select([
            .. Enumerable.Range(0, filtered.Count).Where(instance => filtered.IsVisible(instance)),
        ]);
    }

    private static (int Count, double Mean) Visible(InstanceArray instances, int instance)
    {
        (var count, double sum) = (0, 0);
        for (var i = instance * instances.Nodes; i < (instance + 1) * instances.Nodes; i++)
        {
            if (float.IsNaN(instances.Points[2 * i]) || float.IsNaN(instances.Points[2 * i + 1]))
                continue;
            (count, sum) = (count + 1, sum + instances.PeakScores[i]);
        }

        return (count, sum / count);
    }
}

/// <summary>Options of the filter of the instances of a frame. By default all are kept.</summary>
public sealed record InstanceFilterOptions
{
    /// <summary>
    /// Minimum value of a peak; nodes below it become missing. Default 0: all nodes are kept. sleap-nn's
    /// <c>min_peak_value</c>.
    /// </summary>
    public float MinPeakValue { get; init; }

    /// <summary>Minimum number of visible nodes, 0 or more. Default 0. sleap-nn's <c>min_visible_nodes</c>.</summary>
    public int MinVisibleNodes { get; init; }

    /// <summary>
    /// Minimum fraction of visible nodes, 0 to 1. Default 0. sleap-nn's <c>min_visible_node_fraction</c>.
    /// </summary>
    public float MinVisibleNodeFraction { get; init; }

    /// <summary>Minimum score of an instance. Default 0. sleap-nn's <c>min_instance_score</c>.</summary>
    public float MinInstanceScore { get; init; }

    /// <summary>Minimum mean value of the visible nodes. Default 0. sleap-nn's <c>min_mean_node_score</c>.</summary>
    public float MinMeanNodeScore { get; init; }

    /// <summary>
    /// Maximum similarity of two instances, 0 to 1; above it the one with the lower score is dropped. Null (default):
    /// none is dropped. sleap-nn's <c>overlapping_threshold</c>.
    /// </summary>
    public float? OverlapThreshold { get; init; }

    /// <summary>
    /// Measure of the similarity of two instances. Default <see cref="InstanceSimilarity.Iou"/>. sleap-nn's
    /// <c>overlapping_method</c>.
    /// </summary>
    public InstanceSimilarity OverlapMethod { get; init; }

    /// <summary>
    /// Minimum distance of the centers of two instances in pixels, 0 or more; of two that are closer the one with the
    /// lower score is dropped. For centroid models, whose instances are points and never overlap. Default 0: none is
    /// dropped. sleap-nn's <c>min_centroid_distance</c>.
    /// </summary>
    public float MinCentroidDistance { get; init; }

    /// <summary>
    /// Maximum number of instances, at least 1; those with the highest scores are kept. Null (default): no limit.
    /// sleap-nn's <c>max_instances</c>.
    /// </summary>
    public int? MaxInstances { get; init; }

    /// <summary>Returns the faults of these options, one sentence per fault.</summary>
    public IReadOnlyList<string> Faults() => OptionFaults.Of(Check);

    internal void Check(OptionFaults faults) =>
        faults
            .Expect(float.IsFinite(MinPeakValue), nameof(MinPeakValue), MinPeakValue, "a number")
            .AtLeast(nameof(MinVisibleNodes), MinVisibleNodes, 0)
            .Within(nameof(MinVisibleNodeFraction), MinVisibleNodeFraction, 0, 1)
            .Expect(float.IsFinite(MinInstanceScore), nameof(MinInstanceScore), MinInstanceScore, "a number")
            .Expect(float.IsFinite(MinMeanNodeScore), nameof(MinMeanNodeScore), MinMeanNodeScore, "a number")
            .Within(nameof(OverlapThreshold), OverlapThreshold, 0, 1)
            .Defined(nameof(OverlapMethod), OverlapMethod)
            .NotNegative(nameof(MinCentroidDistance), MinCentroidDistance)
            .AtLeast(nameof(MaxInstances), MaxInstances, 1);
}

/// <summary>Measures of the similarity of two instances of a frame. sleap-nn's <c>overlapping_method</c>.</summary>
public enum InstanceSimilarity
{
    /// <summary>Intersection over union of the boxes around their visible nodes. sleap-nn's <c>iou</c>.</summary>
    Iou,

    /// <summary>
    /// Object keypoint similarity, as COCO defines it, with one spread for all nodes. sleap-nn's <c>oks</c>.
    /// </summary>
    Oks,
}
