using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>One animal in the frame: one confidence map a node, its highest peak is the node's place.</summary>
internal sealed class SingleInstanceModel : ITrainable, IDisposable
{
    // Torch has one generator for the process: two trainings at once would draw from each other's seed.
    private static readonly Lock Drawing = new();
    private readonly SingleInstanceOptions _options;
    private readonly int _nodes;

    /// <param name="options">What it is made from.</param>
    /// <param name="nodes">Nodes of the skeleton.</param>
    /// <param name="initialization">How the parameters start.</param>
    /// <param name="seed">Of the parameters; null where they are loaded or copied afterwards.</param>
    public SingleInstanceModel(SingleInstanceOptions options, int nodes, Initialization initialization, int? seed = null)
    {
        (_options, _nodes) = (options, nodes);
        Network = Draw(initialization, seed);
        Codec = new ConfidenceMap(options.HeadStride, options.Sigma);
    }

    public PoseNetwork Network { get; private set; }

    public ConfidenceMap Codec { get; }

    public static IReadOnlyList<HeadOptions> Heads(SingleInstanceOptions options, int nodes) =>
    [
        new ConfidenceMapHeadOptions { Kind = ConfidenceMapKind.SingleInstance, Nodes = nodes, Sigma = options.Sigma, OutputStride = options.HeadStride },
    ];

    public PoseNetwork CreateNetwork() => Draw(Initialization.Default, null);

    public Tensor Loss(Tensor[] outputs, Tensor points, int height, int width)
    {
        using var scope = NewDisposeScope();
        var target = Codec.Encode(points, height, width);   // (B, N, H/s, W/s)
        var squares = outputs[0].sub(target).square();
        // Nearly every cell is background. Left to themselves they teach the network to say nothing anywhere. The foreground is that of
        // all nodes together: were each map weighted by its own node alone, to take the tail for the snout would cost next to nothing.
        if (_options.Training.ForegroundWeight > 0)
            squares = squares.mul(target.amax(new long[] { 1 }, true).mul(_options.Training.ForegroundWeight).add(1));   // (B, N, h, w)
        return squares.mean().MoveToOuterDisposeScope();
    }

    public Tensor Places(Tensor[] outputs) => Codec.Decode(outputs[0], float.NegativeInfinity, _options.Refinement).Points;

    /// <summary>(B, C, H, W) frames 0..1 to (B, N, 2) places in pixels of the network input, NaN below the threshold, and (B, N) peak values.</summary>
    public (Tensor Points, Tensor Values) Predict(Tensor images)
    {
        using var scope = NewDisposeScope();
        var (points, values) = Codec.Decode(Network.call(images)[0], _options.PeakThreshold, _options.Refinement);
        return (points.MoveToOuterDisposeScope(), values.MoveToOuterDisposeScope());
    }

    private PoseNetwork Draw(Initialization initialization, int? seed)
    {
        lock (Drawing)
        {
            if (seed is { } number) manual_seed(number);
            return new PoseNetwork(_options.Backbone, Heads(_options, _nodes), initialization);
        }
    }

    /// <summary>Takes over the trained network; the one so far is disposed.</summary>
    public void Take(PoseNetwork trained)
    {
        if (ReferenceEquals(trained, Network)) return;
        Network.Dispose();
        Network = trained;
    }

    public void CopyWeights(SingleInstanceModel from)
    {
        using var noGrad = no_grad();
        foreach (var (to, weight) in Network.parameters().Zip(from.Network.parameters())) to.copy_(weight);
    }

    public void Dispose() => Network.Dispose();
}
