using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>
/// A head that gives a part affinity field an edge: near the edge its unit vector, elsewhere zero. Channels are x and y
/// of the first edge, then of the second.
/// </summary>
public sealed record PartAffinityHeadOptions : HeadOptions
{
    /// <summary>Number of edges of the skeleton.</summary>
    public required int Edges { get; init; }

    /// <summary>How far the field reaches beside the edge, in input pixels. Default 15.</summary>
    public float Sigma { get; init; } = 15;

    /// <inheritdoc/>
    public override string Name => "PartAffinityFieldsHead";

    /// <inheritdoc/>
    public override int Channels => 2 * Edges;

    private protected override void AddFaults(Action<bool, string, object, string> require) =>
        require(float.IsFinite(Sigma) && Sigma > 0, nameof(Sigma), Sigma, "a number above 0");

    internal override Module<Tensor, Tensor> Build(int inChannels) => new MapHead(Name, inChannels, Channels, false);
}
