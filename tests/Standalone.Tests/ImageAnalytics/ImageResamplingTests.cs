using Microsoft.ML.Data;

namespace Standalone.Tests.ImageAnalytics;

public sealed class ImageResamplingTests
{
    private static byte[] Gray(params byte[] values) => [.. values.SelectMany(v => new byte[] { v, v, v, 255 })];

    private static byte[] Blue(byte[] bgra) => [.. bgra.Where((_, i) => i % 4 == 0)];

    [Fact]
    public void NearestTakesTheValueUnderThePixelsCentre()
    {
        byte[] row = Gray(1, 2, 3, 4);

        Assert.Equal([2, 4], Blue(ImageResampling.Nearest(row, 4, 1, 2, 1)));
        Assert.Equal([1, 1, 2, 2, 3, 3, 4, 4], Blue(ImageResampling.Nearest(row, 4, 1, 8, 1)));
    }

    [Fact]
    public void PaddingLeavesEmptyBarsBeside()
    {
        byte[] drawn = ImageResampling.Drawn(Gray(100, 100, 100, 100), 2, 2, 4, 2, ImageResizeMode.Pad);

        Assert.Equal([0, 100, 100, 0, 0, 100, 100, 0], Blue(drawn));
        Assert.Equal([0, 255, 255, 0], drawn.Where((_, i) => i % 4 == 3).Take(4));
    }

    [Theory]
    [InlineData(ImageResizeMode.CropAnchorLeft, new byte[] { 10, 20 })]
    [InlineData(ImageResizeMode.CropAnchorRight, new byte[] { 30, 40 })]
    [InlineData(ImageResizeMode.CropAnchorCentral, new byte[] { 20, 30 })]
    public void CroppingKeepsTheAnchoredSide(object mode, byte[] kept)
    {
        byte[] drawn = Blue(ImageResampling.Drawn(Gray(10, 20, 30, 40, 10, 20, 30, 40), 4, 2, 2, 2, (ImageResizeMode)mode));

        // Same scale, but Mitchell's kernel smooths: a sixteenth of each neighbour's difference, clamped at the ends.
        Assert.All(drawn.Zip([.. kept, .. kept]), pair => Assert.InRange(pair.First - pair.Second, -1, 1));
    }

    [Fact]
    public void AnEvenImageStaysEvenAtAnyScale()
    {
        byte[] drawn = ImageResampling.Drawn(Gray([.. Enumerable.Repeat((byte)77, 7 * 5)]), 7, 5, 31, 31, ImageResizeMode.CropAnchorCentral);

        Assert.All(Blue(drawn), v => Assert.Equal(77, v));
    }

    [Fact]
    public void GrayWeighsTheColours()
    {
        byte[] gray = ImageResampling.Gray([255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255]);

        // 0.11, 0.59 and 0.3 of 255
        Assert.Equal([28, 28, 28, 255, 150, 150, 150, 255, 77, 77, 77, 255], gray);
    }
}
