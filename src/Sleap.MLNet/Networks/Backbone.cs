using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>A network from images to feature maps at several strides.</summary>
internal abstract class Backbone(string name) : Module(name)
{
    /// <summary>Channels of the map at each stride that a head can read, the deepest included.</summary>
    public abstract IReadOnlyDictionary<int, int> ChannelsAt { get; }

    /// <summary>Stride of the map that the decoder starts from.</summary>
    public int DeepestStride => ChannelsAt.Keys.Max();

    /// <summary>Computes the maps that heads at strides of <paramref name="finestNeeded"/> and deeper read.</summary>
    /// <param name="images">(B, InChannels, H, W)</param>
    /// <param name="finestNeeded">No finer map is computed: decoder blocks that no head reads would only cost
    /// time.</param>
    public abstract BackboneFeatures Compute(Tensor images, int finestNeeded);
}
