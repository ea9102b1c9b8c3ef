using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>
/// A head that gives the probability of each class for a whole crop, from the backbone's deepest map.
/// </summary>
public sealed record ClassVectorHeadOptions : HeadOptions
{
    /// <summary>Number of classes.</summary>
    public required int Classes { get; init; }

    /// <summary>Fully connected layers before the one that gives the classes. Default 1.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>Units of each of them. Default 64.</summary>
    public int Units { get; init; } = 64;

    /// <summary>
    /// Take the maximum of each channel first (true, the default). Without it the deepest map must be a single cell.
    /// </summary>
    public bool GlobalPool { get; init; } = true;

    /// <inheritdoc/>
    public override string Name => "ClassVectorsHead";

    /// <inheritdoc/>
    public override int Channels => Classes;

    internal override bool ReadsDeepest => true;

    private protected override void AddFaults(Action<bool, string, object, string> require)
    {
        require(Layers >= 0, nameof(Layers), Layers, "at least 0");
        require(Units >= 1, nameof(Units), Units, "at least 1");
    }

    internal override Module<Tensor, Tensor> Build(int inChannels) => new ClassVectorHead(Name, inChannels, this);
}
