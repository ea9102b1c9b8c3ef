using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>
/// A 7×7 convolution a channel, then two fully connected layers a pixel, scaled and added to what came in.
/// </summary>
internal sealed class ConvNeXtBlock : Module<Tensor, Tensor>
{
    private const double Epsilon = 1e-6,
        FirstScale = 1e-6;

    private readonly TorchSharp.Modules.Parameter layer_scale;
    private readonly StateFolder block;
    private readonly Module<Tensor, Tensor>[] _layers;

    public ConvNeXtBlock(int channels)
        : base(nameof(ConvNeXtBlock))
    {
        layer_scale = Parameter(ones(new long[] { channels, 1, 1 }) * FirstScale);
        _layers =
        [
            Conv2d(channels, channels, 7, 1, 3, 1, PaddingModes.Zeros, channels),
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
        return (x + y * layer_scale).MoveToOuterDisposeScope(); // (B, C, H, W)
    }
}
