namespace Sleap.MLNet;

/// <summary>The head that names the animals of a frame by maps; SLEAP-NN's <c>class_maps</c>.</summary>
public sealed record ClassMapOptions
{
    /// <summary>Standard deviation of the spots around nodes, in cells of the map. Default 5.</summary>
    public float Sigma { get; init; } = 5;

    /// <summary>Stride of the maps in pixels of the network input; null (default): that of the confidence maps.</summary>
    public int? OutputStride { get; init; }

    /// <summary>What this head's loss is multiplied by before it is added to that of the confidence maps. Default 1.</summary>
    public float LossWeight { get; init; } = 1;

    internal HeadOptions Head(int classes, int stride) => new ClassMapHeadOptions { Classes = classes, Sigma = Sigma, OutputStride = OutputStride ?? stride, LossWeight = LossWeight };
}
