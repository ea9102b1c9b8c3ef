using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>Drops animals of a frame that are unlikely, or one too many.</summary>
internal sealed class InstanceFilter
{
    // Standard deviation of a node as a share of the animal's size, here the same for all nodes; COCO (cocodataset.org)
    // has one for each.
    private const double Spread = 0.05;

    private readonly InstanceFilterOptions _options;

    /// <summary>Makes the filter.</summary>
    /// <param name="options">What is kept.</param>
    /// <exception cref="ArgumentException">An option is wrong; all faults in one message.</exception>
    public InstanceFilter(InstanceFilterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Faults() is { Count: > 0 } faults)
            throw new ArgumentException(string.Join(" ", faults), nameof(options));
        _options = options;
    }

    /// <summary>
    /// The animals that are kept, in their order: first nodes are dropped, then animals with too few nodes or too low
    /// scores, then those too much like one of a higher score that is kept, then those beyond the number allowed.
    /// </summary>
    /// <param name="animals">The animals of one frame.</param>
    public InstanceArray Apply(InstanceArray animals)
    {
        ArgumentNullException.ThrowIfNull(animals);
        if (_options.MinPeakValue > 0)
            animals = WithoutLowPeaks(animals);
        var nodes = animals.Nodes;
        var leastVisible = Math.Max(_options.MinVisibleNodes, (double)(decimal)_options.MinVisibleNodeFraction * nodes);
        List<int> kept = [];
        for (var animal = 0; animal < animals.Count; animal++)
        {
            (var visible, var mean) = Visible(animals, animal);
            if (
                visible >= leastVisible
                && !(animals.Scores[animal] < _options.MinInstanceScore)
                && !(_options.MinMeanNodeScore > 0 && !(mean >= _options.MinMeanNodeScore))
            )
            {
                kept.Add(animal);
            }
        }

        if (_options.OverlapThreshold is { } threshold)
            kept = Different(animals, kept, threshold, _options.OverlapMethod);
        return (kept.Count == animals.Count ? animals : animals.Select(kept)).Best(_options.MaxInstances);
    }

    /// <summary>
    /// Which centroids are kept so that no two are closer than a distance; of those too close the higher one is.
    /// </summary>
    /// <param name="centroids">x and y of each, NaN = missing.</param>
    /// <param name="values">Height of each.</param>
    /// <param name="minDistance">In pixels. sleap-nn's <c>min_centroid_distance</c>.</param>
    /// <returns>Numbers of the kept ones, rising; missing ones are not among them.</returns>
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

    /// <summary>How alike two animals are, 0 to 1.</summary>
    /// <param name="one">x and y of each node, NaN = missing. Its box's area is the scale of
    /// <see cref="InstanceSimilarity.Oks"/>, which is 0 where it has none.</param>
    /// <param name="other">The same of the other animal.</param>
    /// <param name="method">Which measure.</param>
    public static double Similarity(ReadOnlySpan<float> one, ReadOnlySpan<float> other, InstanceSimilarity method) =>
        method == InstanceSimilarity.Iou ? Box.Iou(Box.Around(one), Box.Around(other)) : Oks(one, other);

    // 0 where the first instance has no area, or the two share no node.
    private static double Oks(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        var area = Box.Around(one).Area;
        if (!(area > 0))
            return 0;
        var oks = KeypointSimilarity.Oks(one, other, [KeypointSimilarity.Variance(Spread)], area, OksNodes.Shared);
        return double.IsNaN(oks) ? 0 : oks;
    }

    // Falling score; what is too much like one taken before is left out.
    private static List<int> Different(
        InstanceArray animals,
        List<int> candidates,
        float threshold,
        InstanceSimilarity method
    )
    {
        var width = 2 * animals.Nodes;
        List<int> kept = [];
        foreach (var animal in candidates.OrderByDescending(animal => animals.Scores[animal]))
        {
            if (
                kept.TrueForAll(other =>
                    Similarity(
                        animals.Points.AsSpan(other * width, width),
                        animals.Points.AsSpan(animal * width, width),
                        method
                    ) <= threshold
                )
            )
            {
                kept.Add(animal);
            }
        }

        kept.Sort();
        return kept;
    }

    private InstanceArray WithoutLowPeaks(InstanceArray instances)
    {
        // All are copied, so that the array of the caller stays as it is.
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

    private static (int Count, double Mean) Visible(InstanceArray animals, int animal)
    {
        (var count, double sum) = (0, 0);
        for (var i = animal * animals.Nodes; i < (animal + 1) * animals.Nodes; i++)
        {
            if (float.IsNaN(animals.Points[2 * i]) || float.IsNaN(animals.Points[2 * i + 1]))
                continue;
            (count, sum) = (count + 1, sum + animals.PeakScores[i]);
        }

        return (count, sum / count);
    }
}

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

/// <summary>How alike two animals of a frame are. sleap-nn's <c>overlapping_method</c>.</summary>
public enum InstanceSimilarity
{
    /// <summary>Intersection over union of the boxes around their visible nodes. sleap-nn's <c>iou</c>.</summary>
    Iou,

    /// <summary>
    /// Object keypoint similarity, as COCO defines it, with one spread for all nodes. sleap-nn's <c>oks</c>.
    /// </summary>
    Oks,
}
