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
        var stepsPerEpoch = options.StepsPerEpoch ?? (train.Count + options.BatchSize - 1) / options.BatchSize;
        var total = options.Epochs * stepsPerEpoch;
        using var state = new TrainingState(model, options, _device, total);
        var terms = new RunTerms { Model = name, Seed = seed, BatchSize = options.BatchSize, StepsPerEpoch = stepsPerEpoch, TrainingSamples = train.Count, ValidationSamples = validation.Count };
        var folder = Open(state, terms);
        var order = new SampleOrder(train.Balanced(), options.BatchSize, seed);
        using var feed = new BatchFeed(train, order, augmenter, state.Epoch * stepsPerEpoch, total);
        var (clock, begunAt) = (Stopwatch.StartNew(), state.Epoch);
        while (state.Epoch < options.Epochs)
        {
            var begun = clock.Elapsed;
            var first = state.Epoch * stepsPerEpoch;
            var (losses, steps) = Epoch(model, feed, state, first, stepsPerEpoch);
            var speed = steps / (clock.Elapsed - begun).TotalSeconds;
            if (steps < stepsPerEpoch && !state.Best.Exists) options.CancellationToken.ThrowIfCancellationRequested();
            if (Array.FindIndex(losses, loss => !float.IsFinite(loss)) is >= 0 and var bad)
            {
                Diverged(state, first + bad, new SampleOrder(train.Balanced(), options.BatchSize, seed).Of(first + bad));
                break;
            }
            var (validationLoss, error) = Validate(model, state.Average.Network, validation);
            var isBest = state.Best.Offer(state.Average.Network, validationLoss);
            state.Epoch++;
            var rest = clock.Elapsed / (state.Epoch - begunAt) * (options.Epochs - state.Epoch);
            Report(new(name, state.Epoch, options.Epochs, first + steps, losses.DefaultIfEmpty(float.NaN).Average(), validationLoss, error, state.Rate.At(first + steps - 1), isBest, speed, clock.Elapsed, rest), folder);
            state.Rate.Validated(validationLoss);
            if (options.CancellationToken.IsCancellationRequested)
            {
                // An epoch cut short is not kept: going on starts it anew, and comes to the same end as without the interruption.
                channel.Warning(MessageSensitivity.None, "Training was cancelled in epoch {0}; the weights of epoch {1} are kept.", state.Epoch, state.Best.Epoch);
                if (steps == stepsPerEpoch) folder?.Save(terms, state);
                break;
            }
            folder?.Save(terms, state);
            if (state.Best.EpochsSince >= options.EarlyStoppingPatience)
            {
                channel.Info(MessageSensitivity.None, "Training ended early: no lower validation loss for {0} epochs.", state.Best.EpochsSince);
                break;
            }
        }
        return state.Best.Network;
    }

    private RunFolder? Open(TrainingState state, RunTerms terms)
    {
        if (options.RunFolder is null) return null;
        var folder = new RunFolder(Path.Combine(options.RunFolder, name), options.Resume);
        folder.RequireRoom(state.Network);
        if (options.Resume && folder.Load(terms, state)) channel.Info(MessageSensitivity.None, "Going on after epoch {0} of the training in '{1}'.", state.Epoch, folder.CheckpointPath);
        return folder;
    }

    private (float[] Losses, int Steps) Epoch(PoseModel model, BatchFeed feed, TrainingState state, int first, int steps)
    {
        state.Network.train();
        using var losses = zeros(steps, null, _device);
        var done = 0;
        for (; done < steps && !options.CancellationToken.IsCancellationRequested; done++)
        {
            using var scope = NewDisposeScope();
            foreach (var group in state.Optimizer.ParamGroups) group.LearningRate = state.Rate.At(first + done);
            var batch = feed.Next().To(_device);
            state.Optimizer.zero_grad();
            var loss = model.Loss(state.Network.call(batch.Images), batch);
            loss.backward();
            if (options.GradientClipNorm is { } norm) nn.utils.clip_grad_norm_(state.Network.parameters(), norm);
            state.Optimizer.step();
            state.Average.Update();
            losses[done] = loss.detach(); // read once an epoch: reading each loss would wait for the device each step
        }
        return (losses.cpu().data<float>().ToArray()[..done], done);
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

    private void Report(TrainingProgress progress, RunFolder? folder)
    {
        channel.Info(MessageSensitivity.None, "{0}", progress.ToString());
        folder?.Report(progress);
        options.Progress?.Report(progress);
    }

    private void Diverged(TrainingState state, int step, int[] samples)
    {
        var message = $"The training loss of {name} is no longer a number in step {step + 1} (samples {string.Join(", ", samples)}), at a learning rate of {state.Rate.At(step):g3}: it is too high for these frames. Lower Training.LearningRate, or set Training.GradientClipNorm.";
        if (!state.Best.Exists) throw new InvalidOperationException(message);
        channel.Warning(MessageSensitivity.None, "{0} The weights of epoch {1} are kept.", message, state.Best.Epoch);
    }
}
