using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class TrainingTilesTests
{
    private const int Nodes = 3;
    private static readonly Skeleton Skeleton = new("mouse", ["nose", "body", "tail"]);

    /// <summary>An RGB image whose red and green say the place of a pixel, which any turned tile must agree with.</summary>
    [Property(MaxTest = 60)]
    public Property The_points_of_a_tile_are_on_their_pixels() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<int>(),
            Gen.Choose(40, 250).ToArbitrary(),
            Gen.Choose(40, 250).ToArbitrary(),
            (seed, height, width) =>
            {
                using var scope = NewDisposeScope();
                var augmenter = new Augmenter(
                    new()
                    {
                        RotationMin = -180,
                        RotationMax = 180,
                        ScaleMin = 0.7f,
                        ScaleMax = 1.3f,
                        TranslateWidth = 0.2f,
                        TranslateHeight = 0.1f,
                    },
                    Skeleton
                );
                var random = new Random(seed);
                float[] points = [.. Places(random, height, width, 4)];
                var samples = Samples(height, width, new() { Size = 64 }, points);
                var batch = samples.Batch([0, 0], augmenter, random);
                var (h, w) = (batch.Height, batch.Width);
                Assert.Equal((Math.Min(64, height), Math.Min(64, width)), (h, w));
                var (images, found) = (batch.Images.contiguous().Values<float>(), batch.Points.Values<float>());
                var plane = h * w;
                for (var at = 0; at < found.Length; at += 2)
                {
                    var (x, y) = (found[at], found[at + 1]);
                    if (!(x >= 1 && y >= 1 && x < w - 2 && y < h - 2))
                        continue;
                    var sample = at / (found.Length / 2);
                    var (red, green) = (Value(sample, 0, x, y), Value(sample, 1, x, y));
                    // The border of the image is black; values are whole numbers up to 250, read between pixels.
                    if (Value(sample, 2, x, y) < 0.999)
                        continue;
                    Assert.Contains(
                        points.Chunk(2),
                        point => Math.Abs(point[0] - red * 255) < 0.6 && Math.Abs(point[1] - green * 255) < 0.6
                    );
                }

                double Value(int sample, int channel, float x, float y)
                {
                    var (left, top) = ((int)x, (int)y);
                    double Pixel(int row, int column) => images[(sample * 3 + channel) * plane + row * w + column];
                    var (dx, dy) = (x - left, y - top);
                    return (1 - dy) * ((1 - dx) * Pixel(top, left) + dx * Pixel(top, left + 1))
                        + dy * ((1 - dx) * Pixel(top + 1, left) + dx * Pixel(top + 1, left + 1));
                }
            }
        );

    [Property]
    public Property A_tile_is_inside_its_frame_and_shows_its_node() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<int>(),
            Gen.Choose(20, 300).ToArbitrary(),
            Gen.Choose(20, 300).ToArbitrary(),
            (seed, height, width) =>
            {
                var random = new Random(seed);
                var tiles = new TrainingTileOptions
                {
                    Size = 64,
                    ForegroundFraction = 1,
                    CenterJitter = random.NextSingle(),
                };
                float[] node = [random.Next(width), random.Next(height)];
                var (h, w) = tiles.In((height, width));
                foreach (
                    var points in (float[][])
                        [
                            [.. node, float.NaN, float.NaN],
                            [float.NaN, float.NaN],
                        ]
                )
                {
                    var (x, y) = tiles.DrawCenter(points, (height, width), random);
                    Assert.InRange(x, (w - 1) / 2f, width - 1 - (w - 1) / 2f);
                    Assert.InRange(y, (h - 1) / 2f, height - 1 - (h - 1) / 2f);
                    if (float.IsNaN(points[0]))
                        continue;
                    Assert.InRange(node[0], x - w / 2f, x + w / 2f);
                    Assert.InRange(node[1], y - h / 2f, y + h / 2f);
                }
            }
        );

    [Theory]
    [InlineData(0f, 0.05, 0.2)] // a ninth of the places of a tile shows the node
    [InlineData(0.5f, 0.45, 0.65)]
    [InlineData(1f, 1, 1)]
    public void As_many_tiles_show_nodes_as_asked_for(float share, double least, double most)
    {
        var (random, tiles) = (new Random(1), new TrainingTileOptions { Size = 64, ForegroundFraction = share });
        var shown = Enumerable
            .Range(0, 2000)
            .Count(_ =>
            {
                var (x, y) = tiles.DrawCenter([100, 150], (256, 256), random);
                return Math.Abs(x - 100) < 32 && Math.Abs(y - 150) < 32;
            });
        Assert.InRange(shown / 2000.0, least, most);
    }

    [Fact]
    public void Targets_are_those_of_all_instances_though_far_ones_are_left_out()
    {
        using var scope = NewDisposeScope();
        var random = new Random(5);
        float[] points = [.. Places(random, 250, 250, 20)];
        var samples = Samples(250, 250, new() { Size = 32 }, points);
        var batch = samples.Batch([0, 0, 0, 0], new Augmenter(AugmentationOptions.None, Skeleton), random);
        Assert.InRange(batch.Points.shape[1], 1, 10); // on average (64 / 250)² of each three nodes of 20: four
        var codec = new ConfidenceMap(2, 2.5f);
        var maps = codec.Encode(batch.Points, 32, 32);
        for (var tile = 0; tile < 4; tile++)
        {
            // Where nothing is turned or scaled, the color says where the tile begins.
            var (left, top) = (batch.Images[tile, 0, 0, 0] * 255, batch.Images[tile, 1, 0, 0] * 255);
            var all = tensor(points, 1, points.Length / 2 / Nodes, Nodes, 2).sub(stack([left, top]));
            var missed = (codec.Encode(all, 32, 32) - maps.narrow(0, tile, 1)).abs().max().item<float>();
            Assert.InRange(missed, 0, 0.01); // a node half a tile away is 3 standard deviations off: 0.01
        }
    }

    [Fact]
    public void Sizes_follow_from_the_labels_and_faults_are_named()
    {
        Assert.Equal(160, new TrainingTileOptions().CompletedBy(75, 16).Size);
        Assert.Equal(128, new TrainingTileOptions().CompletedBy(10, 16).Size);
        Assert.Equal(6, new TrainingTileOptions { Size = 128 }.CountIn((384, 200)));
        var training = new TrainerOptions
        {
            BatchSize = 32,
            Tiles = new() { Size = 128 },
        };
        Assert.Equal((2, 1), (training.ValidationBatch((512, 512)), training.ValidationBatch((4000, 4000))));
        var pose = new MLContext().Pose();
        var error = Assert.Throws<ArgumentException>(() =>
            pose.BottomUp(
                new()
                {
                    Training = new()
                    {
                        Tiles = new() { Size = 100, ForegroundFraction = 2 },
                    },
                }
            )
        );
        Assert.Contains("expected a multiple of the backbone's deepest stride: 96 or 112", error.Message);
        Assert.Contains("Training.Tiles.ForegroundFraction is 2", error.Message);
        error = Assert.Throws<ArgumentException>(() =>
            pose.CenteredInstance(new() { Training = new() { Tiles = new() } })
        );
        Assert.Contains("Training.Tiles: expected null", error.Message);
    }

    private static IEnumerable<float> Places(Random random, int height, int width, int instances) =>
        Enumerable.Range(0, instances * Nodes).SelectMany(_ => (float[])[random.Next(width), random.Next(height)]);

    private static TrainingSamples Samples(int height, int width, TrainingTileOptions tiles, float[] points)
    {
        var pixels = new byte[height * width * 3];
        for (var at = 0; at < pixels.Length; at += 3)
        {
            var (y, x) = (at / 3 / width, at / 3 % width);
            (pixels[at], pixels[at + 1], pixels[at + 2]) = ((byte)x, (byte)y, 255);
        }
        var samples = new TrainingSamples((height, width), (height, width), 3, Skeleton) { Tiles = tiles };
        var count = points.Length / 2 / Nodes;
        samples.Add(pixels, points, [.. Enumerable.Repeat(-1, count)], 1, new("", 0));
        return samples;
    }
}
