using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class TensorValuesTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0, 2)]
    [InlineData(3, 0)]
    [InlineData(2, 0, 4, 5)]
    public void A_tensor_without_elements_gives_an_empty_array(params int[] shape)
    {
        long[] sizes = [.. shape.Select(size => (long)size)];
        using var tensor = zeros(sizes);
        Assert.Empty(tensor.Values<float>());
        using var whole = zeros(sizes, ScalarType.Int64);
        Assert.Empty(whole.Values<long>());
    }

    [Fact]
    public void A_scalar_gives_one_value()
    {
        using var scalar = torch.tensor(2.5f);
        Assert.Equal([2.5f], scalar.Values<float>());
    }

    [Fact]
    public void Values_come_in_row_major_order_whatever_the_strides()
    {
        using var scope = NewDisposeScope();
        var pixels = arange(120, ScalarType.Float32).view(2, 4, 5, 3); // (B, H, W, C)
        var images = pixels.permute(0, 3, 1, 2); // (B, C, H, W) in channels-last order
        Assert.True(ChannelsLast.Is(images));
        Assert.False(images.is_contiguous());
        var expected =
            from image in Enumerable.Range(0, 2)
            from channel in Enumerable.Range(0, 3)
            from y in Enumerable.Range(0, 4)
            from x in Enumerable.Range(0, 5)
            select (float)((((image * 4) + y) * 5 + x) * 3 + channel);
        Assert.Equal(expected, images.Values<float>());
        Assert.Equal(images.contiguous().Values<float>(), ChannelsLast.Convert(images.contiguous()).Values<float>());
    }

    [Fact]
    public void Parts_of_a_tensor_give_their_own_values()
    {
        using var scope = NewDisposeScope();
        var table = arange(12, ScalarType.Int64).view(3, 4);
        Assert.Equal([4L, 5, 6, 7], table.select(0, 1).Values<long>());
        Assert.Equal([2L, 6, 10], table.select(1, 2).Values<long>());
        Assert.Equal([5L, 6, 9, 10], table.narrow(0, 1, 2).narrow(1, 1, 2).Values<long>());
        Assert.Equal([4L, 4], table.narrow(0, 1, 1).narrow(1, 0, 1).expand(1, 2).Values<long>());
        Assert.Empty(table.narrow(0, 3, 0).Values<long>());
    }

    [Fact]
    public void All_types_that_are_read_keep_their_values()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(
            [1.5f, float.NaN, float.NegativeInfinity],
            torch.tensor([1.5f, float.NaN, float.NegativeInfinity]).Values<float>()
        );
        Assert.Equal([0.1, double.Epsilon], torch.tensor([0.1, double.Epsilon]).Values<double>());
        Assert.Equal([long.MinValue, 3L], torch.tensor([long.MinValue, 3L]).Values<long>());
        Assert.Equal([int.MaxValue, -3], torch.tensor([int.MaxValue, -3]).Values<int>());
        Assert.Equal([(byte)0, byte.MaxValue], torch.tensor([(byte)0, byte.MaxValue]).Values<byte>());
        Assert.Equal([true, false, true], torch.tensor([true, false, true]).Values<bool>());
    }

    [Fact]
    public void Another_type_is_an_ArgumentException_that_names_both()
    {
        using var whole = torch.tensor([1L, 2]);
        var error = Assert.Throws<ArgumentException>(() => whole.Values<float>());
        Assert.Contains("Int64", error.Message);
        Assert.Contains("Float32", error.Message);
        // An empty one of the wrong type as well: the fault must not wait for the first frame with peaks.
        using var empty = zeros(0L, ScalarType.Float64);
        Assert.Throws<ArgumentException>(() => empty.Values<float>());
        Assert.Throws<NotSupportedException>(() => whole.Values<short>());
        Assert.Throws<ArgumentNullException>(() => ((Tensor)null!).Values<float>());
    }

    [Fact]
    public void The_array_is_a_copy()
    {
        using var tensor = zeros(3);
        var values = tensor.Values<float>();
        values[1] = 7;
        Assert.Equal(0, tensor[1].item<float>());
    }

    [Fact]
    public void Weights_and_results_of_inference_are_read_too()
    {
        using var weight = new TorchSharp.Modules.Parameter(ones(2));
        Assert.Equal([1f, 1], weight.Values<float>());
        using (inference_mode(true))
        {
            using var result = weight * 3;
            Assert.Equal([3f, 3], result.Values<float>());
        }
        using var differentiable = weight * 2;
        Assert.Equal([2f, 2], differentiable.Values<float>());
    }

    [Fact]
    public void Reading_leaves_no_tensor_behind_and_the_tensor_alive()
    {
        using var images = zeros(2, 4, 5, 3).permute(0, 3, 1, 2);
        images.Values<float>();
        var before = Tensor.TotalCount;
        for (var i = 0; i < 50; i++)
            images.Values<float>();
        Assert.Equal(before, Tensor.TotalCount);
        Assert.False(images.IsInvalid);
    }
}
