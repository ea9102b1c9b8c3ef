using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using SkiaSharp;

namespace Sleap.IO.Tests;

public sealed class ImageTests
{
    [Fact]
    public void SixteenBitsKeepTheUpperEight()
    {
        using var files = new TestFiles();
        ushort[] samples = [0x0000, 0x00FF, 0x0100, 0x7FFF, 0x8000, 0xFFFF];
        File.WriteAllBytes(
            files.New("deep.png"),
            Png(3, 2, 16, 0, [.. samples.SelectMany(s => new[] { (byte)(s >> 8), (byte)s })])
        );
        using var source = Video.FromFile(files.New("deep.png")).Open();
        var frame = source.Read(0);
        Assert.Equal((2, 3, 1), (frame.Height, frame.Width, frame.Channels));
        Assert.Equal(samples.Select(s => (byte)(s >> 8)), frame.Pixels);
    }

    [Fact]
    public void ColorStaysRgbAndAlphaIsLeftOut()
    {
        using var files = new TestFiles();
        File.WriteAllBytes(files.New("c.png"), Png(2, 1, 8, 6, [255, 0, 10, 0, 1, 2, 3, 255]));
        using var source = Video.FromFile(files.New("c.png")).Open();
        Assert.Equal([255, 0, 10, 1, 2, 3], source.Read(0).Pixels);
    }

    [Fact]
    public void AFolderPlaysInTheOrderOfItsNumbers()
    {
        using var files = new TestFiles();
        foreach (var n in new[] { 10, 9, 100, 1 })
            File.WriteAllBytes(files.New($"img{n}.png"), Png(1, 1, 8, 0, [(byte)n]));
        File.WriteAllText(files.New("notes.txt"), "not a picture");
        using var source = Video.FromFile(files.Folder).Open();
        Assert.Equal([1, 9, 10, 100], source.ReadMany([0, 1, 2, 3]).Select(r => r.Frame!.Pixels[0]));
        Assert.True(double.IsNaN(source.FramesPerSecond));
    }

    [Fact]
    public void AMissingOrDamagedPictureIsReportedAndTheRestGoesOn()
    {
        using var files = new TestFiles();
        string[] paths = [files.New("0.png"), files.New("1.png"), files.New("2.png"), files.New("3.png")];
        foreach (var path in paths)
            File.WriteAllBytes(path, Png(4, 4, 8, 0, new byte[16]));
        using var source = Video.FromImages(paths).Open();
        File.Delete(paths[1]);
        File.WriteAllBytes(paths[2], File.ReadAllBytes(paths[2])[..40]);
        var results = source.ReadMany([0, 1, 2, 3, 4]).ToList();
        Assert.Equal([true, false, false, true, false], results.Select(r => r.Frame is not null));
        Assert.IsType<FileNotFoundException>(results[1].Error);
        Assert.Contains("2.png", Assert.IsType<PoseFormatException>(results[2].Error).Message);
        Assert.IsType<ArgumentOutOfRangeException>(results[4].Error);
    }

    [Fact]
    public void APictureThatDeclaresMoreThanItsBytesHoldIsRefusedBeforeMemoryIsTaken()
    {
        var huge = Png(1, 1, 8, 0, [0]);
        BinaryPrimitives.WriteInt32BigEndian(huge.AsSpan(16), 16000);
        BinaryPrimitives.WriteInt32BigEndian(huge.AsSpan(20), 16000);
        Assert.Contains(
            "16000",
            Assert
                .Throws<PoseFormatException>(() => ImageDecoder.Decode(huge, 0, null, false, "huge.png", null))
                .Message
        );
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void DamagedPicturesAreReadOrRefused(int seed)
    {
        var original =
            seed == 1 ? Png(16, 16, 8, 2, [.. Enumerable.Range(0, 16 * 16 * 3).Select(i => (byte)(i * 7))]) : Jpeg();
        var random = new Random(seed);
        for (var i = 0; i < 2000; i++)
        {
            try
            {
                var frame = ImageDecoder.Decode(Mutation.Of(original, random), 0, null, false, "damaged", null);
                Assert.Equal(frame.Height * frame.Width * frame.Channels, frame.Pixels.Length);
            }
            catch (PoseFormatException fault)
            {
                Assert.Contains("damaged", fault.Message);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void WrittenPngsHaveTheSamePixelsChannelsAndBytes(int channels)
    {
        var pixels = new byte[31 * 17 * channels];
        new Random(channels).NextBytes(pixels);
        var frame = new Frame(0, 17, 31, channels, pixels);
        var png = ImageEncoder.Png(frame);
        // Width, height, 8 bits, and kind 0 (gray) or 2 (RGB); no color profile that would change values elsewhere.
        Assert.Equal((31, 17), (png[19], png[23]));
        Assert.Equal([8, channels == 1 ? 0 : 2], png[24..26].Select(value => (int)value));
        Assert.Empty(Chunks(png).Except(["IHDR", "sBIT", "IDAT", "IEND"]));
        var read = ImageDecoder.Decode(png, 0, null, false, "written.png", null);
        Assert.Equal((17, 31, channels), (read.Height, read.Width, read.Channels));
        Assert.Equal(pixels, read.Pixels);
        Assert.Equal(png, ImageEncoder.Png(frame));
    }

    private static IEnumerable<string> Chunks(byte[] png)
    {
        for (var at = 8; at < png.Length; at += 12 + BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at)))
            yield return Encoding.ASCII.GetString(png, at + 4, 4);
    }

    private static byte[] Jpeg()
    {
        using var picture = new SKBitmap(32, 32);
        for (var i = 0; i < 32 * 32; i++)
            picture.SetPixel(i % 32, i / 32, new SKColor((byte)(i * 3 / 5), (byte)(i / 2), (byte)(i / 7)));
        return ImageEncoder.Jpeg(picture.PeekPixels());
    }

    /// <summary>A PNG made by hand; kinds are 0 gray, 2 RGB, 6 RGBA.</summary>
    private static byte[] Png(int width, int height, int bits, int kind, byte[] samples)
    {
        var stride = samples.Length / height;
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
            {
                deflate.WriteByte(0);
                deflate.Write(samples, y * stride, stride);
            }
        }
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = ((byte)bits, (byte)kind);
        return
        [
            0x89,
            (byte)'P',
            (byte)'N',
            (byte)'G',
            13,
            10,
            26,
            10,
            .. Chunk("IHDR", header),
            .. Chunk("IDAT", packed.ToArray()),
            .. Chunk("IEND", []),
        ];
    }

    private static byte[] Chunk(string kind, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(kind), .. data];
        var (length, sum) = (new byte[4], new byte[4]);
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        var crc = uint.MaxValue;
        foreach (var b in body)
        {
            crc ^= b;
            for (var k = 0; k < 8; k++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        BinaryPrimitives.WriteUInt32BigEndian(sum, ~crc);
        return [.. length, .. body, .. sum];
    }
}
