using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Prepares the next augmented batches on background threads while the network trains on the current one. The content
/// of each batch depends only on the step.
/// </summary>
/// <remarks>
/// Each background thread uses a single libtorch thread. Otherwise there would be more threads than cores, and waiting
/// threads would take processor time from working ones.
/// </remarks>
internal sealed class BatchFeed : IDisposable
{
    private readonly BlockingCollection<TrainingBatch>[] _ready;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _makers;
    private int _taken;

    /// <param name="samples">The training samples.</param>
    /// <param name="order">The samples of each step.</param>
    /// <param name="augmenter">Augments the samples.</param>
    /// <param name="first">The first step.</param>
    /// <param name="steps">The step after the last one; exclusive.</param>
    /// <param name="makers">Number of background threads.</param>
    public BatchFeed(TrainingSamples samples, SampleOrder order, Augmenter augmenter, int first, int steps, int makers)
    {
        _ready =
        [
            .. Enumerable
                .Range(0, makers)
                .Select(_ => new BlockingCollection<TrainingBatch>(boundedCapacity: makers == 1 ? 3 : 2)),
        ];
        var threads = get_num_threads();
        using var started = new CountdownEvent(makers);
        _makers =
        [
            .. _ready.Select(
                (ready, maker) =>
                    Task.Factory.StartNew(
                        () =>
                        {
                            set_num_threads(1);
                            started.Signal();
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
        // The number applies to the thread that sets it and to threads created later; for the latter it is restored
        // here.
        started.Wait();
        set_num_threads(threads);
    }

    /// <summary>
    /// Returns the number of background threads; more when a GPU trains, since the cores are idle then.
    /// </summary>
    public static int MakersFor(Device device) =>
        device.type == DeviceType.CPU ? 1 : Math.Clamp(Environment.ProcessorCount / 2, 1, 8);

    /// <summary>Returns the next batch, on the CPU, owned by the caller's dispose scope.</summary>
    public TrainingBatch Next()
    {
        var maker = _taken++ % _makers.Length;
        if (!_ready[maker].TryTake(out var batch, Timeout.Infinite))
        {
            _makers[maker].GetAwaiter().GetResult(); // throws the exception that stopped the thread
            throw new InvalidOperationException("There are no batches left.");
        }
        foreach (var part in (Tensor[])[batch.Images, batch.Points, batch.Classes])
            CurrentDisposeScope?.Attach(part);
        return batch;
    }

    public void Dispose()
    {
        _stop.Cancel();
        // An exception was thrown where its batch was requested; otherwise it no longer matters.
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

/// <summary>One batch: images, target points and classes.</summary>
/// <param name="Images">(B, C, H, W), 0 to 1, channels last. B batch, C channels.</param>
/// <param name="Points">(B, I, N, 2) of up to I instances in pixels of the images, NaN = missing. N nodes.</param>
/// <param name="Classes">(B, I) class of each instance, whole numbers, −1 = none.</param>
internal sealed record TrainingBatch(Tensor Images, Tensor Points, Tensor Classes)
{
    /// <summary>Weight in the loss of a sample without instances; one with instances has weight 1.</summary>
    public double NegativeWeight { get; init; } = 1;

    /// <summary>Completed fraction of the training, 0 to 1; 1 outside of training.</summary>
    public double Progress { get; init; } = 1;

    public int Height => (int)Images.shape[2];

    public int Width => (int)Images.shape[3];

    /// <summary>Returns the batch on a device.</summary>
    public TrainingBatch To(Device device) =>
        this with
        {
            Images = Images.to(device),
            Points = Points.to(device),
            Classes = Classes.to(device),
        };

    /// <summary>Returns the weight of each sample in the loss, (B); null: all equal.</summary>
    public Tensor? Weights()
    {
        if (NegativeWeight == 1)
            return null;
        // (B), 1 for samples without labels
        var empty = Points.isnan().to(ScalarType.Float32).amin(new long[] { 1, 2, 3 }, false);
        return empty.Mul(NegativeWeight - 1).Add(1);
    }
}

/// <summary>
/// The samples of each step and the random numbers of its augmentation. Both depend only on the seed and the step, so
/// that a resumed training gives the same result as an uninterrupted one.
/// </summary>
internal sealed class SampleOrder(IReadOnlyList<int> samples, int batchSize, int seed, bool shuffles = true)
{
    private readonly Lock _lock = new();
    private long _pass = -1;
    private int[] _order = [];

    /// <summary>Returns the samples of a step. Each sample occurs once before any sample repeats.</summary>
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

    /// <summary>Returns the random number generator for the augmentation of a step.</summary>
    public Random RandomOf(int step) => new(Mix(seed, 1, step));

    private void Shuffle(long pass)
    {
        if (pass == _pass)
            return;
        (_pass, _order) = (pass, [.. samples]);
        if (shuffles)
            new Random(Mix(seed, 0, pass)).Shuffle(_order);
    }

    // SplitMix64 (Steele, Lea and Flood 2014): consecutive numbers give unrelated seeds.
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
