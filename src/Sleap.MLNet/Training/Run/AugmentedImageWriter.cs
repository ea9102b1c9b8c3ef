using Sleap.IO;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Draws sixteen augmented training samples with their points, to check the augmentation and the labels visually.
/// </summary>
internal static class AugmentedImageWriter
{
    private const int Rows = 4,
        Side = 320,
        Gap = 4;

    /// <param name="path">A .png file.</param>
    /// <param name="samples">The samples; those of the first steps are drawn.</param>
    /// <param name="augmenter">Augments the samples.</param>
    /// <param name="order">Order of the samples and random numbers of the augmentation.</param>
    public static void Write(string path, SampleMaker samples, Augmenter augmenter, SampleOrder order)
    {
        List<Canvas> tiles = [];
        for (var step = 0; tiles.Count < Rows * Rows; step++)
        {
            using var scope = NewDisposeScope();
            var batch = samples.Training.Batch(order.Of(step), augmenter, order.RandomOf(step));
            var points = batch.Points.Values<float>();
            var perSample = points.Length / (int)batch.Images.shape[0];
            for (var i = 0; i < batch.Images.shape[0] && tiles.Count < Rows * Rows; i++)
            {
                using var image = TensorImages.Canvas(batch.Images, i);
                tiles.Add(Tile(image, points[(i * perSample)..((i + 1) * perSample)], samples));
            }
        }
        using var sheet = new Canvas(Rows * (tiles[0].Width + Gap) - Gap, Rows * (tiles[0].Height + Gap) - Gap);
        for (var i = 0; i < tiles.Count; i++)
            sheet.Paste(tiles[i], i % Rows * (tiles[0].Width + Gap), i / Rows * (tiles[0].Height + Gap));
        tiles.ForEach(tile => tile.Dispose());
        sheet.Save(path);
    }

    private static Canvas Tile(Canvas image, float[] points, SampleMaker samples)
    {
        var side = Math.Max(image.Width, image.Height);
        var (larger, smaller) = (Math.Max(1, Side / side), Math.Max(1, (side + Side - 1) / Side));
        var tile = smaller > 1 ? image.Downscaled(smaller) : image.Part(0, 0, image.Width, image.Height, larger);
        var instances = TensorImages.Instances(points, samples.Skeleton.Nodes.Length);
        new PoseOverlay(
            samples.Skeleton,
            [],
            instances.Count <= 1,
            new DrawingOptions { NodeRadius = 3.0 * smaller / larger },
            larger / (double)smaller
        ).DrawInstances(tile, "", 0, instances);
        return tile;
    }
}

/// <summary>Converts input tensors of a network into images to draw on.</summary>
internal static class TensorImages
{
    /// <summary>Converts one image of a batch.</summary>
    /// <param name="images">(B, C, H, W), 0 to 1.</param>
    /// <param name="index">Index of the image in the batch.</param>
    public static Canvas Canvas(Tensor images, int index)
    {
        using var scope = NewDisposeScope();
        // (H, W, C)
        var pixels = images[index]
            .permute(1, 2, 0)
            .Mul(255)
            .round()
            .Clamp(0, 255)
            .to(ScalarType.Byte)
            .cpu()
            .contiguous();
        return Transforms.Canvas.Of(
            new Frame(0, (int)pixels.shape[0], (int)pixels.shape[1], (int)pixels.shape[2], pixels.Values<byte>())
        );
    }

    /// <summary>Returns the instances that have a visible node.</summary>
    /// <param name="points">x and y of each node of each instance, NaN = missing.</param>
    /// <param name="nodes">Number of nodes of an instance.</param>
    public static InstanceArray Instances(float[] points, int nodes) =>
        new InstanceArray(nodes, points.Length / (2 * nodes)) { Points = points, PeakScores = [] }.WhereVisible();
}
