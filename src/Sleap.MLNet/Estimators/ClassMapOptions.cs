namespace Sleap.MLNet;

/// <summary>The head that names the animals of a frame by maps; SLEAP-NN's <c>class_maps</c>.</summary>
public sealed record ClassMapOptions
{
    /// <summary>Standard deviation of the spots around nodes, in cells of the map. Default 5.</summary>
    public float Sigma { get; init; } = 5;

    /// <summary>
    /// Stride of the maps in pixels of the network input; null (default): that of the confidence maps.
    /// </summary>
    public int? OutputStride { get; init; }

    /// <summary>
    /// What this head's loss is multiplied by before it is added to that of the confidence maps. At 1, one nat of cross
    /// entropy counts as much as confidence maps that say nothing. Default 1.
    /// </summary>
    public float LossWeight { get; init; } = 1;

    /// <summary>
    /// Share of the training, from 0 to below 1, after which this head's loss begins to count; until then the network
    /// learns where nodes are. It has its full weight 0.15 later, and early stopping waits for it. Default 0.2.
    /// </summary>
    public double LossDelay { get; init; } = 0.2;

    /// <summary>
    /// A node whose class is less probable at its place than this is left out, 0 to 1. Default 0.2: of two nodes that
    /// both look like the first animal the less probable one is the second's, and of two places for one node of one
    /// animal the one where the node itself is surer is taken. Null is SLEAP-NN, which chooses by the name alone and
    /// leaves out a node unless its class is the most probable one there.
    /// </summary>
    public float? LeastProbability { get; init; } = 0.2f;

    /// <summary>Share of the training over which the loss rises.</summary>
    internal const double LossRise = 0.15;

    internal IEnumerable<string> Faults()
    {
        if (LossDelay is not (>= 0 and < 1))
            yield return $"ClassMaps.LossDelay is {LossDelay}; at least 0 and below 1.";
        if (LeastProbability is not (null or >= 0 and <= 1))
            yield return $"ClassMaps.LeastProbability is {LeastProbability}; 0 to 1, or null.";
    }

    internal HeadOptions Head(int classes, int stride) =>
        new ClassMapHeadOptions
        {
            Classes = classes,
            Sigma = Sigma,
            OutputStride = OutputStride ?? stride,
            LossWeight = LossWeight,
        };
}
