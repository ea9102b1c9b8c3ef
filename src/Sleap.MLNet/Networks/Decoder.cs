using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>
/// The way back up, the same for all backbones: each block doubles the size, joins the encoder's map of that size (if
/// there is one) and convolves.
/// </summary>
internal sealed class Decoder : Module
{
    private readonly ModuleList<UpBlock> decoder_stack;
    private readonly int _deepestStride;

    /// <param name="prefix">Start of the layers' names, such as <c>stack0_dec</c>.</param>
    /// <param name="inChannels">Channels of the deepest map.</param>
    /// <param name="deepestStride">Its stride.</param>
    /// <param name="filters">Filters of each block, deepest first; as many as there are blocks.</param>
    /// <param name="skipChannels">Channels of the encoder's maps, deepest first; blocks beyond them have none to
    /// join.</param>
    /// <param name="kernel">Side of the convolutions.</param>
    /// <param name="interpolate">Bilinear up-sampling, else transposed convolutions.</param>
    /// <param name="keras">Transposed convolutions lie on the pixels as Keras has them.</param>
    public Decoder(
        string prefix,
        int inChannels,
        int deepestStride,
        IReadOnlyList<int> filters,
        IReadOnlyList<int> skipChannels,
        int kernel,
        bool interpolate,
        bool keras = false
    )
        : base(prefix)
    {
        _deepestStride = deepestStride;
        decoder_stack = new ModuleList<UpBlock>();
        var channels = new Dictionary<int, int> { [deepestStride] = inChannels };
        var stride = deepestStride;
        for (var block = 0; block < filters.Count; block++)
        {
            var skip = block < skipChannels.Count ? skipChannels[block] : 0;
            decoder_stack.Add(
                new UpBlock(
                    $"{prefix}{block}_s{stride}_to_s{stride / 2}",
                    inChannels,
                    skip,
                    filters[block],
                    kernel,
                    interpolate,
                    keras
                )
            );
            inChannels = filters[block];
            stride /= 2;
            channels[stride] = inChannels;
        }

        ChannelsAt = channels;
        RegisterComponents();
    }

    /// <summary>Channels of the map at each stride, the deepest included.</summary>
    public IReadOnlyDictionary<int, int> ChannelsAt { get; }

    /// <summary>The maps at all strides from the deepest to the finest needed one.</summary>
    /// <param name="deepest">(B, inChannels, h, w)</param>
    /// <param name="skips">The encoder's maps, deepest first.</param>
    /// <param name="finestNeeded">Blocks that would make a finer map are left out.</param>
    public BackboneFeatures Decode(Tensor deepest, IReadOnlyList<Tensor> skips, int finestNeeded)
    {
        var x = deepest; // (B, inChannels, h, w)
        var stride = _deepestStride;
        var at = new Dictionary<int, Tensor> { [stride] = x };
        for (var block = 0; block < decoder_stack.Count && stride > finestNeeded; block++)
        {
            x = decoder_stack[block].Apply(x, block < skips.Count ? skips[block] : null); // (B, filters, 2h, 2w)
            stride /= 2;
            at[stride] = x;
        }

        return new BackboneFeatures(deepest, at);
    }
}
