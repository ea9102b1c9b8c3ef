using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>
/// A head that gives a confidence map a node: about 1 where the node is, falling off as a Gaussian, 0 elsewhere.
/// </summary>
public sealed record ConfidenceMapHeadOptions : HeadOptions
{
    /// <summary>Whose nodes the maps show.</summary>
    public required ConfidenceMapKind Kind { get; init; }

    /// <summary>Number of nodes, which is the number of channels; 1 for centroids.</summary>
    public required int Nodes { get; init; }

    /// <summary>
    /// Standard deviation of the Gaussian in cells of the map: <c>Sigma · OutputStride</c> input pixels. Default 5.
    /// </summary>
    public float Sigma { get; init; } = 5;

    /// <summary>
    /// Whether the output goes through a sigmoid. Default false, as in sleap-nn, which has it as a choice for
    /// centroids.
    /// </summary>
    public bool Sigmoid { get; init; }

    /// <inheritdoc/>
    public override string Name => $"{Kind}ConfmapsHead";

    /// <inheritdoc/>
    public override int Channels => Nodes;

    private protected override void AddFaults(Action<bool, string, object, string> require)
    {
        require(float.IsFinite(Sigma) && Sigma > 0, nameof(Sigma), Sigma, "a number above 0");
        require(Enum.IsDefined(Kind), nameof(Kind), Kind, string.Join(", ", Enum.GetNames<ConfidenceMapKind>()));
    }

    internal override Module<Tensor, Tensor> Build(int inChannels) => new MapHead(Name, inChannels, Channels, Sigmoid);
}
