using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Standalone.Tests.TorchSharp;

/// <summary>Values against ones worked out by hand; whole numbers and halves, so that they are exact.</summary>
public sealed class TensorTests
{
    static Tensor Counting(params long[] size) => arange(size.Aggregate(1L, (a, b) => a * b), float32).reshape(size);

    [Fact]
    public void ArithmeticTakesTensorsAndNumbers()
    {
        var a = tensor(new float[] { 1, 2, 3 });
        var b = tensor(new float[] { 4, 5, 6 });
        Assert.Equal([5f, 7, 9], (a + b).data<float>().ToArray());
        Assert.Equal([-3f, -3, -3], (a - b).data<float>().ToArray());
        Assert.Equal([2f, 4, 6], (a * 2).data<float>().ToArray());
        Assert.Equal([0.5f, 1, 1.5f], (a / 2.0).data<float>().ToArray());
        Assert.Equal([9f, 8, 7], (10 - a).data<float>().ToArray());
        Assert.Equal([6f, 3, 2], (6f / a).data<float>().ToArray());
        Assert.Equal([1f, 0, 1], (a % 2).data<float>().ToArray());
        Assert.Equal([-1f, -2, -3], (-a).data<float>().ToArray());
        Assert.Equal([9f, 12, 15], a.add(b, 2).data<float>().ToArray());
        Assert.Equal([4f, 2, 2], b.div(a, RoundingMode.floor).data<float>().ToArray());
    }

    [Fact]
    public void InPlaceOperatorsGiveTheTensorItself()
    {
        var a = zeros(3);
        Assert.Same(a, a.add_(1).mul_(3));
        Assert.Equal([3f, 3, 3], a.data<float>().ToArray());
    }

    [Fact]
    public void TypesComeFromTheValues()
    {
        Assert.Equal(ScalarType.Float32, tensor(1f).dtype);
        Assert.Equal(ScalarType.Float64, tensor(1.0).dtype);
        Assert.Equal(ScalarType.Int32, tensor(1).dtype);
        Assert.Equal(ScalarType.Int64, tensor(1L).dtype);
        Assert.Equal(ScalarType.Bool, tensor(true).dtype);
        Assert.Equal(ScalarType.Int64, arange(3).dtype);
        Assert.Equal(ScalarType.Float32, arange(3.0).dtype);
        Assert.Equal(ScalarType.Float64, full([2], 1.0).dtype);
        Assert.Equal(ScalarType.Float32, zeros(2).dtype);
        Assert.Equal(ScalarType.Float64, tensor(new float[] { 1 }, float64).dtype);
    }

    [Fact]
    public void ArraysOfAnyRankBecomeTensors()
    {
        var t = tensor(new float[,] { { 1, 2 }, { 3, 4 }, { 5, 6 } });
        Assert.Equal([3L, 2], t.shape);
        Assert.Equal(4, t[1, 1].item<float>());
        Assert.Equal([1L, 2, 2], from_array(new byte[1, 2, 2] { { { 1, 2 }, { 3, 4 } } }).shape);
        Assert.Equal([2L, 2], tensor(new List<int> { 1, 2, 3, 4 }, 2, 2).shape);
        Assert.Equal([1, 2, 3, 4], tensor(new[] { 1, 2, 3, 4 }, new long[] { 4 }).data<int>().ToArray());
        Assert.Throws<ArgumentException>(() => tensor(new[] { 1, 2, 3 }, new long[] { 2, 2 }));
    }

    [Fact]
    public void ReductionsFollowDimensions()
    {
        var t = Counting(2, 3);
        Assert.Equal(15, t.sum().item<float>());
        Assert.Equal([3f, 12], t.sum(1).data<float>().ToArray());
        Assert.Equal([1L, 3], t.sum(0, true).shape);
        Assert.Equal([1.5f, 2.5f, 3.5f], t.mean([0]).data<float>().ToArray());
        Assert.Equal(1, t.std([1])[0].item<float>());
        Assert.Equal([2f, 5], t.amax([1]).data<float>().ToArray());
        var (values, indexes) = t.max(0);
        Assert.Equal([3f, 4, 5], values.data<float>().ToArray());
        Assert.Equal([1L, 1, 1], indexes.data<long>().ToArray());
        Assert.Equal(5, t.argmax().item<long>());
        Assert.Equal(5, tensor(new float[] { 3, 4 }).norm().item<float>());
        Assert.True((t < 6).all().ToBoolean());
        Assert.False((t < 5).all().ToBoolean());
    }

    [Fact]
    public void OrderAndPartsAreFound()
    {
        var t = tensor(new float[] { 3, 1, 2, 1 });
        var (top, at) = t.topk(2);
        Assert.Equal([3f, 2], top.data<float>().ToArray());
        Assert.Equal([0L, 2], at.data<long>().ToArray());
        Assert.Equal([1f, 1, 2, 3], t.sort().Values.data<float>().ToArray());
        Assert.Equal([1f, 2, 3], t.unique().output.data<float>().ToArray());
        Assert.Null(t.unique().counts);
        Assert.Equal([2L, 1, 1], t.unique(true, false, true).counts.data<long>().ToArray());
        Assert.Equal([3f, 4, 6, 7], t.cumsum(0).data<float>().ToArray());
        Assert.Equal([1f, 2, 1, 3], t.flip(0).data<float>().ToArray());
        Assert.Equal([1L, 3], (t == 1).nonzero().flatten().data<long>().ToArray());
    }

    [Fact]
    public void ShapesChangeWithoutMovingValues()
    {
        var t = Counting(2, 3, 4);
        Assert.Equal([4L, 2, 3], t.permute(2, 0, 1).shape);
        Assert.Equal([6L, 4], t.flatten(0, 1).shape);
        Assert.Equal([2L, 1, 3, 4], t.unsqueeze(1).shape);
        Assert.Equal([2L, 3, 4], t.unsqueeze(1).squeeze(1).shape);
        Assert.Equal([2L, 3, 2, 2], t.unflatten(2, 2, 2).shape);
        Assert.Equal([5L, 2, 3, 4], t.expand(5, 2, 3, 4).shape);
        Assert.Equal([2L, 6, 4], t.repeat(1, 2, 1).shape);
        Assert.Equal([0f, 12, 1, 13], t.permute(2, 1, 0).slice(0, 0, 2, 1).select(1, 0).flatten().data<float>().ToArray());
        Assert.Equal(3, t.split(1, 1).Length);
        Assert.Equal([2L, 1, 4], t.split([1, 2], 1)[0].shape);
    }

    [Fact]
    public void AccessorReadsInTheOrderOfDimensions()
    {
        var t = Counting(2, 3).t();
        Assert.False(t.is_contiguous());
        Assert.Equal([0f, 3, 1, 4, 2, 5], t.data<float>().ToArray());
        Assert.Equal(4, t.data<float>()[1, 1]);
        Assert.Equal(1, t.data<float>()[2]);
        t.data<float>()[0, 1] = 30;
        Assert.Equal(30, t[0, 1].item<float>());
        t.data<float>().CopyFrom([10f, 13, 11, 14, 12, 15]);
        Assert.Equal([10f, 11, 12, 13, 14, 15], t.t().data<float>().ToArray());
        Assert.Throws<ArgumentException>(() => t.data<double>());
        Assert.Throws<InvalidOperationException>(() => t.bytes.Length);
        Assert.Equal(24, t.contiguous().bytes.Length);
    }

    [Fact]
    public void ChannelsLastComesThroughPermuteAndStaysThroughConvolutions()
    {
        var x = rand(1, 3, 8, 8).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        Assert.Equal([192L, 1, 24, 3], x.stride());
        using var conv = nn.Conv2d(3, 4, 3, 1, 1);
        var y = conv.call(x);
        Assert.Equal([256L, 1, 32, 4], y.stride());
        // The same numbers in either layout but for the order of sums.
        Assert.True(conv.call(x.contiguous()).allclose(y, 1e-4, 1e-5));
    }

    [Fact]
    public void PromotionAndConversion()
    {
        Assert.Equal(ScalarType.Float32, (arange(3) * 0.5).dtype);
        Assert.Equal([0L, 1, 2], tensor(new[] { 0.5f, 1.5f, 2.9f }).to(int64).data<long>().ToArray());
        Assert.Equal([1f, 0], tensor(new[] { true, false }).to_type(float32).data<float>().ToArray());
        Assert.Equal(2.5f, (float)tensor(2.5));
        Assert.Equal(7, tensor(7L).ToInt32());
        Assert.Equal("[2x3], type = Float32, device = cpu", zeros(2, 3).ToString());
    }

    [Fact]
    public void EinsumStackWhereMeshgrid()
    {
        var a = Counting(2, 2);
        Assert.Equal([2f, 3, 6, 11], einsum("ij,jk->ik", a, a).data<float>().ToArray());
        Assert.Equal([2f, 3, 6, 11], a.matmul(a).data<float>().ToArray());
        Assert.Equal([0f, -1, 2, 3], where(a == 1, tensor(-1f), a).flatten().data<float>().ToArray());
        var grid = meshgrid([arange(2), arange(3)], "xy");
        Assert.Equal([3L, 2], grid[0].shape);
        Assert.Equal([0L, 1, 0, 1, 0, 1], grid[0].flatten().data<long>().ToArray());
        Assert.Equal([2L, 2, 2], stack([a, a], 1).shape);
        Assert.Equal([4L, 2], cat([a, a]).shape);
        Assert.Equal(5, cdist(tensor(new float[] { 0, 0 }, 1, 2), tensor(new float[] { 3, 4 }, 1, 2)).item<float>());
    }

    [Fact]
    public void NotANumberIsSeenAndReplaced()
    {
        var t = tensor(new[] { float.NaN, 1, float.PositiveInfinity });
        Assert.Equal([true, false, false], t.isnan().data<bool>().ToArray());
        Assert.Equal([0f, 1, 5], t.nan_to_num(0, 5).data<float>().ToArray());
        Assert.Equal([0f, 1, 2], t.masked_fill(t.isnan(), -9).clamp(0, 2).data<float>().ToArray());
    }

    [Fact]
    public void ErrorsOfLibtorchAreExceptionsWithItsMessage()
    {
        var error = Assert.Throws<ExternalException>(() => zeros(2, 3) + zeros(4));
        Assert.Contains("must match the size", error.Message);
        Assert.Throws<ExternalException>(() => zeros(2, 3).matmul(zeros(2, 3)));
        Assert.Throws<ExternalException>(() => zeros(2).view(3));
        Assert.Throws<ExternalException>(() => zeros(2)[5]);
        Assert.Throws<ExternalException>(() => cat([]));
        var gone = zeros(1);
        gone.Dispose();
        Assert.Throws<InvalidOperationException>(() => gone + 1);
        // The process and the thread go on.
        Assert.Equal(2, (ones(1) + 1).item<float>());
    }

    [Fact]
    public void SeedsRepeat()
    {
        manual_seed(3);
        var first = rand(5).data<float>().ToArray();
        manual_seed(3);
        Assert.Equal(first, rand(5).data<float>().ToArray());
        using var own = new Generator(3);
        Assert.Equal(first, rand(new long[] { 5 }, null, null, false, own).data<float>().ToArray());
        Assert.Equal([0L, 1, 2, 3], randperm(4).sort().Values.data<long>().ToArray());
        Assert.InRange(randint(2, 5, [100]).min().item<long>(), 2, 4);
    }
}
