using Microsoft.ML.Transforms.Image;

namespace Standalone.Tests.ImageAnalytics;

public sealed class ImageTypeTests
{
    [Fact]
    public void TypesAreEqualBySize()
    {
        Assert.True(new ImageDataViewType(2, 3).Equals(new ImageDataViewType(2, 3)));
        Assert.False(new ImageDataViewType(2, 3).Equals(new ImageDataViewType(3, 2)));
        Assert.False(new ImageDataViewType(2, 3).Equals(new ImageDataViewType()));
        Assert.Equal(new ImageDataViewType(2, 3).GetHashCode(), new ImageDataViewType(2, 3).GetHashCode());
        Assert.Equal("Image", new ImageDataViewType().ToString());
        Assert.Equal("Image<2, 3>", new ImageDataViewType(2, 3).ToString());
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(40000, 40000)]
    public void ASizeThatNoImageHasIsRefused(int height, int width) => Assert.Throws<ArgumentOutOfRangeException>(() => new ImageDataViewType(height, width));

    [Fact]
    public void TheAttributeWithoutASizeCannotBeUsed() => Assert.Throws<ArgumentOutOfRangeException>(() => new ImageTypeAttribute().Register());
}
