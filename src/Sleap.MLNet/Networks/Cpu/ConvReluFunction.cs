using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// A 3×3 convolution of unchanged size with its bias and ReLU, by <see cref="Winograd"/>, there and back.
/// </summary>
internal sealed class ConvReluFunction : autograd.SingleTensorFunction<ConvReluFunction>
{
    public override string Name => nameof(ConvReluFunction);

    /// <param name="ctx">Keeps what the way back needs.</param>
    /// <param name="vars">x (B, C, H, W), weight (filters, C, 3, 3), bias (filters).</param>
    /// <returns>(B, filters, H, W)</returns>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, weight, bias) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2]);
        var output = Winograd.Convolve(x, weight, bias, relu: true, null);
        ctx.save_for_backward([x, weight, output]);
        return output;
    }

    /// <returns>The gradients of x, weight and bias.</returns>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        (var gradient, var bias) = Winograd.ReluGradient(grad_output, saved[2]);
        Tensor[] gradients =
        [
            Winograd.InputGradient(gradient, saved[1]),
            Winograd.WeightGradient(saved[0], gradient),
            bias,
        ];
        return ReturnedGradients.Of(gradients);
    }
}
