using System.Buffers.Binary;

namespace Sleap.IO.Tests;

/// <summary>Memory of the process is looked at, so that nothing else may run beside it.</summary>
[CollectionDefinition(nameof(ImageMemoryTests), DisableParallelization = true)]
[Collection(nameof(ImageMemoryTests))]
public sealed class ImageMemoryTests
{
    /// <summary>The decoder takes memory of its own, which nobody else gives back when it throws.</summary>
    [Theory]
    [InlineData("png")]
    [InlineData("jpg")]
    [InlineData("bmp")]
    public void ADamagedImageGivesItsMemoryBack(string kind)
    {
        const int Side = 2048;
        var pixels = new byte[Side * Side * 3];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(i * 2654435761L >> 13);
        var frame = new Frame(0, Side, Side, 3, pixels);
        var header = new byte[54];
        "BM"u8.CopyTo(header);
        (header[10], header[14], header[26], header[28]) = (54, 40, 1, 24);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(18), Side);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(22), Side);
        var whole = kind switch
        {
            "png" => ImageEncoder.Png(frame),
            "jpg" => ImageEncoder.Jpeg(frame),
            _ => (byte[])[.. header, .. pixels],
        };
        var refused = 0;
        long Decode(int times)
        {
            for (var i = 0; i < times; i++)
            {
                try
                {
                    ImageDecoder.Decode(whole[..(whole.Length / 2 + i)], 0, null, false, "cut", null);
                }
                catch (PoseFormatException)
                {
                    refused++;
                }
            }

            GC.Collect();
            using var self = System.Diagnostics.Process.GetCurrentProcess();
            return self.WorkingSet64;
        }

        var before = Decode(3);
        var after = Decode(20);
        // 12 MB of pixels in each of 20 images.
        Assert.True(after - before < 100 << 20, $"{(after - before) >> 20} MB more, {refused} refused");
    }
}
