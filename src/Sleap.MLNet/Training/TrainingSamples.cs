using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Pictures with labels, each decoded and resampled once, kept as bytes. A picture may show more than the network will
/// see: the margin that turning and shifting need.
/// </summary>
internal sealed class TrainingSamples
{
    private readonly List<Sample> _samples = [];
    private readonly int _nodes;

    /// <param name="picture">Size of the pictures.</param>
    /// <param name="input">Size of what the network sees of them, in their middle.</param>
    /// <param name="channels">1 for gray, 3 for RGB.</param>
    /// <param name="nodes">Points of an animal.</param>
    public TrainingSamples((int Height, int Width) picture, (int Height, int Width) input, int channels, int nodes) =>
        (Picture, Input, Channels, _nodes) = (picture, input, channels, nodes);

    public (int Height, int Width) Picture { get; }

    public (int Height, int Width) Input { get; }

    public int Channels { get; }

    public int ByteCount => Picture.Height * Picture.Width * Channels;

    public int Count => _samples.Count;

    /// <summary>What keeps the pictures; set before the first one is added.</summary>
    public SampleCache Cache { get; set; } = new(long.MaxValue, Path.GetTempPath());

    /// <summary>Network-input pixels in a full-frame pixel.</summary>
    public float PointScale(int index) => _samples[index].PointScale;

    /// <summary>The frame that a sample is of.</summary>
    public FrameSource Source(int index) => _samples[index].Source;

    /// <summary>Points of a sample's animals in pixels of the picture.</summary>
    public ReadOnlySpan<float> Points(int index) => _samples[index].Points;

    /// <param name="pixels"><see cref="ByteCount"/> bytes.</param>
    /// <param name="points">x and y of each node of each animal in pixels of the picture, NaN = missing.</param>
    /// <param name="classes">Class of each animal, −1 = none.</param>
    /// <param name="pointScale">Network-input pixels in a full-frame pixel.</param>
    /// <param name="source">The frame.</param>
    public void Add(byte[] pixels, float[] points, int[] classes, float pointScale, FrameSource source) =>
        _samples.Add(new(Cache.Add(pixels), points, classes, pointScale, source));

    /// <summary>
    /// The samples in the numbers that they shall be seen in: where each shows one animal and the animals are told
    /// apart, those of a rare class come as often as those of the most frequent one.
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
    /// Pictures and labels of some samples; animals are padded with missing ones to the most that a sample has.
    /// </summary>
    public (Tensor Pictures, float[] Points, long[] Classes) Take(ReadOnlySpan<int> indices)
    {
        var bytes = new byte[indices.Length * ByteCount];
        var animals = Math.Max(1, _samples.Max(sample => sample.Classes.Length));
        var points = InstanceArray.Missing(indices.Length * animals * _nodes * 2);
        var classes = new long[indices.Length * animals];
        Array.Fill(classes, -1);
        for (var i = 0; i < indices.Length; i++)
        {
            var sample = _samples[indices[i]];
            Cache.Read(sample.Pixels, bytes.AsSpan(i * ByteCount, ByteCount));
            sample.Points.CopyTo(points, i * animals * _nodes * 2);
            for (var animal = 0; animal < sample.Classes.Length; animal++)
                classes[i * animals + animal] = sample.Classes[animal];
        }
        return (
            NetworkInput.FromBytes(bytes, indices.Length, Picture.Height, Picture.Width, Channels),
            points,
            classes
        );
    }

    /// <summary>The batch that the network sees, on the CPU; the caller's dispose scope owns it.</summary>
    public TrainingBatch Batch(ReadOnlySpan<int> indices, Augmenter augmenter, Random random)
    {
        using var scope = NewDisposeScope();
        var (pictures, points, classes) = Take(indices);
        var images = ChannelsLast.Convert(augmenter.Apply(pictures, points, random, Input.Height, Input.Width));
        var animals = classes.Length / indices.Length;
        return new TrainingBatch(
            images.MoveToOuterDisposeScope(),
            tensor(points, indices.Length, animals, _nodes, 2).MoveToOuterDisposeScope(),
            tensor(classes, new long[] { indices.Length, animals }).MoveToOuterDisposeScope()
        );
    }

    private sealed record Sample(
        SampleCache.Picture Pixels,
        float[] Points,
        int[] Classes,
        float PointScale,
        FrameSource Source
    );
}
