using System.Text.Json.Serialization;
using Sleap.Transforms;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>
/// What all backbones have in common. The names and defaults are those of sleap-nn's <c>backbone_config</c>.
/// Options are checked by <see cref="Faults"/>, not while they are set.
/// </summary>
[JsonDerivedType(typeof(UNetOptions), "unet")]
[JsonDerivedType(typeof(ConvNeXtOptions), "convnext")]
[JsonDerivedType(typeof(SwinTOptions), "swint")]
[JsonDerivedType(typeof(CustomBackboneOptions), "custom")]
public abstract record BackboneOptions
{
    private const int LargestStride = 1024;

    private protected BackboneOptions() { }

    /// <summary>
    /// Channels of the network's input: 1 for gray or 3 for RGB. Images of the other kind are converted. Default 1.
    /// </summary>
    public int InChannels { get; init; } = 1;

    /// <summary>Side of the convolution kernels in cells of their map, at least 1. Default 3.</summary>
    public int KernelSize { get; init; } = 3;

    /// <summary>Factor of the number of filters from one block to the next deeper one, above 0.</summary>
    public abstract float FiltersRate { get; init; }

    /// <summary>
    /// Images are padded to multiples of this stride, in pixels of the network input; a power of two, 2 to 1024.
    /// </summary>
    public abstract int MaxStride { get; init; }

    /// <summary>Convolutions of an encoder block, at least 1. Default 2. Decoder blocks always have two.</summary>
    public int ConvsPerBlock { get; init; } = 2;

    /// <summary>
    /// Whether maps are up-sampled by bilinear interpolation; if false, by transposed convolutions. Default true.
    /// </summary>
    public bool UpInterpolate { get; init; } = true;

    /// <summary>
    /// Stride of the finest map that the decoder makes, in pixels of the network input; a power of two, at most
    /// <see cref="MaxStride"/>. Default 1.
    /// </summary>
    public int OutputStride { get; init; } = 1;

    /// <summary>The faults of these options, one sentence each; empty if the network can be built.</summary>
    public IReadOnlyList<string> Faults() => OptionFaults.Of(faults => Check(faults.In(GetType().Name)));

    /// <summary>Adds the faults of the options.</summary>
    internal virtual void Check(OptionFaults faults) =>
        faults
            .AtLeast(nameof(InChannels), InChannels, 1)
            .AtLeast(nameof(KernelSize), KernelSize, 1)
            .Positive(nameof(FiltersRate), FiltersRate)
            .PowerOfTwo(nameof(MaxStride), MaxStride, 2)
            .Expect(MaxStride <= LargestStride, nameof(MaxStride), MaxStride, $"at most {LargestStride}")
            .AtLeast(nameof(ConvsPerBlock), ConvsPerBlock, 1)
            .PowerOfTwo(nameof(OutputStride), OutputStride)
            .Expect(OutputStride <= MaxStride, nameof(OutputStride), OutputStride, $"at most MaxStride ({MaxStride})");

    /// <summary>
    /// Strides of the maps that heads can read, finest first. Only for options without <see cref="Faults"/>.
    /// </summary>
    internal abstract IReadOnlyList<int> Strides();

    /// <summary>
    /// The blocks of the encoder, finest first, each by the beginnings of its names in the state dict; empty: not known.
    /// Only for options without <see cref="Faults"/>.
    /// </summary>
    internal virtual IReadOnlyList<string[]> EncoderBlocks => [];

    /// <summary>
    /// A number of weights that the network has at least, without building it: those of the layers that have most; 0: not
    /// known. Only for options without <see cref="Faults"/>.
    /// </summary>
    internal virtual double MinWeights => 0;

    /// <summary>Builds the network. Only for options without <see cref="Faults"/>.</summary>
    internal abstract Backbone Build();

    private protected static bool IsPowerOfTwo(int value) => value > 0 && (value & (value - 1)) == 0;

    /// <summary>Every stride from that of the decoder's last block to the deepest map's.</summary>
    private protected static IReadOnlyList<int> Strides(int deepest, int upBlocks) =>
        [.. Enumerable.Range(0, upBlocks + 1).Select(block => deepest >> block).Reverse()];
}

/// <summary>A network from images to feature maps at several strides.</summary>
internal abstract class Backbone(string name) : Module(name)
{
    /// <summary>Channels of the map at each stride that a head can read, the deepest included.</summary>
    public abstract IReadOnlyDictionary<int, int> ChannelsAt { get; }

    /// <summary>Stride of the map that the decoder starts from.</summary>
    public int DeepestStride => ChannelsAt.Keys.Max();

    /// <summary>Computes the maps that the heads read.</summary>
    /// <param name="images">(B, InChannels, H, W)</param>
    /// <param name="finestNeeded">Stride of the finest map that a head reads; finer maps are not computed.</param>
    public abstract BackboneFeatures Compute(Tensor images, int finestNeeded);
}

/// <summary>What a backbone gives for a batch of images.</summary>
/// <param name="Deepest">The map that the decoder starts from, (B, C, H/deepest stride, W/deepest stride).</param>
/// <param name="At">The map at each computed stride, the deepest included.</param>
internal sealed record BackboneFeatures(Tensor Deepest, IReadOnlyDictionary<int, Tensor> At);
