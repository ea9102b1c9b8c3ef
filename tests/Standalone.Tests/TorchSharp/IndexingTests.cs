using static TorchSharp.torch;

namespace Standalone.Tests.TorchSharp;

public sealed class IndexingTests
{
    static readonly float[] Values = [.. Enumerable.Range(0, 24).Select(i => (float)i)];

    static Tensor Cube => tensor(Values, 2, 3, 4);

    [Fact]
    public void NumbersSlicesNoneAndEllipsis()
    {
        Assert.Equal(17, Cube[1, 1, 1].item<float>());
        Assert.Equal([12f, 13, 14, 15], Cube[1, 0].data<float>().ToArray());
        Assert.Equal([23f], Cube[-1, -1, -1].data<float>().ToArray());
        Assert.Equal([1f, 5, 9, 13, 17, 21], Cube[TensorIndex.Ellipsis, 1].flatten().data<float>().ToArray());
        Assert.Equal([2L, 2, 4], Cube[TensorIndex.Colon, TensorIndex.Slice(1)].shape);
        Assert.Equal([2L, 3, 2], Cube[TensorIndex.Ellipsis, TensorIndex.Slice(0, null, 2)].shape);
        Assert.Equal([3L, 3], Cube[0, TensorIndex.Colon, TensorIndex.Slice(null, -1)].shape);
        Assert.Equal([2L, 1, 3, 4], Cube[TensorIndex.Colon, TensorIndex.None].shape);
        Assert.Equal([2L, 3, 4, 1], Cube[TensorIndex.Ellipsis, TensorIndex.None].shape);
        Assert.Equal([1L, 3, 4], Cube[1..].shape);
        Assert.Equal([2L, 3], Cube[TensorIndex.Ellipsis, ^1].shape);
        Assert.Equal([1L, 2, 3, 4], Cube[TensorIndex.Bool(true)].shape);
        Assert.Equal([0L, 2, 3, 4], Cube[TensorIndex.Bool(false)].shape);
    }

    [Fact]
    public void TensorsAndMasksGather()
    {
        var rows = tensor(new long[] { 1, 0 });
        Assert.Equal([12f, 0], Cube[TensorIndex.Tensor(rows), 0, 0].data<float>().ToArray());
        Assert.Equal([2L, 2, 4], Cube[TensorIndex.Colon, TensorIndex.Tensor(rows)].shape);
        Assert.Equal([16f, 1], Cube[TensorIndex.Tensor(rows), TensorIndex.Tensor(rows), TensorIndex.Tensor(tensor(new long[] { 0, 1 }))].data<float>().ToArray());
        Assert.Equal([22f, 23], Cube[Cube > 21].data<float>().ToArray());
        Assert.Equal([2L, 4], Cube[TensorIndex.Tensor(tensor(new[] { false, true })), TensorIndex.Slice(0, 2)].squeeze(0).shape);
        Assert.Equal([1L], Cube[TensorIndex.Tensor(Cube.amax([2]) > 22), 3].shape);
    }

    [Fact]
    public void AssignmentWritesThroughTheView()
    {
        var t = Cube;
        t[0, 0] = tensor(-1f);
        Assert.Equal(-4, t[0, 0].sum().item<float>());
        t[TensorIndex.Ellipsis, TensorIndex.Slice(2)] = zeros(2, 3, 2);
        Assert.Equal(0, t[TensorIndex.Ellipsis, TensorIndex.Slice(2)].sum().item<float>());
        t[t < 0] = tensor(5f);
        Assert.Equal([5f, 5, 0, 0], t[0, 0].data<float>().ToArray());
        t.index_put_(7, TensorIndex.Tensor(tensor(new long[] { 1 })), TensorIndex.Colon, 0);
        Assert.Equal([7f, 7, 7], t[1, TensorIndex.Colon, 0].data<float>().ToArray());
        t[1, 2, 3] = tensor(9f);
        Assert.Equal(9, t[1, 2, 3].item<float>());
    }

    [Fact]
    public void SelectionByIndex()
    {
        var t = Cube[0];
        var at = tensor(new long[] { 2, 0 });
        Assert.Equal([2f, 0, 6, 4, 10, 8], t.index_select(1, at).flatten().data<float>().ToArray());
        Assert.Equal([0f, 5, 10], t.gather(1, tensor(new long[] { 0, 1, 2 }).unsqueeze(1)).flatten().data<float>().ToArray());
        Assert.Equal([0f, 5, 10], t.take_along_dim(tensor(new long[] { 0, 1, 2 }).unsqueeze(1), 1).flatten().data<float>().ToArray());
        Assert.Equal([0f, 1, 0, 0], zeros(4).scatter(0, tensor(new long[] { 1 }), ones(1)).data<float>().ToArray());
        Assert.Equal([0f, 2, 0], zeros(3).index_add_(0, tensor(new long[] { 1, 1 }), ones(2), 1).data<float>().ToArray());
    }
}
