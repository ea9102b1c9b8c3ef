using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Makes the next batches, augmented, on threads of its own while the network works on this one. Which batch comes
/// when, and what is in it, follows from the step alone. Each is one thread for libtorch too: with a team for each
/// there would be more threads than cores, and those that wait for work take it from those that have some.
/// </summary>
internal sealed class BatchFeed : IDisposable
{
    private readonly BlockingCollection<TrainingBatch>[] _ready;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _makers;
    private int _taken;

    /// <param name="samples">What batches are made of.</param>
    /// <param name="order">Which samples each step sees.</param>
    /// <param name="augmenter">Changes them.</param>
    /// <param name="first">The first step.</param>
    /// <param name="steps">The step after the last one.</param>
    /// <param name="makers">Threads.</param>
    public BatchFeed(TrainingSamples samples, SampleOrder order, Augmenter augmenter, int first, int steps, int makers)
    {
        _ready =
        [
            .. Enumerable
                .Range(0, makers)
                .Select(_ => new BlockingCollection<TrainingBatch>(boundedCapacity: makers == 1 ? 3 : 2)),
        ];
        var threads = get_num_threads();
        using var begun = new CountdownEvent(makers);
        _makers =
        [
            .. _ready.Select(
                (ready, maker) =>
                    Task.Factory.StartNew(
                        () =>
                        {
                            set_num_threads(1);
                            begun.Signal();
                            try
                            {
                                for (var step = first + maker; step < steps; step += makers)
                                {
                                    ready.Add(
                                        Detached(samples, order.Of(step), augmenter, order.RandomOf(step)),
                                        _stop.Token
                                    );
                                }
                            }
                            finally
                            {
                                ready.CompleteAdding();
                            }
                        },
                        CancellationToken.None,
                        TaskCreationOptions.LongRunning,
                        TaskScheduler.Default
                    )
            ),
        ];
        // The number is that of the thread that sets it, and of those that do not exist yet: for these it goes back to
        // what it was.
        begun.Wait();
        set_num_threads(threads);
    }

    /// <summary>How many threads feed a network: where a GPU trains, the cores have nothing else to do.</summary>
    public static int MakersFor(Device device) =>
        device.type == DeviceType.CPU ? 1 : Math.Clamp(Environment.ProcessorCount / 2, 1, 8);

    /// <summary>The next batch, on the CPU, owned by the caller's dispose scope.</summary>
    public TrainingBatch Next()
    {
        var maker = _taken++ % _makers.Length;
        if (!_ready[maker].TryTake(out var batch, Timeout.Infinite))
        {
            _makers[maker].GetAwaiter().GetResult(); // says what stopped it
            throw new InvalidOperationException("There are no batches left.");
        }
        foreach (var part in (Tensor[])[batch.Images, batch.Points, batch.Classes])
            CurrentDisposeScope?.Attach(part);
        return batch;
    }

    public void Dispose()
    {
        _stop.Cancel();
        // What stopped one has been said where its batch was asked for; else nobody wants it any more.
        foreach (var maker in _makers)
            ((IAsyncResult)maker).AsyncWaitHandle.WaitOne();
        foreach (var ready in _ready)
        {
            foreach (var (images, points, classes) in ready)
            {
                images.Dispose();
                points.Dispose();
                classes.Dispose();
            }
            ready.Dispose();
        }
        _stop.Dispose();
    }

    private static TrainingBatch Detached(TrainingSamples samples, int[] indices, Augmenter augmenter, Random random)
    {
        using var scope = NewDisposeScope();
        var batch = samples.Batch(indices, augmenter, random);
        return new(
            batch.Images.DetachFromDisposeScope(),
            batch.Points.DetachFromDisposeScope(),
            batch.Classes.DetachFromDisposeScope()
        );
    }
}

/// <summary>What a network sees in one step, and what it shall say.</summary>
/// <param name="Images">(B, C, H, W), 0..1, channels last.</param>
/// <param name="Points">(B, I, N, 2) of up to I animals in pixels of the images, NaN = missing.</param>
/// <param name="Classes">(B, I) class of each animal, whole numbers, −1 = none.</param>
internal sealed record TrainingBatch(Tensor Images, Tensor Points, Tensor Classes)
{
    /// <summary>What a sample without animals counts in the loss; one with animals counts 1.</summary>
    public double NegativeWeight { get; init; } = 1;

    /// <summary>How far the training is, 0..1; 1 outside of training.</summary>
    public double Progress { get; init; } = 1;

    public int Height => (int)Images.shape[2];

    public int Width => (int)Images.shape[3];

    /// <summary>The same on a device.</summary>
    public TrainingBatch To(Device device) =>
        this with
        {
            Images = Images.to(device),
            Points = Points.to(device),
            Classes = Classes.to(device),
        };

    /// <summary>What each sample counts in the loss, (B); null: all the same.</summary>
    public Tensor? Weights()
    {
        if (NegativeWeight == 1)
            return null;
        // (B), 1 where nothing is labeled
        var empty = Points.isnan().to(ScalarType.Float32).amin(new long[] { 1, 2, 3 }, false);
        return empty.mul(NegativeWeight - 1).add(1);
    }
}

/// <summary>
/// Which samples each step sees, and what its random changes are drawn from. All of it follows from the seed and the
/// number of the step alone, so that a training that was interrupted goes on exactly as if it had not been.
/// </summary>
internal sealed class SampleOrder(IReadOnlyList<int> samples, int batchSize, int seed)
{
    private readonly Lock _lock = new();
    private long _pass = -1;
    private int[] _order = [];

    /// <summary>The samples of a step. Each sample comes once before any comes again.</summary>
    public int[] Of(int step)
    {
        var indices = new int[batchSize];
        lock (_lock)
        {
            for (var i = 0; i < batchSize; i++)
            {
                var place = (long)step * batchSize + i;
                Shuffle(place / samples.Count);
                indices[i] = _order[place % samples.Count];
            }
        }
        return indices;
    }

    /// <summary>What the changes of a step are drawn from.</summary>
    public Random RandomOf(int step) => new(Mix(seed, 1, step));

    private void Shuffle(long pass)
    {
        if (pass == _pass)
            return;
        (_pass, _order) = (pass, [.. samples]);
        new Random(Mix(seed, 0, pass)).Shuffle(_order);
    }

    // SplitMix64 (Steele, Lea and Flood 2014): neighboring numbers give unrelated seeds.
    private static int Mix(int seed, int stream, long number)
    {
        var state =
            (ulong)(uint)seed * 0x9E3779B97F4A7C15
            + (ulong)stream * 0xD1B54A32D192ED03
            + (ulong)number * 0xBF58476D1CE4E5B9;
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB;
        return (int)((state ^ (state >> 31)) & int.MaxValue);
    }
}
