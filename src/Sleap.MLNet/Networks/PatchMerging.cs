using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>Half the size and twice the channels: each 2×2 cells become one.</summary>
internal sealed class PatchMerging : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> reduction;
    private readonly Module<Tensor, Tensor> norm;

    public PatchMerging(int channels, double epsilon)
        : base(nameof(PatchMerging))
    {
        reduction = Linear(4 * channels, 2 * channels, false);
        norm = LayerNorm(4 * channels, epsilon);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        // (B, h, w, C), h and w even
        x = functional.pad(x, [0, 0, 0, x.size(2) % 2, 0, x.size(1) % 2], PaddingModes.Constant, 0);
        long batch = x.size(0),
            h = x.size(1) / 2,
            w = x.size(2) / 2,
            channels = x.size(3);
        x = x.reshape(batch, h, 2, w, 2, channels).permute(0, 1, 3, 4, 2, 5); // (B, h/2, w/2, column, row, C)
        x = norm.call(x.reshape(batch, h, w, 4 * channels)); // (B, h/2, w/2, 4C)
        return reduction.call(x).MoveToOuterDisposeScope(); // (B, h/2, w/2, 2C)
    }
}
