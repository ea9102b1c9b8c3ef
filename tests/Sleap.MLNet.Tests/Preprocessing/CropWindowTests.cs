using FsCheck.Xunit;

namespace Sleap.MLNet.Tests;

public sealed class CropWindowTests
{
    [Property(MaxTest = 200)]
    public void Every_pixel_of_a_crop_is_the_frame_s_where_its_origin_says_or_zero_outside(int seed)
    {
        var random = new Random(seed);
        var (height, width, channels, size) = (random.Next(1, 30), random.Next(1, 30), random.Next(2) == 0 ? 1 : 3, random.Next(1, 24));
        var frame = new byte[height * width * channels];
        random.NextBytes(frame);
        var window = CropWindow.Around(random.NextSingle() * 60 - 15, random.NextSingle() * 60 - 15, size, CropAlignment.Exact);
        var crop = new byte[size * size * channels];
        random.NextBytes(crop); // what was there before must not show
        window.Cut(new FramePixels(frame, height, width, channels), crop);
        for (var y = 0; y < size; y++)
            for (var x = 0; x < size; x++)
                for (var c = 0; c < channels; c++)
                {
                    var (fx, fy) = (x + (int)window.OriginX, y + (int)window.OriginY);
                    var expected = fx < 0 || fy < 0 || fx >= width || fy >= height ? 0 : frame[(fy * width + fx) * channels + c];
                    Assert.Equal(expected, crop[(y * size + x) * channels + c]);
                }
    }

    [Property(MaxTest = 200)]
    public void The_point_is_within_half_a_pixel_of_the_middle_and_comes_back(float x, float y)
    {
        if (!(Math.Abs(x) < 1e4f && Math.Abs(y) < 1e4f)) return;
        foreach (var size in (int[])[15, 16, 160])
        {
            var window = CropWindow.Around(x, y, size, CropAlignment.Exact);
            float[] point = [x, y];
            window.ToCrop(point);
            // 0.502: half a pixel, and the rounding of numbers of up to 10,000 in single precision.
            Assert.InRange(point[0], (size - 1) / 2f - 0.502f, (size - 1) / 2f + 0.502f);
            Assert.InRange(point[1], (size - 1) / 2f - 0.502f, (size - 1) / 2f + 0.502f);
            window.ToFrame(point);
            Assert.Equal(x, point[0], 0.002f);
            Assert.Equal(y, point[1], 0.002f);
        }
    }

    [Fact]
    public void In_sleap_nn_s_alignment_pixels_start_at_the_truncated_corner_and_points_at_the_fractional_one()
    {
        // The case that sleap-nn's own numbers give: centroid 123.058, crop 96.
        var window = CropWindow.Around(123.058f, 40, 96, CropAlignment.SleapNN);
        Assert.Equal(75, window.Left);
        Assert.Equal(75.558f, window.OriginX, 1e-4f);
    }
}
