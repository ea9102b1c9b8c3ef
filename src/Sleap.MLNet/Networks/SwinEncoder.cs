using System.Collections.Immutable;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>Swin Transformer without its classifier, with torchvision's names. It works on (B, H, W, C).</summary>
internal sealed class SwinEncoder : StagedEncoder
{
    private const double Epsilon = 1e-5;

    // Share of the samples whose last block is skipped in training; earlier blocks less, in even steps from none.
    private const double LastSkipped = 0.1;

    private readonly StateFolder features;
    private readonly Module<Tensor, Tensor> norm;
    private readonly Module<Tensor, Tensor>[][] _stages;

    public SwinEncoder(SwinTOptions options)
        : base(nameof(SwinEncoder))
    {
        ImmutableArray<int> depths = options.Architecture.Depths,
            heads = options.Architecture.Heads;
        var stages = new List<Module<Tensor, Tensor>[]>();
        int block = 0,
            last = depths.Sum() - 1;
        for (var stage = 0; stage < depths.Length; stage++)
        {
            var channels = options.StageChannels[stage];
            stages.Add(
                stage == 0
                    ?
                    [
                        Conv2d(options.InChannels, channels, options.PatchSize, options.StemPatchStride, 1),
                        LayerNorm(channels, Epsilon),
                    ]
                    : [new PatchMerging(channels / 2, Epsilon)]
            );
            stages.Add([
                .. Enumerable
                    .Range(0, depths[stage])
                    .Select(i => new SwinBlock(
                        channels,
                        heads[stage],
                        options.WindowSize,
                        i % 2 == 0 ? 0 : options.WindowSize / 2,
                        last == 0 ? 0 : LastSkipped * block++ / last,
                        Epsilon
                    )),
            ]);
        }

        _stages = [.. stages];
        features = new StateFolder(
            "features",
            _stages.Select((layers, i) => ($"{i}", i > 0 && i % 2 == 0 ? layers[0] : Folder(layers, i)))
        );
        norm = LayerNorm(options.StageChannels[^1], Epsilon);
        RegisterComponents();
    }

    public override IReadOnlyList<Tensor> Encode(Tensor images)
    {
        var maps = new List<Tensor>();
        var x = _stages[0][0].call(images).permute(0, 2, 3, 1); // (B, InChannels, H, W) -> (B, H/s, W/s, C0)
        x = _stages[0][1].call(x); // (B, H/s, W/s, C0)
        maps.Add(x.permute(0, 3, 1, 2)); // (B, C0, H/s, W/s)
        foreach (var layers in _stages.Skip(1))
        {
            foreach (var layer in layers)
                // block: (B, h, w, C); merging: (B, ⌈h/2⌉, ⌈w/2⌉, 2C)
                x = layer.call(x);
            if (ReferenceEquals(layers, _stages[^1]))
                x = norm.call(x); // (B, h, w, C)
            maps.Add(x.permute(0, 3, 1, 2)); // (B, C, h, w)
        }

        return maps;
    }

    // torchvision's stem has a permutation between its convolution, 0, and its norm, 2.
    private static Module Folder(Module<Tensor, Tensor>[] layers, int index) =>
        new StateFolder($"{index}", layers.Select((layer, i) => ($"{(index == 0 ? 2 * i : i)}", (Module)layer)));
}
