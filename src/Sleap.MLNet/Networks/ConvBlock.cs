using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>
/// A block of an encoder: an optional 2×2 pooling, then convolutions of unchanged size, each followed by a ReLU.
/// </summary>
internal sealed class ConvBlock : Module<Tensor, Tensor>
{
    // A field of module type is registered under the field's name, so these names are the state dict's. Modules in
    // arrays are not.
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
