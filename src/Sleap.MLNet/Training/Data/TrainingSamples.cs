using Sleap.IO;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Images with labels, each decoded and resampled once and stored as bytes. An image can be larger than the network
/// input by the margin that rotation and translation need.
/// </summary>
internal sealed class TrainingSamples
{
    private readonly List<Sample> _samples = [];

    /// <param name="image">Size of the images.</param>
    /// <param name="input">Size of the network input, at the center of an image.</param>
    /// <param name="channels">Channels of the network's input; images can have others.</param>
    /// <param name="skeleton">Skeleton of the instances.</param>
    public TrainingSamples(
        (int Height, int Width) image,
        (int Height, int Width) input,
        int channels,
        Skeleton skeleton
    ) => (Image, Input, Channels, Skeleton) = (image, input, channels, skeleton);

    public (int Height, int Width) Image { get; }

    public (int Height, int Width) Input { get; }

    public int Channels { get; }

    /// <summary>Skeleton of the instances.</summary>
    public Skeleton Skeleton { get; }

    /// <summary>Bytes of an image with these channels.</summary>
    public int ByteCount => Image.Height * Image.Width * Channels;

    public int Count => _samples.Count;

    /// <summary>The cache of the images; set before the first one is added.</summary>
    public SampleCache Cache { get; set; } = new(long.MaxValue, Path.GetTempPath());

    /// <summary>The tiles of images that a batch is of; null (default): whole inputs.</summary>
    public TrainingTileOptions? Tiles { get; init; }

    /// <summary>Size of the images of a batch.</summary>
    public (int Height, int Width) InBatch => Tiles?.In(Input) ?? Input;

    /// <summary>Number of samples in an epoch.</summary>
    public int CountInEpoch => Count * (Tiles?.CountIn(Image) ?? 1);

    /// <summary>Network-input pixels per full-frame pixel.</summary>
    public float PointScale(int index) => _samples[index].PointScale;

    /// <summary>Returns the source frame of a sample.</summary>
    public FrameSource Source(int index) => _samples[index].Source;

    /// <summary>Points of a sample's instances in pixels of the image.</summary>
    public ReadOnlySpan<float> Points(int index) => _samples[index].Points;

    /// <param name="pixels">Gray or RGB, row by row, channels interleaved.</param>
    /// <param name="points">x and y of each node of each instance in pixels of the image, NaN = missing.</param>
    /// <param name="classes">Class of each instance, −1 = none.</param>
    /// <param name="pointScale">Network-input pixels per full-frame pixel.</param>
    /// <param name="source">The source frame.</param>
    public void Add(byte[] pixels, float[] points, int[] classes, float pointScale, FrameSource source) =>
        _samples.Add(new(Cache.Add(pixels), points, classes, pointScale, source));

    /// <summary>
    /// Returns the indices of the samples, balanced by class: if each sample has one instance with a class, samples of
    /// rare classes are repeated until they are as frequent as those of the most frequent class.
    /// </summary>
    public IReadOnlyList<int> Balanced()
    {
        int[] all = [.. Enumerable.Range(0, Count)];
        var classes = all.GroupBy(index => _samples[index].Classes is [var one] ? one : -1)
            .ToDictionary(group => group.Key, group => group.ToArray());
        var most = classes.Where(group => group.Key >= 0).Select(group => group.Value.Length).DefaultIfEmpty(0).Max();
        return
        [
            .. all,
            .. classes
                .Where(group => group.Key >= 0)
                .SelectMany(group =>
                    Enumerable.Range(0, most - group.Value.Length).Select(i => group.Value[i % group.Value.Length])
                ),
        ];
    }

    /// <summary>
    /// Returns the labels of some samples; instances are padded with missing ones to the maximum number in a sample.
    /// </summary>
    public (float[] Points, long[] Classes) Labels(ReadOnlySpan<int> indices)
    {
        var instances = Math.Max(1, _samples.Max(sample => sample.Classes.Length));
        var nodes = Skeleton.Nodes.Length;
        var points = InstanceArray.Missing(indices.Length * instances * nodes * 2);
        var classes = new long[indices.Length * instances];
        Array.Fill(classes, -1);
        for (var i = 0; i < indices.Length; i++)
        {
            var sample = _samples[indices[i]];
            sample.Points.CopyTo(points, i * instances * nodes * 2);
            for (var instance = 0; instance < sample.Classes.Length; instance++)
                classes[i * instances + instance] = sample.Classes[instance];
        }
        return (points, classes);
    }

    /// <summary>Returns the augmented batch, on the CPU; the caller's dispose scope owns it.</summary>
    public TrainingBatch Batch(ReadOnlySpan<int> indices, Augmenter augmenter, Random random)
    {
        using var scope = NewDisposeScope();
        var (points, classes) = Labels(indices);
        Tensor images;
        if (Tiles is null)
        {
            var whole = new byte[indices.Length][];
            for (var i = 0; i < whole.Length; i++)
                whole[i] = Cache.Read(_samples[indices[i]].Pixels);
            images = augmenter.Apply(
                NetworkInput.FromBytes(whole, Image.Height, Image.Width, Channels),
                points,
                random,
                Input
            );
        }
        else
        {
            images = TileImages(Tiles, indices, points, augmenter, random);
            (points, classes) = WithoutFar(points, classes, indices.Length);
        }

        var instances = classes.Length / indices.Length;
        return new TrainingBatch(
            ChannelsLast.Convert(images).MoveToOuterDisposeScope(),
            tensor(points, indices.Length, instances, Skeleton.Nodes.Length, 2).MoveToOuterDisposeScope(),
            tensor(classes, new long[] { indices.Length, instances }).MoveToOuterDisposeScope()
        );
    }

    // Only the part of each image that its tile can show, however it is turned and scaled, becomes a tensor.
    private Tensor TileImages(
        TrainingTileOptions tiles,
        ReadOnlySpan<int> indices,
        Span<float> points,
        Augmenter augmenter,
        Random random
    )
    {
        var size = InBatch;
        var reach = augmenter.Reach(size);
        var (height, width) = (Math.Min(reach, Image.Height), Math.Min(reach, Image.Width));
        var (parts, centers) = (new byte[indices.Length][], new (float X, float Y)[indices.Length]);
        var each = points.Length / indices.Length;
        for (var i = 0; i < indices.Length; i++)
        {
            var own = points.Slice(i * each, each);
            var (x, y) = tiles.DrawCenter(own, Image, random);
            var (left, top) = (Start(x, width, Image.Width), Start(y, height, Image.Height));
            parts[i] = Part(Cache.Read(_samples[indices[i]].Pixels), left, top, height, width);
            centers[i] = (x - left, y - top);
            for (var at = 0; at < each; at += 2)
                (own[at], own[at + 1]) = (own[at] - left, own[at + 1] - top);
        }
        return augmenter.Apply(NetworkInput.FromBytes(parts, height, width, Channels), points, random, size, centers);

        static int Start(float center, int side, int length) =>
            Math.Clamp((int)MathF.Round(center - (side - 1) / 2f), 0, length - side);
    }

    private byte[] Part(byte[] image, int left, int top, int height, int width)
    {
        if (height == Image.Height && width == Image.Width)
            return image;
        var channels = image.Length / (Image.Height * Image.Width);
        var part = new byte[height * width * channels];
        for (var row = 0; row < height; row++)
        {
            image
                .AsSpan(((top + row) * Image.Width + left) * channels, width * channels)
                .CopyTo(part.AsSpan(row * width * channels));
        }
        return part;
    }

    // Targets take time for each instance. One without a node within half a tile of its tile is left out.
    private (float[] Points, long[] Classes) WithoutFar(float[] points, long[] classes, int count)
    {
        var tile = InBatch;
        var (instances, each) = (classes.Length / count, 2 * Skeleton.Nodes.Length);
        int[][] near =
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => Enumerable.Range(i * instances, instances).Where(IsNear).ToArray()),
        ];
        var most = Math.Max(1, near.Max(own => own.Length));
        var (kept, keptClasses) = (InstanceArray.Missing(count * most * each), new long[count * most]);
        Array.Fill(keptClasses, -1);
        for (var i = 0; i < count; i++)
        {
            foreach (var (place, instance) in near[i].Index())
            {
                points.AsSpan(instance * each, each).CopyTo(kept.AsSpan((i * most + place) * each));
                keptClasses[i * most + place] = classes[instance];
            }
        }
        return (kept, keptClasses);

        bool IsNear(int instance)
        {
            for (var at = instance * each; at < (instance + 1) * each; at += 2)
            {
                if (
                    Math.Abs(points[at] - tile.Width / 2f) < tile.Width
                    && Math.Abs(points[at + 1] - tile.Height / 2f) < tile.Height
                )
                {
                    return true;
                }
            }
            return false;
        }
    }

    private sealed record Sample(
        SampleCache.Picture Pixels,
        float[] Points,
        int[] Classes,
        float PointScale,
        FrameSource Source
    );
}
