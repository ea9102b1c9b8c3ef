using Sleap.MLNet;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.Bench;

/// <summary>A peer: the same network of TorchSharp's own modules, as a program without this library has it.</summary>
internal sealed class EagerUNet : Module<Tensor, Tensor>
{
    private readonly ModuleList<Sequential> down = new(),
        up = new();
    private readonly Sequential middle;
    private readonly MaxPool2d pool = MaxPool2d(2);
    private readonly Conv2d head;

    /// <param name="weights">Weights, which are copied.</param>
    /// <param name="channelsLast">Whether weights, and with them all maps, are laid out channels-last.</param>
    public EagerUNet(UNetWeights weights, bool channelsLast)
        : base(nameof(EagerUNet))
    {
        foreach (var block in weights.Down)
            down.Add(Block(block));
        middle = Block(weights.Middle);
        foreach (var block in weights.Up)
            up.Add(Block(block));
        head = Convolution(weights.Head);
        RegisterComponents();
        if (channelsLast)
            ChannelsLast.ConvertWeights(this);
    }

    /// <param name="images">(B, 1, H, W)</param>
    /// <returns>(B, nodes, H/2, W/2)</returns>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        var (x, skips) = (images, new Stack<Tensor>());
        foreach (var block in down)
        {
            skips.Push(block.call(x)); // (B, filters, h, w)
            x = pool.call(skips.Peek()); // (B, filters, h/2, w/2)
        }
        x = middle.call(x);
        foreach (var block in up)
            x = Joined(block, x, skips.Pop());
        return head.call(x).MoveToOuterDisposeScope();
    }

    // (B, C, h, w) and (B, S, 2h, 2w) to (B, filters, 2h, 2w). What is in between is freed at once.
    private static Tensor Joined(Sequential block, Tensor x, Tensor skip)
    {
        using var doubled = functional.interpolate(x, null, [2.0, 2.0], InterpolationMode.Bilinear, false);
        using var joined = cat([skip, doubled], 1); // (B, S + C, 2h, 2w)
        return block.call(joined);
    }

    private static Sequential Block(ConvWeights[] convolutions) =>
        Sequential(
            convolutions.SelectMany(one => new Module<Tensor, Tensor>[] { Convolution(one), ReLU(inplace: true) })
        );

    private static Conv2d Convolution(ConvWeights weights)
    {
        using var _ = no_grad();
        var (outputs, inputs, kernel) = (weights.Weight.size(0), weights.Weight.size(1), weights.Weight.size(2));
        var convolution = Conv2d(inputs, outputs, kernel, padding: kernel / 2);
        convolution.weight.copy_(weights.Weight);
        convolution.bias!.copy_(weights.Bias);
        return convolution;
    }
}
