using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary><see cref="UpJoin"/> with its way back.</summary>
internal sealed class UpJoinFunction : autograd.SingleTensorFunction<UpJoinFunction>
{
    private const string SkipChannels = nameof(SkipChannels);

    public override string Name => nameof(UpJoinFunction);

    /// <param name="ctx">Keeps what the way back needs.</param>
    /// <param name="vars">x (B, C, h, w), skip (B, S, 2h, 2w).</param>
    /// <returns>(B, S + C, 2h, 2w)</returns>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, skip) = ((Tensor)vars[0], (Tensor)vars[1]);
        ctx.save_data(SkipChannels, (int)skip.size(1));
        return UpJoin.Join(x, skip);
    }

    /// <returns>The gradients of x and skip.</returns>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        (var x, var skip) = UpJoin.Part(grad_output, (int)ctx.get_data(SkipChannels));
        return ReturnedGradients.Of(x, skip);
    }
}
