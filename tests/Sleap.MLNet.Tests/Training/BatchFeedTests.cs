using Sleap.IO;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class BatchFeedTests
{
    private const int Steps = 23;

    private static readonly AugmentationOptions All = new()
    {
        RotationMin = -180,
        RotationMax = 180,
        FlipProbability = 0.5f,
        NoiseStandardDeviation = 0.1f,
        UniformNoiseMax = 0.1f,
        EraseProbability = 0.5f,
        MixupProbability = 0.5f,
        BlurProbability = 0.5f,
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Batches_are_the_same_and_in_order_however_many_threads_make_them(int makers)
    {
        var threads = get_num_threads();
        // 7 samples in batches of 4: every other batch begins a new pass.
        using var feed = new BatchFeed(
            Samples(7),
            new SampleOrder([.. Enumerable.Range(0, 7)], 4, seed: 3),
            Augmenter(),
            2,
            Steps,
            makers
        );
        Assert.Equal(threads, get_num_threads());
        var order = new SampleOrder([.. Enumerable.Range(0, 7)], 4, seed: 3);
        for (var step = 2; step < Steps; step++)
        {
            using var scope = NewDisposeScope();
            var (expected, batch) = (Samples(7).Batch(order.Of(step), Augmenter(), order.RandomOf(step)), feed.Next());
            Assert.Equal(expected.Images.Values<float>(), batch.Images.Values<float>());
            Assert.Equal(expected.Points.Values<float>(), batch.Points.Values<float>());
        }
        Assert.Contains("no batches left", Assert.Throws<InvalidOperationException>(feed.Next).Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void What_stops_a_thread_is_said_where_its_batch_is_asked_for(int makers)
    {
        // Sample 7 is not there.
        using var feed = new BatchFeed(Samples(7), new SampleOrder([7], 4, seed: 3), Augmenter(), 0, Steps, makers);
        Assert.Throws<ArgumentOutOfRangeException>(feed.Next);
    }

    [Fact]
    public void Samples_can_come_in_their_own_order()
    {
        var order = new SampleOrder([5, 6, 7], 2, seed: 3, shuffles: false);
        Assert.Equal([5, 6, 7, 5, 6, 7], Enumerable.Range(0, 3).SelectMany(order.Of));
    }

    [Fact]
    public async Task A_feed_that_nobody_takes_from_ends_when_it_is_disposed()
    {
        var feed = new BatchFeed(Samples(7), new SampleOrder([0, 1, 2], 4, seed: 3), Augmenter(), 0, 1_000_000, 3);
        feed.Next().Images.Dispose();
        await Task.Run(feed.Dispose).WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static Augmenter Augmenter() => new(All, new Skeleton("two", ["left", "right"], [], [new Symmetry(0, 1)]));

    private static TrainingSamples Samples(int count)
    {
        var samples = new TrainingSamples((24, 32), (24, 32), 1, SpotFolder.Skeleton);
        for (var i = 0; i < count; i++)
        {
            samples.Add(
                [.. Enumerable.Range(0, samples.ByteCount).Select(k => (byte)(31 * i + 7 * k))],
                [5 + i, 6, 20, 10 + i],
                [0],
                1,
                new FrameSource("", i)
            );
        }

        return samples;
    }
}
