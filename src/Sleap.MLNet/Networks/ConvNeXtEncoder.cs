using System.Collections.Immutable;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>ConvNeXt without its classifier, with torchvision's names.</summary>
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
                        Conv2d(options.InChannels, channels[0], options.StemPatchKernel, options.StemPatchStride, 1),
                        new PixelNorm(channels[0], Epsilon),
                    ]
                    : [new PixelNorm(channels[stage - 1], Epsilon), Conv2d(channels[stage - 1], channels[stage], 2, 2)]
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
                // stem: (B, C0, H/s, W/s); halving: (B, C', h/2, w/2); block: unchanged
                x = layer.call(x);
            maps.Add(x);
        }

        return maps;
    }
}
