using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>
/// A block of an encoder: an optional 2×2 pooling, then convolutions of unchanged size, each followed by a ReLU.
/// </summary>
internal sealed class ConvBlock : Module<Tensor, Tensor>
{
    // TorchSharp registers a module under the name of its field, so that the names of fields are keys of the state
    // dict. Modules in arrays and properties are registered by hand.
    private readonly StateFolder blocks;
    private readonly bool _poolFirst;

    public ConvBlock(string prefix, int inChannels, int filters, int kernel, int convolutions, bool poolFirst)
        : base(prefix)
    {
        _poolFirst = poolFirst;
        Layers = new ConvRelu(inChannels, filters, kernel, convolutions);
        blocks = new StateFolder(
            "blocks",
            Layers.Convolutions.Select((convolution, i) => ($"{prefix}_conv{i}", (Module)convolution))
        );
        RegisterComponents();
    }

    public ConvRelu Layers { get; }

    /// <summary>Normalizes the output of each convolution while the network trains.</summary>
    public void Normalize() => blocks.Add(GetName(), Layers.Normalize());

    /// <summary>The blocks between an encoder and a decoder.</summary>
    /// <param name="expand">Name of the first block, which has all convolutions but one; it is left out where there is
    /// only one.</param>
    /// <param name="contract">Name of the last block, which has one convolution.</param>
    /// <param name="inChannels">Channels of the encoder's last map.</param>
    /// <param name="filters">Filters of both blocks.</param>
    /// <param name="kernel">Side of the convolutions.</param>
    /// <param name="convolutions">Convolutions of both blocks together.</param>
    public static IEnumerable<ConvBlock> Middle(
        string expand,
        string contract,
        int inChannels,
        int filters,
        int kernel,
        int convolutions
    )
    {
        if (convolutions > 1)
        {
            yield return new ConvBlock(expand, inChannels, filters, kernel, convolutions - 1, poolFirst: false);
            inChannels = filters;
        }

        yield return new ConvBlock(contract, inChannels, filters, kernel, convolutions: 1, poolFirst: false);
    }

    public override Tensor forward(Tensor x)
    {
        if (!_poolFirst)
            return Layers.Apply(x); // (B, C, H, W) -> (B, filters, H, W)
        using var pooled = Pooling.Halve(x); // (B, C, H, W) -> (B, C, ⌈H/2⌉, ⌈W/2⌉)
        return Layers.Apply(pooled); //              -> (B, filters, ⌈H/2⌉, ⌈W/2⌉)
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Layers.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>
/// A block of a decoder: doubles the size, joins the encoder's map of that size if there is one, and convolves.
/// </summary>
internal sealed class UpBlock : Module
{
    private readonly StateFolder blocks;
    private readonly ConvTranspose2d[] _transposed; // one, or none with bilinear up-sampling
    private BatchNorm? _transposedNorm;
    private readonly bool _keras;

    public UpBlock(
        string prefix,
        int inChannels,
        int skipChannels,
        int filters,
        int kernel,
        bool interpolate,
        bool keras
    )
        : base(prefix)
    {
        _keras = keras;
        _transposed = interpolate
            ? []
            : [ConvTranspose2d(inChannels, filters, kernel_size: 3, stride: 2, padding: 1, output_padding: 1)];
        // Two convolutions, or one where nothing is joined, however many the encoder's blocks have.
        Layers = new ConvRelu(
            skipChannels + (interpolate ? inChannels : filters),
            filters,
            kernel,
            skipChannels > 0 ? 2 : 1
        );
        var names = _transposed
            .Select(module => ($"{prefix}_trans_conv", (Module)module))
            .Concat(Layers.Convolutions.Select((module, i) => ($"{prefix}_refine_conv{i}", (Module)module)));
        blocks = new StateFolder("blocks", names);
        RegisterComponents();
    }

    public ConvRelu Layers { get; }

    /// <summary>Normalizes the output of each convolution while the network trains.</summary>
    public void Normalize()
    {
        blocks.Add($"{GetName()}_refine", Layers.Normalize());
        foreach (var convolution in _transposed)
        {
            _transposedNorm = new BatchNorm(convolution.weight!.size(1), convolution.weight.device);
            blocks.register_module($"{GetName()}_trans{BatchNorm.Suffix}", _transposedNorm);
        }
    }

    /// <param name="x">(B, inChannels, h, w)</param>
    /// <param name="skip">(B, skipChannels, about 2h, about 2w), or null for a block that joins nothing.</param>
    /// <returns>(B, filters, height and width of <paramref name="skip"/>, or 2h and 2w)</returns>
    public Tensor Apply(Tensor x, Tensor? skip)
    {
        using var scope = NewDisposeScope();
        return Layers.Apply(Join(x, skip)).MoveToOuterDisposeScope(); // (B, filters, H, W)
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Layers.Dispose();
        base.Dispose(disposing);
    }

    // (B, C, h, w) and (B, skipChannels, H, W) -> (B, skipChannels + C, H, W)
    private Tensor Join(Tensor x, Tensor? skip)
    {
        var isInterpolated = _transposed.Length == 0;
        if (isInterpolated && skip is not null && UpJoin.Takes(x, skip))
            return is_grad_enabled() ? UpJoinFunction.apply(x, skip) : UpJoin.Join(x, skip);
        var up = isInterpolated
            ? Interpolate(x) // (B, inChannels, 2h, 2w)
            : ConvRelu.Double(_transposed[0], _transposedNorm, x, _keras); // (B, filters, 2h, 2w)
        if (skip is null)
            return up;
        if (up.size(2) != skip.size(2) || up.size(3) != skip.size(3))
        {
            up = functional.interpolate(
                up,
                size: [skip.size(2), skip.size(3)],
                mode: InterpolationMode.Bilinear,
                align_corners: false
            );
        }

        return cat([skip, up], 1);
    }

    // In single precision between bfloat16 maps: libtorch's gradient of a bfloat16 interpolation takes more time than
    // the convolutions around it.
    private static Tensor Interpolate(Tensor x) =>
        functional
            .interpolate(
                x.to(ScalarType.Float32),
                scale_factor: [2.0, 2.0],
                mode: InterpolationMode.Bilinear,
                align_corners: false
            )
            .to(x.dtype);
}

/// <summary>The encoder of a U-Net, also its stem: blocks that halve the size, and one more pooling.</summary>
internal sealed class UNetEncoder : Module
{
    private readonly ConvBlock[] _blocks;

    /// <param name="listName">Name of the list of blocks in the state dict.</param>
    /// <param name="prefix">Start of the layers' names; block n is called prefix n.</param>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="filters">Filters of each block.</param>
    /// <param name="kernel">Side of the convolutions.</param>
    /// <param name="convolutions">Convolutions of a block.</param>
    /// <param name="poolFirst">Whether the first block pools too. After a stem, which ends with a pooling, it
    /// does.</param>
    public UNetEncoder(
        string listName,
        string prefix,
        int inChannels,
        IReadOnlyList<int> filters,
        int kernel,
        int convolutions,
        bool poolFirst
    )
        : base(prefix)
    {
        _blocks = new ConvBlock[filters.Count];
        for (var block = 0; block < _blocks.Length; block++)
        {
            _blocks[block] = new ConvBlock(
                $"{prefix}{block}",
                block == 0 ? inChannels : filters[block - 1],
                filters[block],
                kernel,
                convolutions,
                poolFirst || block > 0
            );
        }

        register_module(listName, new ModuleList<ConvBlock>(_blocks));
    }

    /// <summary>Runs the blocks and pools once more.</summary>
    /// <param name="x">(B, inChannels, H, W)</param>
    /// <param name="skips">Gets the output of each block, finest first.</param>
    /// <returns>(B, filters of the last block, half the height and width of its output)</returns>
    public Tensor Encode(Tensor x, List<Tensor> skips)
    {
        foreach (var block in _blocks)
        {
            x = block.call(x); // (B, C, H, W) -> (B, filters, H, W), from the second block on (B, filters, H/2, W/2)
            skips.Add(x);
        }

        return Pooling.Halve(x); // (B, filters, H/2, W/2)
    }
}

/// <summary>The decoder of all backbones: a chain of <see cref="UpBlock"/>s.</summary>
internal sealed class Decoder : Module
{
    private readonly ModuleList<UpBlock> decoder_stack;
    private readonly int _deepestStride;

    /// <param name="prefix">Start of the layers' names, such as <c>stack0_dec</c>.</param>
    /// <param name="inChannels">Channels of the deepest map.</param>
    /// <param name="deepestStride">Stride of the deepest map.</param>
    /// <param name="filters">Filters of each block, deepest first.</param>
    /// <param name="skipChannels">Channels of the encoder's maps, deepest first; blocks beyond them join
    /// nothing.</param>
    /// <param name="kernel">Side of the convolutions.</param>
    /// <param name="interpolate">Bilinear up-sampling, else transposed convolutions.</param>
    /// <param name="keras">Transposed convolutions are aligned to the pixels as in Keras.</param>
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
            var name = $"{prefix}{block}_s{stride}_to_s{stride / 2}";
            var skip = block < skipChannels.Count ? skipChannels[block] : 0;
            decoder_stack.Add(new UpBlock(name, inChannels, skip, filters[block], kernel, interpolate, keras));
            inChannels = filters[block];
            stride /= 2;
            channels[stride] = inChannels;
        }

        ChannelsAt = channels;
        RegisterComponents();
    }

    /// <summary>Channels of the map at each stride, the deepest included.</summary>
    public IReadOnlyDictionary<int, int> ChannelsAt { get; }

    /// <summary>Computes the maps at all strides from the deepest to the finest needed one.</summary>
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

/// <summary>U-Net with sleap-nn's arithmetic and names of parameters.</summary>
/// <remarks>
/// Some combinations of options crash in sleap-nn 0.3.5: no middle block with growing filters, one convolution a block
/// with a middle block, a stem of stride 4 with a fine output, a head at the deepest stride beside a decoder, several
/// stacks. Here they work, because each layer is built for the channels that it gets.
/// </remarks>
internal sealed class UNet : Backbone
{
    private const int StemKernel = 7;

    private readonly UNetEncoder? stem;
    private readonly ModuleList<UNetEncoder> encoders = new();
    private readonly ModuleList<Decoder> decoders = new();
    private readonly ModuleList<ConvBlock> middle_blocks = new();

    public UNet(UNetOptions options)
        : base(nameof(UNet))
    {
        var (kernel, convolutions) = (options.KernelSize, options.ConvsPerBlock);
        int stemBlocks = options.StemBlocks,
            downBlocks = options.DownBlocks,
            depth = stemBlocks + downBlocks,
            channels = options.InChannels;
        var hasStem = stemBlocks > 0;
        if (hasStem)
        {
            int[] filters = [.. Enumerable.Range(0, stemBlocks).Select(options.FiltersAt)];
            stem = new("stem_stack", "stem", channels, filters, StemKernel, convolutions, poolFirst: false);
            channels = filters[^1];
        }

        int[] encoderFilters = [.. Enumerable.Range(stemBlocks, downBlocks).Select(options.FiltersAt)],
            decoderFilters =
            [.. Enumerable.Range(1, options.UpBlocks).Select(block => options.FiltersAt(Math.Max(0, depth - block)))],
            skipChannels = [.. encoderFilters.Reverse(), .. hasStem ? new[] { channels } : []];
        for (var stack = 0; stack < options.Stacks; stack++)
        {
            var prefix = $"stack{stack}_enc";
            encoders.Add(
                new("encoder_stack", prefix, channels, encoderFilters, kernel, convolutions, poolFirst: hasStem)
            );
            var deepest = encoderFilters[^1];
            if (options.MiddleBlock)
            {
                string expand = $"{prefix}{downBlocks + 1}_middle_expand",
                    contract = $"{prefix}{downBlocks + (convolutions > 1 ? 2 : 1)}_middle_contract";
                var filters = options.FiltersAt(depth);
                foreach (var block in ConvBlock.Middle(expand, contract, deepest, filters, kernel, convolutions))
                    middle_blocks.Add(block);
                deepest = filters;
            }

            decoders.Add(
                new Decoder(
                    $"stack{stack}_dec",
                    deepest,
                    deepestStride: options.DeepestStride,
                    decoderFilters,
                    skipChannels,
                    kernel,
                    options.UpInterpolate,
                    options.KerasUpsampling
                )
            );
            channels = decoderFilters.Length > 0 ? decoderFilters[^1] : deepest;
        }

        ChannelsAt = decoders[0].ChannelsAt;
        RegisterComponents();
    }

    public override IReadOnlyDictionary<int, int> ChannelsAt { get; }

    public override BackboneFeatures Compute(Tensor images, int finestNeeded)
    {
        var stemmed = stem?.Encode(images, []); // (B, C0, H/stem, W/stem)
        var x = stemmed ?? images; // (B, InChannels, H, W) without a stem
        BackboneFeatures? features = null;
        var middles = middle_blocks.Count / decoders.Count;
        for (var stack = 0; stack < decoders.Count; stack++)
        {
            var skips = new List<Tensor>();
            var deepest = encoders[stack].Encode(x, skips); // (B, C, H/deepest, W/deepest)
            for (var middle = 0; middle < middles; middle++)
                deepest = middle_blocks[stack * middles + middle].call(deepest); // (B, C', H/deepest, W/deepest)
            skips.Reverse();
            if (stemmed is not null)
                skips.Add(stemmed);
            var isLast = stack == decoders.Count - 1;
            features = decoders[stack].Decode(deepest, skips, isLast ? finestNeeded : 1);
            x = features.At.MinBy(map => map.Key).Value; // (B, C0, H/stem, W/stem), the next stack's input
        }

        return features!;
    }
}
