using System.Text.Json.Serialization;
using Sleap.Transforms;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>Options of backbones whose encoder has a stem of patches and four stages.</summary>
public abstract record StagedBackboneOptions : BackboneOptions
{
    private const int LargestStem = 64;

    private protected StagedBackboneOptions() { }

    /// <inheritdoc/>
    /// <remarks>Default 2.</remarks>
    public override float FiltersRate { get; init; } = 2;

    /// <inheritdoc/>
    /// <remarks>
    /// Default 32. The deepest map has a stride of 16 times that of the stem, whatever this says, as in sleap-nn.
    /// </remarks>
    public override int MaxStride { get; init; } = 32;

    /// <summary>Stride of the stem, a power of two from 1 to 64. Default 2.</summary>
    public int StemPatchStride { get; init; } = 2;

    /// <summary>
    /// Initial weights of the encoder: null (default) for random ones, <c>ImageNet</c> for those that torchvision
    /// published for this architecture (found in torch's cache, <c>$TORCH_HOME/hub/checkpoints</c> or
    /// <c>~/.cache/torch/hub/checkpoints</c>, else downloaded once from torchvision's address), or the path of such a
    /// <c>.pth</c> file. Images may have one channel or three, and are normalized as the weights expect it. sleap-nn's
    /// <c>pre_trained_weights</c>.
    /// </summary>
    [JsonIgnore] // a trained model has its weights
    public string? PretrainedWeights { get; init; }

    internal abstract string EncoderName { get; }

    internal abstract IReadOnlyList<int> StageChannels { get; }

    internal int DeepestStride => 16 * StemPatchStride;

    internal int UpBlocks => int.Log2(DeepestStride / OutputStride);

    internal abstract StagedEncoder BuildEncoder();

    // The middle blocks: all convolutions but the first and the last are from as many channels to as many.
    internal override double MinWeights
    {
        get
        {
            var filters = Math.Floor(StageChannels[^1] * (double)FiltersRate);
            return (ConvsPerBlock - 1.0) * KernelSize * KernelSize * filters * filters;
        }
    }

    // A stage and the stem or halving before it.
    internal override IReadOnlyList<string[]> EncoderBlocks =>
        [
            .. Enumerable
                .Range(0, 4)
                .Select(stage =>
                    new[] { $"backbone.enc.features.{2 * stage}.", $"backbone.enc.features.{2 * stage + 1}." }
                ),
        ];

    internal override IReadOnlyList<int> Strides() => Strides(DeepestStride, UpBlocks);

    internal override Backbone Build() => new StagedBackbone(this);

    internal override void Check(OptionFaults faults)
    {
        base.Check(faults);
        faults.Expect(
            PretrainedWeights != MLNet.PretrainedWeights.ImageNet || MLNet.PretrainedWeights.FileOf(this) is not null,
            nameof(PretrainedWeights),
            PretrainedWeights,
            "null or a path: torchvision has weights for the named sizes only (ConvNeXt tiny, small, base and large, "
                + "Swin tiny, small and base)"
        );
        faults.Expect(
            PretrainedWeights is null or MLNet.PretrainedWeights.ImageNet || File.Exists(PretrainedWeights),
            nameof(PretrainedWeights),
            PretrainedWeights,
            "null, ImageNet, or the path of a file that is there"
        );
        faults.Expect(
            IsPowerOfTwo(StemPatchStride) && StemPatchStride <= LargestStem,
            nameof(StemPatchStride),
            StemPatchStride,
            $"a power of two, at most {LargestStem}"
        );
        faults.Expect(
            !IsPowerOfTwo(StemPatchStride) || OutputStride <= DeepestStride,
            nameof(OutputStride),
            OutputStride,
            $"at most 16 · StemPatchStride ({DeepestStride})"
        );
    }

    private protected static void RequireStages(OptionFaults faults, string option, IReadOnlyList<int> values) =>
        faults.Expect(
            values.Count == 4 && values.All(value => value >= 1),
            option,
            $"[{string.Join(", ", values)}]",
            "four numbers of at least 1"
        );
}

/// <summary>A stem and four stages, with a layer that halves the size before each stage but the first.</summary>
internal abstract class StagedEncoder(string name) : Module(name)
{
    /// <param name="images">(B, InChannels, H, W), single precision.</param>
    /// <returns>The outputs of stem, stage, halving, stage, …: eight maps (B, C, h, w), finest first. The decoder joins
    /// those of even index, which are the inputs of the stages.</returns>
    public abstract IReadOnlyList<Tensor> Encode(Tensor images);
}

/// <summary>
/// ConvNeXt or Swin Transformer as encoder, one more pooling and middle blocks, and the decoder of the U-Net.
/// </summary>
internal sealed class StagedBackbone : Backbone
{
    private readonly StagedEncoder enc;
    private readonly ModuleList<ConvBlock> middle_blocks = new();
    private readonly Decoder dec;

    public StagedBackbone(StagedBackboneOptions options)
        : base(options.EncoderName)
    {
        enc = options.BuildEncoder();
        var rate = (double)(decimal)options.FiltersRate;
        var deepest = options.StageChannels[^1];
        var filters = (int)(deepest * rate);
        // The names are ConvNeXt's for both encoders, as in sleap-nn.
        var middle = ConvBlock.Middle(
            "convnext_middle_expand",
            "convnext_middle_contract",
            deepest,
            filters,
            options.KernelSize,
            options.ConvsPerBlock
        );
        foreach (var block in middle)
            middle_blocks.Add(block);
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
            skipChannels: [.. options.StageChannels.Reverse()],
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
        // The encoder's normalizations need single precision; the convolutions after it compute in that of the images.
        var maps = enc.Encode(images.to(ScalarType.Float32));
        Tensor[] skips = [.. new[] { 6, 4, 2, 0 }.Select(map => maps[map].to(images.dtype))];
        var deepest = Pooling.Halve(maps[7].to(images.dtype)); // (B, C, H/deepest, W/deepest)
        foreach (var middle in middle_blocks)
            deepest = middle.call(deepest); // (B, C·rate, H/deepest, W/deepest)
        return dec.Decode(deepest, skips, finestNeeded);
    }
}
