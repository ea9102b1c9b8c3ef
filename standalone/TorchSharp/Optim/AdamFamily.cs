using TorchSharp.Interop;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What one parameter's Adam remembers, and the step that Adam and AdamW share but for the weight decay.</summary>
internal sealed class AdamMoments(Tensor average, Tensor square, Tensor top) : IDisposable
{
    public Tensor Average => average;

    public Tensor Square => square;

    public Tensor Top => top;

    public void Dispose()
    {
        average.Dispose();
        square.Dispose();
        top?.Dispose();
    }

    public unsafe void Step(Parameter parameter, long step, AdamStep settings)
    {
        using var gradient = parameter.grad;
        var done = Native.boxed_adam(parameter.Handle, gradient.Handle, average.Handle, square.Handle, top is null ? 0 : top.Handle, step, &settings);
        GC.KeepAlive(parameter);
        GC.KeepAlive(this);
        Native.Check(done);
        if (done == 0) StepByOperators(parameter, gradient, step, settings);
    }

    /// <summary>The same on memory that the one pass is not for: another device, type or layout.</summary>
    void StepByOperators(Parameter parameter, Tensor gradient, long step, AdamStep s)
    {
        if (s.Maximize != 0) gradient = gradient.neg();
        if (s.WeightDecay != 0)
        {
            if (s.Decoupled != 0) parameter.mul_(1 - s.Rate * s.WeightDecay);
            else gradient = gradient.add(parameter, s.WeightDecay);
        }
        average.mul_(s.Beta1).add_(gradient, 1 - s.Beta1);
        square.mul_(s.Beta2).addcmul_(gradient, gradient, 1 - s.Beta2);
        if (top is not null) Aten.maximum_out.Run(top, square, top);
        var root = (top ?? square).sqrt().div_(Math.Sqrt(1 - Math.Pow(s.Beta2, step))).add_(s.Epsilon);
        parameter.addcdiv_(average, root, -s.Rate / (1 - Math.Pow(s.Beta1, step)));
    }
}
