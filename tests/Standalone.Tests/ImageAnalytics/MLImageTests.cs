using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Microsoft.ML.Data;

namespace Standalone.Tests.ImageAnalytics;

public sealed class MLImageTests
{
    private static readonly byte[] TwoPixels = [10, 20, 30, 255, 40, 50, 60, 255];

    private static MLImage Read(byte[] file) => MLImage.CreateFromStream(new MemoryStream(file));

    [Fact]
    public void PixelsAreKeptAsGiven()
    {
        using MLImage bgra = MLImage.CreateFromPixels(2, 1, MLPixelFormat.Bgra32, TwoPixels), rgba = MLImage.CreateFromPixels(1, 2, MLPixelFormat.Rgba32, TwoPixels);

        Assert.Equal((2, 1, 32, MLPixelFormat.Bgra32), (bgra.Width, bgra.Height, bgra.BitsPerPixel, bgra.PixelFormat));
        Assert.Equal((1, 2, MLPixelFormat.Rgba32), (rgba.Width, rgba.Height, rgba.PixelFormat));
        Assert.Equal(TwoPixels, bgra.Pixels.ToArray());
        Assert.Equal(TwoPixels, rgba.Pixels.ToArray());
        Assert.Equal([10, 20, 30, 40, 50, 60], bgra.GetBGRPixels);
        Assert.Equal([30, 20, 10, 60, 50, 40], rgba.GetBGRPixels);
    }

    [Theory]
    [InlineData(0, 1, MLPixelFormat.Bgra32, "width")]
    [InlineData(1, 0, MLPixelFormat.Bgra32, "height")]
    [InlineData(1, 1, MLPixelFormat.Unknown, "pixelFormat")]
    public void WhatIsNoImageIsNamed(int width, int height, MLPixelFormat format, string name) =>
        Assert.Equal(name, Assert.Throws<ArgumentException>(() => MLImage.CreateFromPixels(width, height, format, new byte[4])).ParamName);

    [Fact]
    public void TooFewPixelsAreRefused() =>
        Assert.Contains("imagePixelData", Assert.Throws<ArgumentException>(() => MLImage.CreateFromPixels(2, 2, MLPixelFormat.Bgra32, new byte[12])).Message);

    [Property(MaxTest = 30)]
    public Property PngGivesBackWhatWasSaved()
    {
        Gen<byte[]> pixels = from size in Gen.Choose(1, 40) from bytes in Gen.Choose(0, 255).Select(v => (byte)v).ArrayOf(size * 3 * 4) select bytes;
        return Prop.ForAll(pixels.ToArbitrary(), bytes =>
        {
            // Colours over alpha are no picture's; opaque ones are kept to the bit.
            for (int i = 3; i < bytes.Length; i += 4)
                bytes[i] = 255;
            using var folder = new TemporaryFolder();
            using MLImage image = MLImage.CreateFromPixels(bytes.Length / 12, 3, MLPixelFormat.Bgra32, bytes);
            image.Save(folder.File("a.PNG"));
            using MLImage again = MLImage.CreateFromFile(folder.File("a.PNG"));
            return again.Pixels.SequenceEqual(bytes) && again.PixelFormat == MLPixelFormat.Bgra32;
        });
    }

    [Fact]
    public void JpegComesNearAndIsOpaque()
    {
        using var folder = new TemporaryFolder();
        byte[] pixels = [.. Enumerable.Range(0, 64 * 48).SelectMany(i => new byte[] { (byte)(i % 64 * 3), (byte)(i / 64 * 4), 90, 255 })];
        using MLImage image = MLImage.CreateFromPixels(64, 48, MLPixelFormat.Rgba32, pixels);
        image.Save(folder.File("a.jpg"));
        using MLImage again = MLImage.CreateFromFile(folder.File("a.jpg"));

        Assert.Equal((64, 48, MLPixelFormat.Bgra32), (again.Width, again.Height, again.PixelFormat));
        byte[] back = again.Pixels.ToArray();
        // A smooth ramp at quality 100 loses rounding and the halved chroma only.
        Assert.All(Enumerable.Range(0, 64 * 48), i =>
        {
            Assert.InRange(back[i * 4 + 2] - pixels[i * 4], -4, 4);
            Assert.InRange(back[i * 4 + 1] - pixels[i * 4 + 1], -4, 4);
            Assert.InRange(back[i * 4] - pixels[i * 4 + 2], -4, 4);
            Assert.Equal(255, back[i * 4 + 3]);
        });
    }

    [Fact]
    public void TheContentDecidesNotTheName()
    {
        using var folder = new TemporaryFolder();
        using MLImage image = MLImage.CreateFromPixels(2, 1, MLPixelFormat.Bgra32, TwoPixels);
        image.Save(folder.File("a.png"));
        File.Move(folder.File("a.png"), folder.File("b.jpg"));
        using MLImage again = MLImage.CreateFromFile(folder.File("b.jpg"));

        Assert.Equal(TwoPixels, again.Pixels.ToArray());
    }

    [Fact]
    public void EveryKindOfPngBecomesBgra()
    {
        Assert.Equal([7, 7, 7, 255, 200, 200, 200, 255], Read(PngWriter.Write(2, PngWriter.Gray, 8, [[7, 200]])).Pixels.ToArray());
        Assert.Equal([255, 255, 255, 255, 0, 0, 0, 255], Read(PngWriter.Write(2, PngWriter.Gray, 1, [[0b1000_0000]])).Pixels.ToArray());
        Assert.Equal([3, 2, 1, 255], Read(PngWriter.Write(1, PngWriter.Rgb, 8, [[1, 2, 3]])).Pixels.ToArray());
        Assert.Equal([30, 20, 10, 255, 6, 5, 4, 255], Read(PngWriter.Write(2, PngWriter.Palette, 8, [[1, 0]], [4, 5, 6, 10, 20, 30])).Pixels.ToArray());
        Assert.Equal([3, 2, 1, 255], Read(PngWriter.Write(1, PngWriter.Rgb, 16, [[1, 0, 2, 0, 3, 0]])).Pixels.ToArray());
    }

    [Fact]
    public void TransparentPngIsMultipliedByAlphaAndDividedAgain()
    {
        using MLImage image = Read(PngWriter.Write(3, PngWriter.Rgba, 8, [[200, 100, 50, 128, 9, 9, 9, 0, 1, 2, 3, 255]]));

        // 200 * 128 / 255 = 100.4, 100 * 128 / 255 = 50.2, 50 * 128 / 255 = 25.1
        Assert.Equal([25, 50, 100, 128, 0, 0, 0, 0, 3, 2, 1, 255], image.Pixels.ToArray());
        Assert.Equal([50, 100, 199, 0, 0, 0, 3, 2, 1], image.GetBGRPixels);
        using MLImage palette = Read(PngWriter.Write(2, PngWriter.Palette, 8, [[1, 0]], [4, 5, 6, 10, 20, 30], [0]));
        Assert.Equal([30, 20, 10, 255, 0, 0, 0, 0], palette.Pixels.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(40)]
    public void ADamagedPngIsRefused(int length)
    {
        byte[] file = PngWriter.Write(50, PngWriter.Gray, 8, [.. Enumerable.Range(0, 50).Select(i => Enumerable.Range(0, 50).Select(j => (byte)(i * j)).ToArray())]);

        Assert.Equal("imageStream", Assert.Throws<ArgumentException>(() => Read(file[..length])).ParamName);
    }

    [Fact]
    public void AClaimOfHugeSizeIsRefused()
    {
        byte[] file = PngWriter.Write(1_000_000, PngWriter.Rgba, 8, [.. Enumerable.Repeat(Array.Empty<byte>(), 3000)]);

        Assert.Throws<ArgumentException>(() => Read(file));
    }

    [Fact]
    public void WhatIsNotThereOrNoImageIsAnInvalidPath()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("a.png"), "no image");

        Assert.Equal("imagePath", Assert.Throws<ArgumentException>(() => MLImage.CreateFromFile(folder.File("a.png"))).ParamName);
        Assert.Equal("imagePath", Assert.Throws<ArgumentException>(() => MLImage.CreateFromFile(folder.File("none.png"))).ParamName);
        Assert.Throws<ArgumentNullException>(() => MLImage.CreateFromFile(null!));
        Assert.Throws<ArgumentNullException>(() => MLImage.CreateFromStream(null!));
    }

    [Theory]
    [InlineData("a.bmp")]
    [InlineData("a.webp")]
    [InlineData("a.txt")]
    [InlineData("a")]
    public void OnlyPngAndJpegAreWritten(string name)
    {
        using var folder = new TemporaryFolder();
        using MLImage image = MLImage.CreateFromPixels(2, 1, MLPixelFormat.Bgra32, TwoPixels);

        Assert.Equal("imagePath", Assert.Throws<ArgumentException>(() => image.Save(folder.File(name))).ParamName);
        Assert.False(File.Exists(folder.File(name)));
    }

    [Fact]
    public void AfterDisposalEverythingRefuses()
    {
        MLImage image = MLImage.CreateFromPixels(2, 1, MLPixelFormat.Bgra32, TwoPixels);
        image.Tag = "left";
        Assert.Equal("left", image.Tag);
        image.Dispose();
        image.Dispose();

        Assert.Equal("Object is disposed.", Assert.Throws<InvalidOperationException>(() => image.Pixels.Length).Message);
        Assert.Throws<InvalidOperationException>(() => image.Width);
        Assert.Throws<InvalidOperationException>(() => image.Height);
        Assert.Throws<InvalidOperationException>(() => image.Tag);
        Assert.Throws<InvalidOperationException>(() => image.GetBGRPixels);
        Assert.Throws<InvalidOperationException>(() => image.Save("never.png"));
    }
}
