using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Standalone.Tests.TorchSharp;

/// <summary>Each function against its definition; tolerances are float32's at the size of the values.</summary>
public sealed class FunctionalTests
{
    const float Tolerance = 1e-6f;

    static readonly Tensor Square = tensor(new float[] { 1, 2, 3, 4 }, 1, 1, 2, 2);

    static void Same(float[] expected, Tensor actual)
    {
        var values = actual.flatten().data<float>().ToArray();
        Assert.Equal(expected.Length, values.Length);
        Assert.All(expected.Zip(values), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
    }

    [Fact]
    public void Losses()
    {
        var x = tensor(new float[] { 1, -2 });
        var y = tensor(new float[] { 0, 1 });
        Assert.Equal(5, functional.mse_loss(x, y).item<float>(), Tolerance);
        Assert.Equal(10, functional.mse_loss(x, y, Reduction.Sum).item<float>(), Tolerance);
        Same([1, 9], functional.mse_loss(x, y, Reduction.None));
        Assert.Equal(5, MSELoss().call(x, y).item<float>(), Tolerance);
        Assert.Equal(2, functional.l1_loss(x, y).item<float>(), Tolerance);
        var logistic = (Math.Log(1 + Math.E) + Math.Log(1 + Math.Exp(2))) / 2;
        Assert.Equal(logistic, functional.binary_cross_entropy_with_logits(x, y).ToDouble(), 1e-6);
        Assert.Equal(logistic, functional.binary_cross_entropy(x.sigmoid(), y).ToDouble(), 1e-6);
        var scores = tensor(new float[] { 1, 2, 3 }, 1, 3);
        Assert.Equal(Math.Log(Math.Exp(-2) + Math.Exp(-1) + 1), functional.cross_entropy(scores, tensor(new long[] { 2 })).ToDouble(), 1e-6);
        Same([0.090030573f, 0.24472848f, 0.66524094f], functional.softmax(scores, 1));
    }

    [Fact]
    public void Pooling()
    {
        Same([4], functional.max_pool2d(Square, 2));
        Same([1, 2, 3, 4], functional.max_pool2d(Square, (1, 1), (1, 1)));
        Same([4, 4, 4, 4], functional.max_pool2d(Square, 3, 1, 1));
        Same([2.5f], functional.avg_pool2d(Square, 2));
        Same([2.5f], functional.adaptive_avg_pool2d(Square, 1));
        Same([3, 4], functional.adaptive_max_pool2d(Square, [1, 2]));
        var (values, indices) = functional.max_pool2d_with_indices(Square, [2, 2]);
        Same([4], values);
        Assert.Equal(3, indices.item<long>());
        Same([2], MaxPool2d(2, 2, null, null, true).call(Square[TensorIndex.Ellipsis, TensorIndex.Slice(0, 1), TensorIndex.Colon]));
    }

    [Fact]
    public void Normalization()
    {
        var x = tensor(new float[] { 1, 3, 5, 7 }, 2, 2);
        Same([-1, 1, -1, 1], LayerNorm(2, 0).call(x));
        Same([-1, -1, 1, 1], functional.batch_norm(x, zeros(2), ones(2), null!, null!, true, 0.1, 0));
        using var norm = BatchNorm2d(1, 0);
        Same([-1, 1], norm.call(tensor(new float[] { 2, 4 }, 1, 1, 1, 2)));
        Same([0.3f], norm.running_mean);
        Assert.Equal(1, norm.num_batches_tracked.item<long>());
        norm.eval();
        Same([0], norm.call(tensor(new[] { 0.3f }, 1, 1, 1, 1)));
        Assert.Equal(["weight", "bias", "running_mean", "running_var", "num_batches_tracked"], norm.state_dict().Keys);
    }

    [Fact]
    public void WindowsAndClasses()
    {
        Same([1, 2, 3, 4], functional.unfold(Square, 2));
        Assert.Equal([1L, 4, 4], functional.unfold(Square, (2, 2), null, (1, 1), (2, 2)).shape);
        Assert.Equal([0L, 0, 1], functional.one_hot(tensor(new long[] { 2 }), 3).flatten().data<long>().ToArray());
        Same([0, 0, 0, 0], functional.dropout(Square, 1));
        Same([1, 2, 3, 4], functional.dropout(Square, 1, false));
    }

    [Fact]
    public void ConvolutionIsASlidingSum()
    {
        Same([10], functional.conv2d(Square, ones(1, 1, 2, 2)));
        Same([11], functional.conv2d(Square, ones(1, 1, 2, 2), ones(1)));
        Same([1, 2, 3, 4], functional.conv2d(Square, ones(1, 1, 1, 1)));
        Same([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4], functional.conv_transpose2d(Square, ones(1, 1, 2, 2), null!, [2, 2]));
        using var depthwise = Conv2d(2, 2, 1, 1, 0, 1, PaddingModes.Zeros, 2, false);
        Assert.Equal([2L, 1, 1, 1], depthwise.weight.shape);
        Assert.Null(depthwise.bias);
    }

    [Fact]
    public void TruncatedNormalStaysWithinItsBounds()
    {
        manual_seed(0);
        var t = init.trunc_normal_(empty(10000), 0, 0.02, -0.03, 0.03);
        Assert.InRange(t.abs().max().item<float>(), 0.029f, 0.0300001f);
        // The deviation of a normal cut at ±1.5 sigma is 0.7417 sigma; 10,000 draws tell it to about 1 %.
        Assert.InRange(t.std().item<float>(), 0.97f * 0.7417f * 0.02f, 1.03f * 0.7417f * 0.02f);
        Assert.InRange(Math.Abs(t.mean().item<float>()), 0, 0.0006f);
    }

    [Fact]
    public void ActivationsAreTheirFormulas()
    {
        var x = tensor(new float[] { -1, 0, 2 });
        Same([0, 0, 2], ReLU().call(x));
        Same([-0.15865526f, 0, 1.9544997f], GELU().call(x));
        Same([-0.26894143f, 0, 1.7615942f], SiLU().call(x));
        Same([0.26894143f, 0.5f, 0.880797f], Sigmoid().call(x));
        var changed = x.clone();
        var result = ReLU(true).call(changed);
        Assert.NotSame(changed, result);
        changed.Dispose();
        Same([0, 0, 2], result);
    }
}
