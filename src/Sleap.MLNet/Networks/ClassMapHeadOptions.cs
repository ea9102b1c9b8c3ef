using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>A head that gives a map a class: the probability that an animal near this place is of the class.</summary>
public sealed record ClassMapHeadOptions : HeadOptions
{
    /// <summary>Number of classes.</summary>
    public required int Classes { get; init; }

    /// <summary>Standard deviation of the spots around the nodes in cells of the map. Default 5.</summary>
    public float Sigma { get; init; } = 5;

    /// <inheritdoc/>
    public override string Name => "ClassMapsHead";

    /// <inheritdoc/>
    public override int Channels => Classes;

    private protected override void AddFaults(Action<bool, string, object, string> require) =>
        require(float.IsFinite(Sigma) && Sigma > 0, nameof(Sigma), Sigma, "a number above 0");

    internal override Module<Tensor, Tensor> Build(int inChannels) => new MapHead(Name, inChannels, Channels, true);
}
