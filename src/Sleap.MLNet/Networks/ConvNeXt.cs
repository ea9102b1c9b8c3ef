using System.Collections.Immutable;
using Sleap.Transforms;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>
/// ConvNeXt (Liu et al. 2022, arXiv:2201.03545) as the encoder of a U-shaped network, as sleap-nn builds it; options
/// and defaults are those of its <c>backbone_config.convnext</c>.
/// </summary>
public sealed record ConvNeXtOptions : StagedBackboneOptions
{
    /// <summary>Depths and channels. Default <see cref="ConvNeXtArchitecture.Tiny"/>.</summary>
    public ConvNeXtArchitecture Architecture { get; init; } = ConvNeXtArchitecture.Tiny;

    /// <summary>Side of the stem's convolution kernel in pixels of the network input, at least 1. Default 4.</summary>
    public int StemPatchKernel { get; init; } = 4;

    internal override string EncoderName => "convnext";

    internal override IReadOnlyList<int> StageChannels => Architecture.Channels;

    internal override StagedEncoder BuildEncoder() => new ConvNeXtEncoder(this);

    internal override double MinWeights =>
        base.MinWeights
        + (double)StemPatchKernel * StemPatchKernel * StageChannels[0]
        + Architecture.Depths.Zip(Architecture.Channels, (depth, channels) => 8.0 * depth * channels * channels).Sum();

    internal override void Check(OptionFaults faults)
    {
        base.Check(faults);
        faults.Expect(StemPatchKernel >= 1, nameof(StemPatchKernel), StemPatchKernel, "at least 1");
        RequireStages(faults, "Architecture.Depths", Architecture.Depths);
        RequireStages(faults, "Architecture.Channels", Architecture.Channels);
    }
}

/// <summary>Blocks and channels of the four stages of a ConvNeXt.</summary>
/// <param name="Depths">Number of blocks of each of the four stages.</param>
/// <param name="Channels">Number of channels of each of the four stages.</param>
public sealed record ConvNeXtArchitecture(ImmutableArray<int> Depths, ImmutableArray<int> Channels)
{
    /// <summary>The size that sleap-nn and torchvision name <c>tiny</c>.</summary>
    public static ConvNeXtArchitecture Tiny { get; } = new([3, 3, 9, 3], [96, 192, 384, 768]);

    /// <summary>The size that sleap-nn and torchvision name <c>small</c>.</summary>
    public static ConvNeXtArchitecture Small { get; } = new([3, 3, 27, 3], [96, 192, 384, 768]);

    /// <summary>The size that sleap-nn and torchvision name <c>base</c>.</summary>
    public static ConvNeXtArchitecture Base { get; } = new([3, 3, 27, 3], [128, 256, 512, 1024]);

    /// <summary>The size that sleap-nn and torchvision name <c>large</c>.</summary>
    public static ConvNeXtArchitecture Large { get; } = new([3, 3, 27, 3], [192, 384, 768, 1536]);
}

/// <summary>
/// A 7×7 convolution per channel, then two fully connected layers per pixel; the result is scaled and added to the
/// input.
/// </summary>
internal sealed class ConvNeXtBlock : Module<Tensor, Tensor>
{
    private const double Epsilon = 1e-6,
        InitialScale = 1e-6;

    private readonly Parameter layer_scale;
    private readonly StateFolder block;
    private readonly Module<Tensor, Tensor>[] _layers;

    public ConvNeXtBlock(int channels)
        : base(nameof(ConvNeXtBlock))
    {
        layer_scale = Parameter(ones(new long[] { channels, 1, 1 }).Mul(InitialScale));
        _layers =
        [
            Conv2d(channels, channels, kernel_size: 7, padding: 3, groups: channels),
            LayerNorm(channels, Epsilon),
            Linear(channels, 4 * channels),
            Linear(4 * channels, channels),
        ];
        // torchvision's numbers: 1, 4 and 6 have no parameters.
        block = new StateFolder("block", _layers.Zip(["0", "2", "3", "5"], (layer, name) => (name, (Module)layer)));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var y = _layers[0].call(x).permute(0, 2, 3, 1); // (B, C, H, W) -> (B, H, W, C)
        y = _layers[1].call(y); // (B, H, W, C)
        y = functional.gelu(_layers[2].call(y)); // (B, H, W, 4C)
        y = _layers[3].call(y).permute(0, 3, 1, 2); // (B, C, H, W)
        return x.Add(y * layer_scale).MoveToOuterDisposeScope(); // (B, C, H, W)
    }
}

/// <summary>ConvNeXt without its classifier, with torchvision's names of parameters.</summary>
internal sealed class ConvNeXtEncoder : StagedEncoder
{
    private const double Epsilon = 1e-6;

    private readonly StateFolder features;
    private readonly Module<Tensor, Tensor>[][] _stages;

    public ConvNeXtEncoder(ConvNeXtOptions options)
        : base(nameof(ConvNeXtEncoder))
    {
        ImmutableArray<int> channels = options.Architecture.Channels,
            depths = options.Architecture.Depths;
        var stages = new List<Module<Tensor, Tensor>[]>();
        for (var stage = 0; stage < channels.Length; stage++)
        {
            // sleap-nn pads the stem's convolution by 1; torchvision does not pad.
            stages.Add(
                stage == 0
                    ?
                    [
                        Conv2d(
                            options.InChannels,
                            channels[0],
                            options.StemPatchKernel,
                            options.StemPatchStride,
                            padding: 1
                        ),
                        new PixelNorm(channels[0], Epsilon),
                    ]
                    :
                    [
                        new PixelNorm(channels[stage - 1], Epsilon),
                        Conv2d(channels[stage - 1], channels[stage], kernel_size: 2, stride: 2),
                    ]
            );
            stages.Add([.. Enumerable.Range(0, depths[stage]).Select(_ => new ConvNeXtBlock(channels[stage]))]);
        }

        _stages = [.. stages];
        features = new StateFolder(
            "features",
            _stages.Select(
                (layers, i) =>
                    ($"{i}", (Module)new StateFolder($"{i}", layers.Select((layer, j) => ($"{j}", (Module)layer))))
            )
        );
        RegisterComponents();
    }

    public override IReadOnlyList<Tensor> Encode(Tensor images)
    {
        var maps = new List<Tensor>();
        var x = images; // (B, InChannels, H, W)
        foreach (var layers in _stages)
        {
            foreach (var layer in layers)
                x = layer.call(x); // stem: (B, C0, H/s, W/s); halving: (B, C', h/2, w/2); block: unchanged
            maps.Add(x);
        }

        return maps;
    }
}
