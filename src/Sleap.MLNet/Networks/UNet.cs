using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// U-Net with sleap-nn's arithmetic and names. Where sleap-nn 0.3.5 cannot build or run a combination of its options
/// (no middle block with growing filters, one convolution a block with a middle block, a stem of stride 4 with a fine
/// output, a head at the deepest stride beside a decoder, several stacks), the layers here get the channels that really
/// arrive.
/// </summary>
internal sealed class UNet : Backbone
{
    private const int StemKernel = 7;

    // Field names are the state dict's.
    private readonly UNetEncoder? stem;
    private readonly ModuleList<UNetEncoder> encoders = new();
    private readonly ModuleList<Decoder> decoders = new();
    private readonly ModuleList<ConvBlock> middle_blocks = new();

    public UNet(UNetOptions options)
        : base(nameof(UNet))
    {
        int stemBlocks = options.StemBlocks,
            downBlocks = options.DownBlocks,
            depth = stemBlocks + downBlocks;
        var channels = options.InChannels;
        if (stemBlocks > 0)
        {
            stem = new UNetEncoder(
                "stem_stack",
                "stem",
                channels,
                Filters(options, 0, stemBlocks),
                StemKernel,
                options.ConvsPerBlock,
                false
            );
            channels = options.FiltersAt(stemBlocks - 1);
        }

        var deepestStride = 1 << (stemBlocks > 0 ? depth + 1 : depth);
        var encoderFilters = Filters(options, stemBlocks, downBlocks);
        int[] skipChannels = [.. encoderFilters.Reverse(), .. stemBlocks > 0 ? new[] { channels } : []];
        int[] decoderFilters =
        [
            .. Enumerable.Range(0, options.UpBlocks).Select(block => options.FiltersAt(Math.Max(0, depth - 1 - block))),
        ];
        for (var stack = 0; stack < options.Stacks; stack++)
        {
            var prefix = $"stack{stack}_enc";
            encoders.Add(
                new UNetEncoder(
                    "encoder_stack",
                    prefix,
                    channels,
                    encoderFilters,
                    options.KernelSize,
                    options.ConvsPerBlock,
                    stemBlocks > 0
                )
            );
            var deepest = encoderFilters[^1];
            if (options.MiddleBlock)
            {
                int number = downBlocks + 1,
                    filters = options.FiltersAt(depth);
                if (options.ConvsPerBlock > 1)
                {
                    middle_blocks.Add(
                        new ConvBlock(
                            $"{prefix}{number++}_middle_expand",
                            deepest,
                            filters,
                            options.KernelSize,
                            options.ConvsPerBlock - 1,
                            false
                        )
                    );
                    deepest = filters;
                }

                middle_blocks.Add(
                    new ConvBlock($"{prefix}{number}_middle_contract", deepest, filters, options.KernelSize, 1, false)
                );
                deepest = filters;
            }

            decoders.Add(
                new Decoder(
                    $"stack{stack}_dec",
                    deepest,
                    deepestStride,
                    decoderFilters,
                    skipChannels,
                    options.KernelSize,
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
        var x = images; // (B, InChannels, H, W)
        Tensor? stemmed = null;
        if (stem is not null)
            x = stemmed = stem.Down(x, []); // (B, C0, H/stem, W/stem)
        BackboneFeatures? features = null;
        var middles = middle_blocks.Count / decoders.Count;
        for (var stack = 0; stack < decoders.Count; stack++)
        {
            var skips = new List<Tensor>();
            var deepest = encoders[stack].Down(x, skips); // (B, C, H/deepest, W/deepest)
            for (var middle = 0; middle < middles; middle++)
                deepest = middle_blocks[stack * middles + middle].call(deepest); // (B, C', H/deepest, W/deepest)
            skips.Reverse();
            if (stemmed is not null)
                skips.Add(stemmed);
            var last = stack == decoders.Count - 1;
            features = decoders[stack].Decode(deepest, skips, last ? finestNeeded : 1);
            // (B, C0, H/stem, W/stem), the next stack's input
            x = features.At.MinBy(map => map.Key).Value;
        }

        return features!;
    }

    private static int[] Filters(UNetOptions options, int first, int count) =>
        [.. Enumerable.Range(first, count).Select(options.FiltersAt)];
}
