using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Makes the next batches, augmented, on a thread of its own while the network works on this one.</summary>
internal sealed class BatchFeed : IDisposable
{
    private readonly BlockingCollection<TrainingBatch> _ready = new(boundedCapacity: 3);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _maker;

    public BatchFeed(TrainingSamples samples, Augmenter augmenter, int batchSize, int steps, int seed)
    {
        // One thread, one stream of random numbers: the batches do not depend on who is faster.
        _maker = Task.Factory.StartNew(() =>
        {
            try
            {
                var random = new Random(seed);
                var order = new Queue<int>();
                for (var step = 0; step < steps; step++)
                {
                    var indices = Enumerable.Range(0, batchSize).Select(_ => NextIndex(order, samples.Count, random)).ToArray();
                    _ready.Add(Detached(samples, indices, augmenter, random), _stop.Token);
                }
            }
            finally
            {
                _ready.CompleteAdding();
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
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

    private static int NextIndex(Queue<int> order, int count, Random random)
    {
        if (order.Count == 0)
        {
            int[] shuffled = [.. Enumerable.Range(0, count)];
            random.Shuffle(shuffled);
            foreach (var index in shuffled) order.Enqueue(index);
        }
        return order.Dequeue();
    }

    private static TrainingBatch Detached(TrainingSamples samples, int[] indices, Augmenter augmenter, Random random)
    {
        using var scope = NewDisposeScope();
        var batch = samples.Batch(indices, augmenter, random);
        return new(batch.Images.DetachFromDisposeScope(), batch.Points.DetachFromDisposeScope(), batch.Classes.DetachFromDisposeScope());
    }
}
