using FsCheck.Xunit;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class FrameResamplerTests
{
    private static readonly GoldenCalls Resizing = new("ops/resizing.safetensors");

    public static TheoryData<string> Resized =>
        [.. Resizing.Cases("resize_image").Where(name => Resizing.IsByte(name, "image"))];

    public static TheoryData<string> Matched =>
        [.. Resizing.Cases("apply_sizematcher").Where(name => Resizing.IsByte(name, "image"))];

    public static TheoryData<string> Padded =>
        [.. Resizing.Cases("apply_pad_to_stride").Where(name => Resizing.IsByte(name, "image"))];

    [Theory, MemberData(nameof(Resized))]
    public void Resizing_equals_that_of_sleap_nn(string name) =>
        AssertNear(name, new FrameResampler(null, (float)Resizing.Argument(name, "scale")!), 1);

    [Theory, MemberData(nameof(Matched))]
    public void Size_matching_equals_that_of_sleap_nn(string name) =>
        AssertNear(name, new FrameResampler(MaxSize(name)), 1);

    [Theory, MemberData(nameof(Padded))]
    public void Padding_equals_that_of_sleap_nn(string name) =>
        AssertNear(name, new FrameResampler(null, 1, (int)Resizing.Argument(name, "max_stride")!), 0);

    [Fact]
    public void Gray_of_color_is_that_of_sleap_nn()
    {
        var rgb = Interleaved("gray_uint8/image", out var height, out var width, out var channels);
        var gray = Resample(new FrameResampler(null, channels: 1), new FramePixels(rgb, height, width, channels));
        Assert.Equal(Interleaved("gray_uint8/out", out _, out _, out _), gray);
    }

    [Fact]
    public void Gray_frames_fill_all_three_channels()
    {
        var gray = Interleaved("rgb_of_gray/image", out var height, out var width, out _);
        var rgb = Resample(new FrameResampler(null, channels: 3), new FramePixels(gray, height, width, 1));
        Assert.Equal(Interleaved("rgb_of_gray/out", out _, out _, out _), rgb);
    }

    /// <summary>Every size and every place of the vectors against sums written out in double precision.</summary>
    [Property(MaxTest = 40)]
    public void Resizing_is_a_weighted_mean(
        byte heightDraw,
        byte widthDraw,
        byte targetHeightDraw,
        byte targetWidthDraw,
        bool color,
        int seed
    )
    {
        int height = heightDraw % 60 + 1,
            width = widthDraw % 60 + 1,
            targetHeight = targetHeightDraw % 60 + 1,
            targetWidth = targetWidthDraw % 60 + 1,
            channels = color ? 3 : 1;
        var source = new byte[height * width * channels];
        new Random(seed).NextBytes(source);
        var target = new byte[targetHeight * targetWidth * channels];
        new ImageResize(height, width, targetHeight, targetWidth, channels).Resize(
            source,
            target,
            targetWidth * channels
        );
        for (var y = 0; y < targetHeight; y++)
        {
            for (var x = 0; x < targetWidth; x++)
            {
                for (var c = 0; c < channels; c++)
                {
                    double mean = 0;
                    foreach ((var row, var down) in Triangle(y, height, targetHeight))
                    {
                        foreach ((var column, var across) in Triangle(x, width, targetWidth))
                            mean += down * across * source[(row * width + column) * channels + c];
                    }
                    // Half a level for each of the two roundings, and the 16-bit weights.
                    Assert.InRange(target[(y * targetWidth + x) * channels + c] - mean, -1.1, 1.1);
                }
            }
        }
    }

    [Property(MaxTest = 50)]
    public void A_flat_frame_stays_flat_and_its_padding_black(byte level, byte tenths, byte maxDraw)
    {
        var geometry = new FrameGeometry(37, 53, (tenths % 15 + 1) / 10f, 16, maxDraw % 80 + 20, 70);
        var resampler = new FrameResampler((maxDraw % 80 + 20, 70), (tenths % 15 + 1) / 10f, 16);
        byte[] frame = [.. Enumerable.Repeat(level, 37 * 53)],
            input = [.. Enumerable.Repeat((byte)99, geometry.InputHeight * geometry.InputWidth)];
        resampler.Resample(new FramePixels(frame, 37, 53, 1), input);
        Assert.Equal(level, input[0]);
        Assert.All(input, value => Assert.InRange(value, 0, level));
        var right = (int)MathF.Ceiling(53 * geometry.PointScale) + 1;
        for (var y = 0; y < geometry.InputHeight; y++)
        {
            Assert.All(
                input.Skip(y * geometry.InputWidth + right).Take(geometry.InputWidth - right),
                value => Assert.Equal(0, value)
            );
        }
    }

    [Fact]
    public void Several_threads_may_share_one()
    {
        var resampler = new FrameResampler((120, 160), 0.5f, 16, 1);
        byte[][] frames =
        [
            .. Enumerable
                .Range(0, 8)
                .Select(seed =>
                {
                    var frame = new byte[120 * 160 * 3];
                    new Random(seed).NextBytes(frame);
                    return frame;
                }),
        ];
        byte[] Input(byte[] frame) => Resample(resampler, new FramePixels(frame, 120, 160, 3));
        byte[][] alone = [.. frames.Select(Input)],
            together = new byte[frames.Length][];
        Parallel.For(0, frames.Length, i => together[i] = Input(frames[i]));
        Assert.Equal(alone, together);
    }

    [Fact]
    public void The_first_frame_decides_the_size_where_none_is_given()
    {
        var resampler = new FrameResampler(null, 0.5f, 16);
        Assert.Throws<InvalidOperationException>(() => resampler.Geometry);
        var first = new NetworkInput(resampler, 1, 1);
        var second = new NetworkInput(resampler, 1, 1);
        first.Read(0, new FramePixels(new byte[40 * 60], 40, 60, 1));
        second.Read(0, new FramePixels(new byte[80 * 120], 80, 120, 1));
        using Tensor images = first.ToTensor(1, CPU),
            others = second.ToTensor(1, CPU);
        Assert.Equal([1, 1, 32, 32], images.shape);
        Assert.Equal(images.shape, others.shape);
        Assert.Equal((0.5f, 0.25f), (first.Geometry(0).PointScale, second.Geometry(0).PointScale));
    }

    [Fact]
    public void Buffers_of_another_size_are_refused_with_the_size_expected()
    {
        var resampler = new FrameResampler((10, 20), 1, 16, 1);
        Assert.Contains(
            "expected 200",
            Assert.Throws<ArgumentException>(() => resampler.Resample(Frame(199, 1), new byte[512])).Message
        );
        Assert.Contains(
            "expected 512",
            Assert.Throws<ArgumentException>(() => resampler.Resample(Frame(200, 1), new byte[511])).Message
        );
        Assert.Throws<ArgumentOutOfRangeException>(() => resampler.Resample(Frame(400, 2), new byte[512]));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new FrameResampler((10, 20), 1, 16, 4).Resample(Frame(200, 1), new byte[4 * 512])
        );

        FramePixels Frame(int bytes, int channels) => new(new byte[bytes], 10, 20, channels);
    }

    [Fact]
    public void Bytes_become_numbers_from_0_to_1_channels_last()
    {
        using var scope = NewDisposeScope();
        byte[] bytes = [.. Enumerable.Range(0, 2 * 2 * 3 * 3).Select(i => (byte)(7 * i))];
        var images = NetworkInput.FromBytes([bytes[..18], bytes[18..]], 2, 3, 3);
        Assert.Equal([2, 3, 2, 3], images.shape);
        Assert.True(ChannelsLast.Is(images));
        Assert.Equal(bytes[1 * 18 + 1 * 9 + 2 * 3 + 1] / 255f, images[1, 1, 1, 2].item<float>());
        Assert.True(ChannelsLast.Is(NetworkInput.FromBytes([bytes[..12], bytes[12..24]], 3, 4, 1)));
        Assert.Contains(
            "expected 12 (gray) or 36 (RGB)",
            Assert.Throws<ArgumentException>(() => NetworkInput.FromBytes([bytes[..35]], 3, 4, 3)).Message
        );
    }

    private static (int, int)? MaxSize(string name)
    {
        var image = Resizing.Tensor($"{name}/image");
        return (
            (int?)Resizing.Argument(name, "max_height") ?? (int)image.size(2),
            (int?)Resizing.Argument(name, "max_width") ?? (int)image.size(3)
        );
    }

    private static byte[] Resample(FrameResampler resampler, FramePixels frame)
    {
        var input = new byte[resampler.ByteCountOf(frame)];
        resampler.Resample(frame, input);
        return input;
    }

    private static void AssertNear(string name, FrameResampler resampler, int levels)
    {
        var frame = Interleaved($"{name}/image", out var height, out var width, out var channels);
        var expected = Interleaved($"{name}/out", out var outHeight, out var outWidth, out _);
        var input = Resample(resampler, new FramePixels(frame, height, width, channels));
        Assert.Equal((outHeight, outWidth), (resampler.Geometry.InputHeight, resampler.Geometry.InputWidth));
        Assert.InRange(expected.Zip(input, (a, b) => Math.Abs(a - b)).Max(), 0, levels);
    }

    private static byte[] Interleaved(string path, out int height, out int width, out int channels)
    {
        using var scope = NewDisposeScope();
        var image = Resizing.Tensor(path);
        (channels, height, width) = ((int)image.size(1), (int)image.size(2), (int)image.size(3));
        return [.. Golden.Floats(image.permute(0, 2, 3, 1)).Select(value => (byte)value)];
    }

    private static IEnumerable<(int Source, double Weight)> Triangle(int target, int from, int to)
    {
        double step = (double)from / to,
            support = Math.Max(1, step),
            center = (target + 0.5) * step - 0.5;
        var weights = Enumerable
            .Range(0, from)
            .Select(i => (Source: i, Weight: Math.Max(0, 1 - Math.Abs(i - center) / support)))
            .Where(tap => tap.Weight > 0)
            .ToArray();
        var sum = weights.Sum(tap => tap.Weight);
        return weights.Select(tap => (tap.Source, tap.Weight / sum));
    }
}
