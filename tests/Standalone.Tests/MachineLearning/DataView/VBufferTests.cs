using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Microsoft.ML.Data;

namespace Standalone.Tests.MachineLearning.DataView;

public sealed class VBufferTests
{
    /// <summary>A dense vector and the same one with its zeros left implicit.</summary>
    public static class Vectors
    {
        public static Arbitrary<float[]> Arrays() => Gen.OneOf(Gen.Constant(0f), Gen.Choose(-9, 9).Select(i => (float)i)).ArrayOf().ToArbitrary();
    }

    private static VBuffer<float> Sparse(float[] values)
    {
        int[] indices = [.. Enumerable.Range(0, values.Length).Where(i => values[i] != 0)];
        return new VBuffer<float>(values.Length, indices.Length, [.. indices.Select(i => values[i])], indices);
    }

    [Property(Arbitrary = [typeof(Vectors)])]
    public void SparseAndDenseHoldTheSame(float[] values)
    {
        foreach (VBuffer<float> buffer in new[] { new VBuffer<float>(values.Length, values), Sparse(values) })
        {
            Assert.Equal(values, buffer.DenseValues());
            Assert.Equal(values, buffer.Items(all: true).Select(i => i.Value));
            Assert.Equal(Enumerable.Range(0, values.Length), buffer.Items(all: true).Select(i => i.Key));
            Assert.All(Enumerable.Range(0, values.Length), i => Assert.Equal(values[i], buffer.GetItemOrDefault(i)));
            VBuffer<float> dense = default;
            buffer.CopyToDense(ref dense);
            Assert.True(dense.IsDense);
            Assert.Equal(values, dense.GetValues().ToArray());
        }
    }

    [Property(Arbitrary = [typeof(Vectors)])]
    public void CopyOfARangeKeepsItsValues(float[] values, PositiveInt from, PositiveInt count)
    {
        int start = from.Get % (values.Length + 1);
        int length = count.Get % (values.Length - start + 1);
        foreach (VBuffer<float> buffer in new[] { new VBuffer<float>(values.Length, values), Sparse(values) })
        {
            VBuffer<float> part = new(9, new float[9]);
            buffer.CopyTo(ref part, start, length);
            Assert.Equal(values.Skip(start).Take(length), part.DenseValues());
        }
    }

    [Fact]
    public void FillsImplicitSlotsWithTheGivenDefault()
    {
        var target = new float[5];
        Sparse([0, 2, 0]).CopyTo(target, 1, defaultValue: 7);
        Assert.Equal([0, 7, 2, 7, 0], target);
    }

    [Fact]
    public void EnumeratesItsWholeBackingArray()
    {
        var buffer = new VBuffer<int>(2, [1, 2, 3]);
        Assert.Equal([1, 2, 3], buffer.Cast<int>());
        Assert.Equal([1, 2], buffer.DenseValues());
    }

    [Fact]
    public void EditorReusesArraysThatAreLargeEnough()
    {
        var array = new int[4];
        var buffer = new VBuffer<int>(4, array);
        VBufferEditor<int> editor = VBufferEditor.Create(ref buffer, 3);
        Assert.False(editor.CreatedNewValues);
        editor.Values[2] = 5;
        buffer = editor.Commit();
        Assert.Equal(5, array[2]);
        Assert.Equal(3, buffer.Length);

        VBufferEditor<int> larger = VBufferEditor.Create(ref buffer, 5);
        Assert.True(larger.CreatedNewValues);
        Assert.Equal(0, larger.Indices.Length);
    }

    [Fact]
    public void TruncatedCommitIsSparse()
    {
        VBuffer<int> buffer = default;
        VBufferEditor<int> editor = VBufferEditor.Create(ref buffer, 10, 3);
        editor.Values[0] = 4;
        editor.Indices[0] = 9;
        buffer = editor.CommitTruncated(1);
        Assert.False(buffer.IsDense);
        Assert.Equal(4, buffer.GetItemOrDefault(9));
        Assert.Equal("Sparse vector of size 10, 1 explicit values", buffer.ToString());
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(2, 3)]
    public void RefusesCountsThatCannotBe(int length, int count)
        => Assert.Throws<ArgumentOutOfRangeException>(() => new VBuffer<int>(length, count, new int[3], new int[3]));
}
