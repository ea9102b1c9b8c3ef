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
