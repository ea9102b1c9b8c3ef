using FsCheck.Xunit;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class CropWindowTests
{
    private static readonly GoldenCalls Calls = new("ops/crops.safetensors");

    [Property(MaxTest = 200)]
    public void Every_pixel_of_a_crop_is_the_frame_s_where_its_origin_says_or_zero_outside(int seed)
    {
        var random = new Random(seed);
        var (height, width, channels, size) = (
            random.Next(1, 30),
            random.Next(1, 30),
            random.Next(2) == 0 ? 1 : 3,
            random.Next(1, 24)
        );
        var frame = new byte[height * width * channels];
        random.NextBytes(frame);
        var window = CropWindow.Around(
            random.NextSingle() * 60 - 15,
            random.NextSingle() * 60 - 15,
            size,
            CropAlignment.Exact
        );
        var crop = new byte[size * size * channels];
        random.NextBytes(crop); // what was there before must not show
        window.Cut(new FramePixels(frame, height, width, channels), crop);
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                for (var c = 0; c < channels; c++)
                {
                    var (fx, fy) = (x + (int)window.OriginX, y + (int)window.OriginY);
                    var expected =
                        fx < 0 || fy < 0 || fx >= width || fy >= height ? 0 : frame[(fy * width + fx) * channels + c];
                    Assert.Equal(expected, crop[(y * size + x) * channels + c]);
                }
            }
        }
    }

    [Property(MaxTest = 200)]
    public void The_point_is_within_half_a_pixel_of_the_middle_and_comes_back(float x, float y)
    {
        if (!(Math.Abs(x) < 1e4f && Math.Abs(y) < 1e4f))
            return;
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

    /// <summary>
    /// A crop copies bytes, so pixels of single precision go as pixels of four bytes a channel; and height and width
    /// are independent, so a crop of 6 × 9 has the rows of one of 6 × 6 and the columns of one of 9 × 9.
    /// </summary>
    [Theory, InlineData("8x8", 8, 8), InlineData("7x7", 7, 7), InlineData("6x9", 6, 9)]
    public void In_sleap_nn_s_alignment_crops_and_origins_are_its_own(string name, int height, int width)
    {
        using var scope = NewDisposeScope();
        var places = Calls.Floats($"bboxes_{name}/centroids");
        var corners = Golden.Floats(Calls.Tensor($"bboxes_{name}/corners").select(1, 0));
        foreach (var kind in (string[])["crop_bboxes", "crop_bboxes_float"])
        {
            var (images, expected) = (Calls.Tensor($"{kind}_{name}/images"), Calls.Tensor($"{kind}_{name}/crops"));
            var samples = Golden.Floats(Calls.Tensor($"{kind}_{name}/sample_inds"));
            for (var i = 0; i < samples.Length; i++)
            {
                var (rows, columns) = (
                    CropWindow.Around(places[2 * i], places[2 * i + 1], height, CropAlignment.SleapNN),
                    CropWindow.Around(places[2 * i], places[2 * i + 1], width, CropAlignment.SleapNN)
                );
                Assert.Equal((corners[2 * i], corners[2 * i + 1]), (columns.OriginX, rows.OriginY));
                var square = new CropWindow(
                    columns.Left,
                    rows.Top,
                    Math.Max(height, width),
                    columns.OriginX,
                    rows.OriginY
                );
                var image = images[(int)samples[i]].permute(1, 2, 0).contiguous(); // (H, W, C)
                var (bytes, channels) = (
                    System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(Golden.Floats(image)).ToArray(),
                    (int)image.size(2)
                );
                var crop = new byte[square.Size * square.Size * channels * sizeof(float)];
                square.Cut(
                    new FramePixels(bytes, (int)image.size(0), (int)image.size(1), channels * sizeof(float)),
                    crop
                );
                var cut = tensor(
                    System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(crop).ToArray(),
                    new long[] { square.Size, square.Size, channels }
                );
                Assert.Equal(
                    0,
                    Golden.Difference(expected[i], cut.narrow(0, 0, height).narrow(1, 0, width).permute(2, 0, 1))
                );
            }
        }
    }
}
