using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Standalone.Tests.TorchSharp;

public sealed class AutogradTests
{
    [Fact]
    public void PolynomialHasItsDerivative()
    {
        var x = tensor(new[] { 1.0, 2, 3 }).requires_grad_();
        (x * x * x).sum().backward();
        Assert.Equal([3.0, 12, 27], x.grad.data<double>().ToArray());
        // Gradients add up until they are cleared.
        (x * 2).sum().backward();
        Assert.Equal([5.0, 14, 29], x.grad.data<double>().ToArray());
        x.grad = null!;
        Assert.Null(x.grad);
    }

    [Fact]
    public void GradGivesWithoutAccumulating()
    {
        var x = tensor(3.0).requires_grad_();
        var first = autograd.grad([x * x], [x], null, true, true);
        Assert.Equal(6, first[0].item<double>());
        Assert.Equal(2, autograd.grad(first, [x])[0].item<double>());
        Assert.Null(x.grad);
    }

    [Fact]
    public void NoGradAndInferenceModeEndWithTheirBlocks()
    {
        var x = ones(2).requires_grad_();
        using (no_grad())
        {
            Assert.False((x * 2).requires_grad);
            using (enable_grad()) Assert.True((x * 2).requires_grad);
            Assert.False(is_grad_enabled());
        }
        Assert.True((x * 2).requires_grad);
        using (inference_mode()) Assert.True(is_inference_mode_enabled());
        Assert.False(is_inference_mode_enabled());
        Assert.False(x.detach().requires_grad);
    }

    sealed class SmallNet : nn.Module<Tensor, Tensor>
    {
        readonly Conv2d first = nn.Conv2d(2, 4, 3, 1, 1), last = nn.Conv2d(6, 1, 1);
        readonly ConvTranspose2d up = nn.ConvTranspose2d(4, 4, 2, 2);

        public SmallNet() : base(nameof(SmallNet)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            var down = nn.functional.max_pool2d(nn.functional.gelu(first.call(input)), 2);
            return last.call(cat([up.call(down), input], 1)).sigmoid();
        }
    }

    /// <summary>Every parameter's derivative against (f(w+h) - f(w-h)) / 2h, in double precision: the error of that is of order h².</summary>
    [Fact]
    public void ConvolutionalNetworkMatchesFiniteDifferences()
    {
        manual_seed(1);
        using var net = new SmallNet().@double();
        var x = rand(new long[] { 2, 2, 6, 6 }, float64);
        var target = rand(new long[] { 2, 1, 6, 6 }, float64);
        Tensor Loss() => nn.functional.mse_loss(net.call(x), target);
        Loss().backward();
        const double h = 1e-5;
        foreach (var (name, parameter) in net.named_parameters())
        {
            var analytic = parameter.grad.flatten().data<double>().ToArray();
            using var quiet = no_grad();
            var values = parameter.data<double>();
            for (var i = 0; i < Math.Min(values.Count, 12); i++)
            {
                var old = values[i];
                values[i] = old + h;
                var above = Loss().item<double>();
                values[i] = old - h;
                var below = Loss().item<double>();
                values[i] = old;
                Assert.True(Math.Abs((above - below) / (2 * h) - analytic[i]) < 1e-8, $"{name}[{i}]");
            }
        }
    }

    [Fact]
    public void ClippingScalesAllGradientsAlike()
    {
        var a = new Parameter(zeros(2));
        var b = new Parameter(zeros(1));
        a.grad = tensor(new float[] { 2, 1 });
        b.grad = tensor(new float[] { 2 });
        Assert.Equal(3, nn.utils.clip_grad_norm_([a, b], 1.5), 1e-5);
        Assert.Equal(1, a.grad[0].item<float>(), 1e-5f);
        Assert.Equal(1, b.grad[0].item<float>(), 1e-5f);
        Assert.Equal(1.5, nn.utils.clip_grad_norm_([a, b], 100), 1e-5);
        Assert.Equal(1, b.grad[0].item<float>(), 1e-5f);
    }

    [Fact]
    public void AFunctionOfItsOwnGoesTheWayItSays()
    {
        var x = rand(new long[] { 3 }).requires_grad_();
        var y = rand(new long[] { 3 }).requires_grad_();
        var output = Product.apply(x, y);
        Assert.True(output.requires_grad);
        Assert.False(output.is_leaf);
        // Twice the product, so that the gradients are not those of anything that libtorch has.
        Assert.True(output.allclose(x * y * 2));
        output.mul(tensor(new float[] { 1, 2, 3 })).sum().backward();
        Assert.True(x.grad.allclose(y * 2 * tensor(new float[] { 1, 2, 3 })));
        Assert.True(y.grad.allclose(x * 2 * tensor(new float[] { 1, 2, 3 })));
    }

    [Fact]
    public void AFunctionIsNotAskedForGradientsThatNobodyWants()
    {
        var x = rand(3);
        Assert.False(Product.apply(x, x).requires_grad);
        using (no_grad()) Assert.False(Product.apply(x.clone().requires_grad_(), x).requires_grad);
    }

    [Fact]
    public void WhatAFunctionSavedIsGoneAfterTheWayBack()
    {
        var x = rand(3).requires_grad_();
        var output = Product.apply(x, x);
        var sum = output.sum();
        autograd.backward(sum, retain_graph: true);
        sum.backward();
        Assert.ThrowsAny<Exception>(() => output.sum().backward());
    }

    [Fact]
    public void WhatAFunctionThrowsArrives()
    {
        var x = rand(3).requires_grad_();
        var e = Assert.Throws<NotSupportedException>(() => OneWay.apply(x).sum().backward());
        Assert.Equal("only there", e.Message);
    }

    [Fact]
    public void AFunctionKeepsNothingAlive()
    {
        var before = Tensor.TotalCount;
        using (NewDisposeScope())
        {
            var x = rand(3).requires_grad_();
            for (var i = 0; i < 20; i++) Product.apply(x, x).sum().backward();
        }
        Assert.Equal(before, Tensor.TotalCount);
    }

    private sealed class Product : autograd.SingleTensorFunction<Product>
    {
        public override string Name => nameof(Product);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            Assert.False(is_grad_enabled());
            var (x, y) = ((Tensor)vars[0], (Tensor)vars[1]);
            var output = x * y * 2;
            ctx.save_for_backward([x, y, output]);
            return output;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var saved = ctx.get_saved_variables();
            Assert.True(saved[2].allclose(saved[0] * saved[1] * 2));
            return [grad_output * saved[1] * 2, grad_output * saved[0] * 2];
        }
    }

    private sealed class OneWay : autograd.SingleTensorFunction<OneWay>
    {
        public override string Name => nameof(OneWay);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => ((Tensor)vars[0]).clone();

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => throw new NotSupportedException("only there");
    }
}
