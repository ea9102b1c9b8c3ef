using Microsoft.ML.Data;

namespace Standalone.Tests.MachineLearning.DataView;

public sealed class DataViewTypeTests
{
    [Fact]
    public void SaysWhatItIs()
    {
        Assert.Equal("Single", NumberDataViewType.Single.ToString());
        Assert.Equal("String", TextDataViewType.Instance.ToString());
        Assert.Equal("Key<UInt32, 0-4>", new KeyDataViewType(typeof(uint), 5).ToString());
        Assert.Equal("Vector<Single, 3>", new VectorDataViewType(NumberDataViewType.Single, 3).ToString());
        Assert.Equal("Vector<Single>", new VectorDataViewType(NumberDataViewType.Single).ToString());
        Assert.Equal("Vector<Single, *, 7, 2>", new VectorDataViewType(NumberDataViewType.Single, 0, 7, 2).ToString());
    }

    [Fact]
    public void SizeOfAVectorIsTheProductOfItsDimensions()
    {
        Assert.Equal(14, new VectorDataViewType(NumberDataViewType.Single, 7, 2).Size);
        var open = new VectorDataViewType(NumberDataViewType.Single, 0, 7, 2);
        Assert.Equal(0, open.Size);
        Assert.False(open.IsKnownSize);
        Assert.Equal(typeof(VBuffer<float>), open.RawType);
    }

    [Fact]
    public void EqualsByContent()
    {
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, 2, 3), new VectorDataViewType(NumberDataViewType.Single, 2, 3));
        Assert.NotEqual(new VectorDataViewType(NumberDataViewType.Single, 2, 3), new VectorDataViewType(NumberDataViewType.Single, 3, 2));
        Assert.Equal(new KeyDataViewType(typeof(uint), 5).GetHashCode(), new KeyDataViewType(typeof(uint), 5ul).GetHashCode());
        Assert.NotEqual<DataViewType>(new KeyDataViewType(typeof(uint), 5), new KeyDataViewType(typeof(ulong), 5));
    }

    [Fact]
    public void RefusesKeysThatCannotBe()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new KeyDataViewType(typeof(int), 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KeyDataViewType(typeof(uint), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new KeyDataViewType(typeof(byte), 256));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VectorDataViewType(NumberDataViewType.Single, -1));
    }
}
