using System.Diagnostics;
using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>The training loop: steps, validation after each epoch, the best weights kept, progress told.</summary>
/// <param name="name">What progress calls the model.</param>
/// <param name="options">How it is trained.</param>
/// <param name="augmenter">Changes the training samples.</param>
/// <param name="seed">Of the order and the changes.</param>
/// <param name="channel">Where messages go.</param>
internal sealed class Trainer(string name, TrainerOptions options, Augmenter augmenter, int seed, IChannel channel)
{
    private readonly Device _device = TorchDevice.Of(options.Device);

    /// <summary>Trains <paramref name="model"/>'s network and returns the best weights, on the training device.</summary>
    public PoseNetwork Run(PoseModel model, TrainingSamples train, TrainingSamples validation)
    {
        var network = model.Network;
        network.to(_device);
        network.UseChannelsLast();
        network.Precision = options.Precision == Precision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        var stepsPerEpoch = options.StepsPerEpoch ?? (train.Count + options.BatchSize - 1) / options.BatchSize;
        var total = options.Epochs * stepsPerEpoch;
        var rate = options.Schedule.Start(total, options.LearningRate);
        using var optimizer = CreateOptimizer(network);
        var averaged = model.CreateNetwork();
        averaged.to(_device);
        averaged.UseChannelsLast();
        averaged.Precision = network.Precision;
        using var average = new WeightAverage(network, averaged, options.AverageDecay ?? 0);
        var best = new BestWeights(model.CreateNetwork().to(_device));
        using var feed = new BatchFeed(train, augmenter, options.BatchSize, total, seed);
        var clock = Stopwatch.StartNew();
        for (var epoch = 0; epoch < options.Epochs; epoch++)
        {
            var begun = clock.Elapsed;
            var (loss, steps) = Epoch(model, feed, optimizer, average, rate, epoch * stepsPerEpoch, stepsPerEpoch);
            var speed = steps / (clock.Elapsed - begun).TotalSeconds;
            if (steps < stepsPerEpoch && !best.Exists) options.CancellationToken.ThrowIfCancellationRequested();
            var (validationLoss, error) = Validate(model, average.Network, validation);
            var isBest = best.Offer(average.Network, validationLoss);
            var rest = clock.Elapsed / (epoch + 1) * (options.Epochs - epoch - 1);
            Report(new(name, epoch + 1, options.Epochs, epoch * stepsPerEpoch + steps, loss, validationLoss, error, rate(epoch * stepsPerEpoch + steps - 1), isBest, speed, clock.Elapsed, rest));
            if (rate.Target is LearningRateSchedule.ReduceOnPlateau.State plateau) plateau.Validated(validationLoss);
            if (options.CancellationToken.IsCancellationRequested)
            {
                channel.Warning(MessageSensitivity.None, "Training was cancelled in epoch {0}; the weights of epoch {1} are kept.", epoch + 1, best.Epoch);
                break;
            }
            if (!double.IsFinite(loss)) { Diverged(best, epoch); break; }
            if (best.EpochsSince >= options.EarlyStoppingPatience)
            {
                channel.Info(MessageSensitivity.None, "Training ended early: no lower validation loss for {0} epochs.", best.EpochsSince);
                break;
            }
        }
        return best.Network;
    }

    private (double Loss, int Steps) Epoch(PoseModel model, BatchFeed feed, optim.Optimizer optimizer, WeightAverage average, Func<int, double> rate, int first, int steps)
    {
        model.Network.train();
        using var sum = zeros(1, null, _device);
        var done = 0;
        for (; done < steps && !options.CancellationToken.IsCancellationRequested; done++)
        {
            using var scope = NewDisposeScope();
            foreach (var group in optimizer.ParamGroups) group.LearningRate = rate(first + done);
            var batch = feed.Next().To(_device);
            optimizer.zero_grad();
            var loss = model.Loss(model.Network.call(batch.Images), batch);
            loss.backward();
            if (options.GradientClipNorm is { } norm) nn.utils.clip_grad_norm_(model.Network.parameters(), norm);
            optimizer.step();
            average.Update();
            sum.add_(loss.detach()); // read once an epoch: reading each loss would wait for the device each step
        }
        return (sum.item<float>() / Math.Max(done, 1), done);
    }

    private (double Loss, double Error) Validate(PoseModel model, PoseNetwork network, TrainingSamples samples)
    {
        network.eval();
        using var noGrad = no_grad();
        var (lossSum, errorSum, nodes) = (0.0, 0.0, 0);
        for (var start = 0; start < samples.Count; start += options.BatchSize)
        {
            using var scope = NewDisposeScope();
            int[] indices = [.. Enumerable.Range(start, Math.Min(options.BatchSize, samples.Count - start))];
            var batch = samples.Batch(indices, Augmenter.None, Random.Shared).To(_device); // nothing is drawn
            var outputs = network.call(batch.Images);
            lossSum += model.Loss(outputs, batch).item<float>() * indices.Length;
            var distances = model.Nearest(outputs, batch.Points).sub(batch.Points).square().sum(-1).sqrt().cpu().data<float>().ToArray();
            for (var i = 0; i < distances.Length; i++)
            {
                if (float.IsNaN(distances[i])) continue; // not labelled, or nothing seen anywhere
                errorSum += distances[i] / samples.PointScale(indices[i / (distances.Length / indices.Length)]);
                nodes++;
            }
        }
        return (lossSum / samples.Count, nodes == 0 ? double.NaN : errorSum / nodes);
    }

    private optim.Optimizer CreateOptimizer(PoseNetwork network) => options.Optimizer switch
    {
        Optimizer.AdamW => optim.AdamW(network.parameters(), options.LearningRate, 0.9, 0.999, 1e-8, options.WeightDecay),
        _ => optim.Adam(network.parameters(), options.LearningRate),
    };

    private void Report(TrainingProgress progress)
    {
        channel.Info(MessageSensitivity.None, "{0}", progress.ToString());
        options.Progress?.Report(progress);
    }

    private void Diverged(BestWeights best, int epoch)
    {
        var message = $"The training loss is no longer a number in epoch {epoch + 1}: the learning rate ({options.LearningRate}) is too high for these frames. Lower Training.LearningRate, or set Training.GradientClipNorm.";
        if (!best.Exists) throw new InvalidOperationException(message);
        channel.Warning(MessageSensitivity.None, "{0} The weights of epoch {1} are kept.", message, best.Epoch);
    }

    /// <summary>The weights with the lowest validation loss so far.</summary>
    private sealed class BestWeights(PoseNetwork network)
    {
        private double _loss = double.PositiveInfinity;
        private int _offered;

        public PoseNetwork Network => network;
        public bool Exists => Epoch > 0;
        public int Epoch { get; private set; }
        public int EpochsSince => _offered - Epoch;

        public bool Offer(PoseNetwork candidate, double loss)
        {
            _offered++;
            if (!(loss < _loss)) return false;
            (_loss, Epoch) = (loss, _offered);
            using var noGrad = no_grad();
            foreach (var (to, from) in network.parameters().Zip(candidate.parameters())) to.copy_(from);
            return true;
        }
    }
}
