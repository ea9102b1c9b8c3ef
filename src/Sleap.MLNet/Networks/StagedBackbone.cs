using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// ConvNeXt or Swin Transformer as encoder, one more pooling and a middle block, and the U-Net's decoder.
/// </summary>
internal sealed class StagedBackbone : Backbone
{
    // Field names are the state dict's.
    private readonly StagedEncoder enc;
    private readonly ModuleList<ConvBlock> middle_blocks = new();
    private readonly Decoder dec;

    public StagedBackbone(StagedBackboneOptions options)
        : base(options.EncoderName)
    {
        enc = options.BuildEncoder();
        var rate = (double)(decimal)options.FiltersRate;
        int deepest = options.StageChannels[^1],
            filters = (int)(deepest * rate);
        // The names are ConvNeXt's for both, as in sleap-nn.
        if (options.ConvsPerBlock > 1)
        {
            middle_blocks.Add(
                new ConvBlock(
                    "convnext_middle_expand",
                    deepest,
                    filters,
                    options.KernelSize,
                    options.ConvsPerBlock - 1,
                    false
                )
            );
            deepest = filters;
        }

        middle_blocks.Add(new ConvBlock("convnext_middle_contract", deepest, filters, options.KernelSize, 1, false));
        int[] decoderFilters =
        [
            .. Enumerable
                .Range(0, options.UpBlocks)
                .Select(block => (int)(options.StageChannels[0] * Math.Pow(rate, Math.Max(0, 3 - block)))),
        ];
        dec = new Decoder(
            "dec",
            filters,
            options.DeepestStride,
            decoderFilters,
            [.. options.StageChannels.Reverse()],
            options.KernelSize,
            options.UpInterpolate
        );
        RegisterComponents();
    }

    public override IReadOnlyDictionary<int, int> ChannelsAt => dec.ChannelsAt;

    /// <summary>The encoder's maps, for tests.</summary>
    public IReadOnlyList<Tensor> Encode(Tensor images) => enc.Encode(images);

    public override BackboneFeatures Compute(Tensor images, int finestNeeded)
    {
        // The encoder's normalisations want single precision; the convolutions after it take what was asked for.
        var maps = enc.Encode(images.to(ScalarType.Float32));
        Tensor[] skips = [.. new[] { 6, 4, 2, 0 }.Select(map => maps[map].to(images.dtype))];
        var deepest = Pooling.Halve(maps[7].to(images.dtype)); // (B, C, H/deepest, W/deepest)
        foreach (var middle in middle_blocks)
            deepest = middle.call(deepest); // (B, C·rate, H/deepest, W/deepest)
        return dec.Decode(deepest, skips, finestNeeded);
    }
}
