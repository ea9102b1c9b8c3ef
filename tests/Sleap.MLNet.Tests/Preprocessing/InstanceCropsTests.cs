using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class InstanceCropsTests
{
    private static readonly GoldenCalls Calls = new("ops/crops.safetensors");

    [Theory, InlineData("8x8", 8, 8), InlineData("7x7", 7, 7), InlineData("6x9", 6, 9)]
    public void Crops_equal_those_of_sleap_nn(string name, int height, int width)
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (string kind in new[] { "crop_bboxes", "crop_bboxes_float" })
        {
            Tensor frames = Calls.Tensor($"{kind}_{name}/images");
            if (Calls.IsByte($"{kind}_{name}", "images"))
                frames = frames.to(ScalarType.Byte);
            (Tensor crops, Tensor origins) = InstanceCrops.Cut(frames, Calls.Tensor($"bboxes_{name}/centroids"), Calls.Tensor($"{kind}_{name}/sample_inds"), height, width, CropAlignment.SleapNN);
            Assert.Equal(frames.dtype, crops.dtype);
            Assert.Equal(0, Golden.Difference(Calls.Tensor($"{kind}_{name}/crops"), crops));
            Assert.Equal(0, Golden.Difference(Calls.Tensor($"bboxes_{name}/corners").select(1, 0), origins));
        }
    }

    [Fact]
    public void A_point_of_a_crop_and_its_origin_are_the_point_of_the_frame()
    {
        using DisposeScope scope = NewDisposeScope();
        // Every pixel holds its own number, so that a crop tells where it is from.
        Tensor frames = ChannelsLast.Convert(arange(0, 2 * 3 * 30 * 40, ScalarType.Float32).view(2, 3, 30, 40));
        var random = new Random(3);
        for (int round = 0; round < 50; round++)
        {
            int height = random.Next(1, 20), width = random.Next(1, 20);
            float[] places = [.. Enumerable.Range(0, 10).SelectMany(_ => new[] { random.NextSingle() * 60 - 10, random.NextSingle() * 50 - 10 })];
            long[] samples = [.. Enumerable.Range(0, 10).Select(i => i % 2L)];
            (Tensor crops, Tensor origins) = InstanceCrops.Cut(frames, tensor(places, new long[] { 10, 2 }), tensor(samples), height, width);
            Assert.True(ChannelsLast.Is(crops));
            float[] pixels = Golden.Floats(crops), corners = Golden.Floats(origins);
            for (int i = 0, n = 0; i < 10; i++)
            {
                // The middle of the crop's pixels is within half a pixel of the centroid.
                Assert.InRange(corners[2 * i] + (width - 1) / 2f - places[2 * i], -0.5001f, 0.5001f);
                Assert.InRange(corners[2 * i + 1] + (height - 1) / 2f - places[2 * i + 1], -0.5001f, 0.5001f);
                for (int channel = 0; channel < 3; channel++)
                    for (int y = 0; y < height; y++)
                        for (int x = 0; x < width; x++, n++)
                        {
                            (int frameX, int frameY) = (x + (int)corners[2 * i], y + (int)corners[2 * i + 1]);
                            bool inside = frameX is >= 0 and < 40 && frameY is >= 0 and < 30;
                            Assert.Equal(inside ? ((samples[i] * 3 + channel) * 30 + frameY) * 40 + frameX : 0, pixels[n]);
                        }
            }
        }
    }

    [Fact]
    public void A_missing_centroid_gives_a_black_crop_and_no_origin()
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (CropAlignment alignment in Enum.GetValues<CropAlignment>())
        {
            (Tensor crops, Tensor origins) = InstanceCrops.Cut(ones(new long[] { 1, 1, 9, 9 }), tensor(new[] { float.NaN, 4 }, new long[] { 1, 2 }), zeros(new long[] { 1 }, ScalarType.Int64), 4, 4, alignment);
            Assert.All(Golden.Floats(crops), pixel => Assert.Equal(0, pixel));
            Assert.All(Golden.Floats(origins), number => Assert.Equal(float.NaN, number));
        }

        (Tensor none, Tensor _) = InstanceCrops.Cut(ones(new long[] { 1, 1, 9, 9 }), zeros(new long[] { 0, 2 }), zeros(new long[] { 0 }, ScalarType.Int64), 4, 4);
        Assert.Equal(new long[] { 0, 1, 4, 4 }, none.shape);
        Assert.Throws<ArgumentException>(() => InstanceCrops.Cut(ones(new long[] { 1, 1, 9, 9 }), zeros(new long[] { 2, 2 }), zeros(new long[] { 1 }, ScalarType.Int64), 4, 4));
    }
}
