using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>Attention within windows and two fully connected layers, each added to what came in.</summary>
internal sealed class SwinBlock : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> norm1;
    private readonly WindowAttention attn;
    private readonly Module<Tensor, Tensor> norm2;
    private readonly StateFolder mlp;
    private readonly Module<Tensor, Tensor>[] _layers;
    private readonly double _skipped;

    /// <param name="channels">Channels in and out.</param>
    /// <param name="heads">Attention heads.</param>
    /// <param name="window">Side of the windows.</param>
    /// <param name="shift">How far the windows are moved.</param>
    /// <param name="skipped">Share of the samples that skip each half of the block in training (stochastic depth,
    /// arXiv:1603.09382).</param>
    /// <param name="epsilon">Of the normalisations.</param>
    public SwinBlock(int channels, int heads, int window, int shift, double skipped, double epsilon)
        : base(nameof(SwinBlock))
    {
        _skipped = skipped;
        norm1 = LayerNorm(channels, epsilon);
        attn = new WindowAttention(channels, heads, window, shift);
        norm2 = LayerNorm(channels, epsilon);
        _layers = [Linear(channels, 4 * channels), Linear(4 * channels, channels)];
        // torchvision's numbers: activation and dropouts have no parameters.
        mlp = new StateFolder("mlp", [("0", _layers[0]), ("3", _layers[1])]);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        x = x + Kept(attn.call(norm1.call(x))); // (B, h, w, C)
        // (B, h, w, C) -> (B, h, w, 4C) -> (B, h, w, C)
        var y = _layers[1].call(functional.gelu(_layers[0].call(norm2.call(x))));
        return (x + Kept(y)).MoveToOuterDisposeScope(); // (B, h, w, C)
    }

    private Tensor Kept(Tensor y)
    {
        if (!training || _skipped == 0)
            return y;
        var kept = rand(new[] { y.size(0), 1, 1, 1 }, y.dtype, y.device).ge(_skipped).to(y.dtype) / (1 - _skipped);
        return y * kept;
    }
}
