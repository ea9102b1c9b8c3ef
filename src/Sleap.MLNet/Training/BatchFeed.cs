using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>Makes the next batches, augmented, on a thread of its own while the network works on this one.</summary>
internal sealed class BatchFeed : IDisposable
{
    private readonly BlockingCollection<(Tensor Images, Tensor Points)> _ready = new(boundedCapacity: 3);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _maker;

    public BatchFeed(TrainingFrames frames, Augmenter augmenter, int batchSize, int steps, int seed)
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
                    var indices = Enumerable.Range(0, batchSize).Select(_ => NextIndex(order, frames.Count, random)).ToArray();
                    _ready.Add(Make(frames, augmenter, indices, random), _stop.Token);
                }
            }
            finally
            {
                _ready.CompleteAdding();
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>(B, C, H, W) images 0..1 and (B, N, 2) points, both on the CPU, owned by the caller's dispose scope.</summary>
    public (Tensor Images, Tensor Points) Next()
    {
        if (!_ready.TryTake(out var batch, Timeout.Infinite))
        {
            _maker.GetAwaiter().GetResult(); // says what stopped it
            throw new InvalidOperationException("There are no batches left.");
        }
        CurrentDisposeScope?.Attach(batch.Images);
        CurrentDisposeScope?.Attach(batch.Points);
        return batch;
    }

    public void Dispose()
    {
        _stop.Cancel();
        try { _maker.Wait(); }
        catch (AggregateException stopped) when (stopped.InnerException is OperationCanceledException) { }
        foreach (var (images, points) in _ready) { images.Dispose(); points.Dispose(); }
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

    private static (Tensor, Tensor) Make(TrainingFrames frames, Augmenter augmenter, int[] indices, Random random)
    {
        using var scope = NewDisposeScope();
        var (images, points) = frames.Batch(indices);
        images = ChannelsLast.Convert(augmenter.Apply(images, points, random));
        var labels = tensor(points, indices.Length, points.Length / indices.Length / 2, 2);
        return (images.DetachFromDisposeScope(), labels.DetachFromDisposeScope());
    }
}
