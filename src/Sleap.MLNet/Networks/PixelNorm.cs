using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>Layer normalisation over the channels of each pixel of a map (B, C, H, W).</summary>
internal sealed class PixelNorm : Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.Parameter weight;
    private readonly TorchSharp.Modules.Parameter bias;
    private readonly double _epsilon;

    public PixelNorm(int channels, double epsilon)
        : base(nameof(PixelNorm))
    {
        _epsilon = epsilon;
        weight = Parameter(ones(new long[] { channels }));
        bias = Parameter(zeros(new long[] { channels }));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var pixels = x.permute(0, 2, 3, 1); // (B, H, W, C)
        using var normal = functional.layer_norm(pixels, weight.shape, weight, bias, _epsilon); // (B, H, W, C)
        return normal.permute(0, 3, 1, 2); // (B, C, H, W)
    }
}
