using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// Makes the next batches, augmented, on a thread of its own while the network works on this one. It is one thread also for libtorch: with a team of them beside the
/// network's own there would be more threads than cores, and those that wait for work take it from those that have some.
/// </summary>
internal sealed class BatchFeed : IDisposable
{
    private readonly BlockingCollection<TrainingBatch> _ready = new(boundedCapacity: 3);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _maker;

    /// <param name="samples">What batches are made of.</param>
    /// <param name="order">Which samples each step sees.</param>
    /// <param name="augmenter">Changes them.</param>
    /// <param name="first">The first step.</param>
    /// <param name="steps">The step after the last one.</param>
    public BatchFeed(TrainingSamples samples, SampleOrder order, Augmenter augmenter, int first, int steps)
    {
        var threads = get_num_threads();
        using var begun = new ManualResetEventSlim();
        _maker = Task.Factory.StartNew(() =>
        {
            set_num_threads(1);
            begun.Set();
            try
            {
                for (var step = first; step < steps; step++) _ready.Add(Detached(samples, order.Of(step), augmenter, order.RandomOf(step)), _stop.Token);
            }
            finally
            {
                _ready.CompleteAdding();
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        // The number is that of the thread that sets it, and of those that do not exist yet: for these it goes back to what it was.
        begun.Wait();
        set_num_threads(threads);
    }

    /// <summary>The next batch, on the CPU, owned by the caller's dispose scope.</summary>
    public TrainingBatch Next()
    {
        if (!_ready.TryTake(out var batch, Timeout.Infinite))
        {
            _maker.GetAwaiter().GetResult(); // says what stopped it
            throw new InvalidOperationException("There are no batches left.");
        }
        foreach (var part in (Tensor[])[batch.Images, batch.Points, batch.Classes]) CurrentDisposeScope?.Attach(part);
        return batch;
    }

    public void Dispose()
    {
        _stop.Cancel();
        try { _maker.Wait(); }
        catch (AggregateException stopped) when (stopped.InnerException is OperationCanceledException) { }
        foreach (var (images, points, classes) in _ready) { images.Dispose(); points.Dispose(); classes.Dispose(); }
        _ready.Dispose();
        _stop.Dispose();
    }

    private static TrainingBatch Detached(TrainingSamples samples, int[] indices, Augmenter augmenter, Random random)
    {
        using var scope = NewDisposeScope();
        var batch = samples.Batch(indices, augmenter, random);
        return new(batch.Images.DetachFromDisposeScope(), batch.Points.DetachFromDisposeScope(), batch.Classes.DetachFromDisposeScope());
    }
}
