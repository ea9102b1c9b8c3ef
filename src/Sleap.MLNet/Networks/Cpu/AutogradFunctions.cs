using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// A 3×3 convolution of unchanged size with its bias and ReLU, by <see cref="Winograd"/>, forward and backward.
/// </summary>
internal sealed class ConvReluFunction : autograd.SingleTensorFunction<ConvReluFunction>
{
    public override string Name => nameof(ConvReluFunction);

    /// <param name="ctx">Keeps what the backward pass needs.</param>
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
        var (gradient, bias) = Winograd.ReluGradient(grad_output, saved[2]);
        Tensor[] gradients =
        [
            Winograd.InputGradient(gradient, saved[1]),
            Winograd.WeightGradient(saved[0], gradient),
            bias,
        ];
        return ReturnedGradients.Of(gradients);
    }
}

/// <summary>A 3×3 convolution of unchanged size by <see cref="Winograd"/>, forward and backward.</summary>
internal sealed class ConvFunction : autograd.SingleTensorFunction<ConvFunction>
{
    public override string Name => nameof(ConvFunction);

    /// <param name="ctx">Keeps what the backward pass needs.</param>
    /// <param name="vars">x (B, C, H, W), weight (filters, C, 3, 3).</param>
    /// <returns>(B, filters, H, W)</returns>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, weight) = ((Tensor)vars[0], (Tensor)vars[1]);
        ctx.save_for_backward([x, weight]);
        return Winograd.Convolve(x, weight, null, relu: false, null);
    }

    /// <returns>The gradients of x and weight.</returns>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var saved = ctx.get_saved_variables();
        return ReturnedGradients.Of(
            Winograd.InputGradient(grad_output, saved[1]),
            Winograd.WeightGradient(saved[0], grad_output)
        );
    }
}

/// <summary>
/// Batch normalization and ReLU of a map by <see cref="NormRelu"/>, forward and backward.
/// </summary>
internal sealed class NormReluFunction : autograd.SingleTensorFunction<NormReluFunction>
{
    public override string Name => nameof(NormReluFunction);

    /// <param name="ctx">Keeps what the backward pass needs.</param>
    /// <param name="vars">x (B, C, H, W), weight (C), bias (C), and the <see cref="BatchNorm"/> that gets the
    /// statistics.</param>
    /// <returns>(B, C, H, W)</returns>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, weight, bias, norm) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (BatchNorm)vars[3]);
        var (mean, variance) = NormRelu.Statistics(x);
        Tensor inverse = norm.Keep(mean, variance),
            scale = weight.mul(inverse),
            shift = bias.sub(mean.mul(scale));
        ctx.save_for_backward([x, mean, inverse, scale, shift]);
        return NormRelu.Apply(x, scale, shift);
    }

    /// <returns>The gradients of x, weight and bias.</returns>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var saved = ctx.get_saved_variables();
        var (x, weight, bias) = NormRelu.Gradients(grad_output, saved[0], saved[1], saved[2], saved[3], saved[4]);
        return ReturnedGradients.Of(x, weight, bias, null!);
    }
}

/// <summary><see cref="UpJoin"/>, forward and backward.</summary>
internal sealed class UpJoinFunction : autograd.SingleTensorFunction<UpJoinFunction>
{
    private const string SkipChannels = nameof(SkipChannels);

    public override string Name => nameof(UpJoinFunction);

    /// <param name="ctx">Keeps what the backward pass needs.</param>
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
        var (x, skip) = UpJoin.Gradients(grad_output, (int)ctx.get_data(SkipChannels));
        return ReturnedGradients.Of(x, skip);
    }
}

/// <summary>
/// The gradients that a backward pass returns. libtorch keeps its own references to them, so that those of the call
/// before are disposed here; a dispose scope would keep the gradients of all layers until the end of a training step.
/// </summary>
internal static class ReturnedGradients
{
    [ThreadStatic]
    private static List<Tensor>? _last;

    public static List<Tensor> Of(params Tensor[] gradients)
    {
        _last?.ForEach(gradient => gradient?.Dispose());
        return _last = [.. gradients.Select(gradient => gradient?.DetachFromDisposeScope()!)];
    }
}
