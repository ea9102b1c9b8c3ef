using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>The training loop: steps, validation after each epoch, the best weights kept, progress told.</summary>
/// <param name="name">What progress calls the model.</param>
/// <param name="options">How it is trained.</param>
/// <param name="augmenter">Changes the training samples.</param>
/// <param name="seed">Of the order and the changes.</param>
/// <param name="folder">Keeps what goes on; null: nothing does.</param>
/// <param name="report">The network's part of the run's page; null: there is none.</param>
/// <param name="channel">Where messages go.</param>
internal sealed class Trainer(
    string name,
    TrainerOptions options,
    Augmenter augmenter,
    int seed,
    RunFolder? folder,
    NetworkReport? report,
    IChannel channel
)
{
    private static readonly TimeSpan BetweenReports = TimeSpan.FromSeconds(0.5);
    private readonly Device _device = TorchDevice.Of(options.Device);
    private readonly IProgress<TrainingStep>? _live = options.Progress as IProgress<TrainingStep>;
    private readonly Stopwatch _clock = new();
    private TimeSpan _before;
    private int _begunAt;
    private double _lastError = double.NaN;

    /// <summary>
    /// Trains <paramref name="model"/>'s network and returns the best weights, on the training device.
    /// </summary>
    public PoseNetwork Run(PoseModel model, TrainingSamples train, TrainingSamples validation)
    {
        var stepsPerEpoch = options.StepsPerEpoch ?? (train.Count + options.BatchSize - 1) / options.BatchSize;
        var total = options.Epochs * stepsPerEpoch;
        using var state = new TrainingState(model, options, _device, PrecisionFor(model.Network.Backbone), total);
        var terms = new RunTerms
        {
            Model = name,
            Seed = seed,
            Optimizer = NetworkOptimizer.Of(options.Optimizer, model.Network.Backbone).ToString(),
            BatchSize = options.BatchSize,
            StepsPerEpoch = stepsPerEpoch,
            TrainingSamples = train.Count,
            ValidationSamples = validation.Count,
        };
        folder?.RequireRoom(state.Network);
        if (options.Resume && folder is not null && folder.Load(terms, state))
            Continue(model, state, validation);
        var order = new SampleOrder(train.Balanced(), options.BatchSize, seed);
        using var feed = new BatchFeed(
            train,
            order,
            augmenter,
            state.Epoch * stepsPerEpoch,
            total,
            BatchFeed.MakersFor(_device)
        );
        (_before, _begunAt) = (state.Elapsed, state.Epoch);
        _clock.Start();
        var isLast = ShouldStopEarly(model, state); // it ended so before
        while (!isLast && state.Epoch < options.Epochs)
        {
            var first = state.Epoch * stepsPerEpoch;
            var (losses, speed) = Epoch(model, feed, state, first, stepsPerEpoch);
            var isWhole = losses.Length == stepsPerEpoch;
            if (!isWhole && !state.Best.Exists)
                options.CancellationToken.ThrowIfCancellationRequested();
            if (losses.Length == 0)
                break;
            if (Array.FindIndex(losses, loss => !float.IsFinite(loss)) is >= 0 and var bad)
            {
                Diverged(
                    state,
                    first + bad,
                    new SampleOrder(train.Balanced(), options.BatchSize, seed).Of(first + bad)
                );
                break;
            }
            isLast = EndEpoch(model, state, validation, losses, first, speed);
            // An epoch cut short is not kept: going on starts it anew, and comes to the same end as without the
            // interruption.
            if (isWhole)
                folder?.Save(terms, state);
        }
        if (options.CancellationToken.IsCancellationRequested)
        {
            channel.Warning(
                MessageSensitivity.None,
                "The training of {0} was cancelled in epoch {1}; the weights of epoch {2} are kept.",
                name,
                state.Epoch,
                state.Best.Epoch
            );
        }

        return state.Best.Network;
    }

    private void Continue(PoseModel model, TrainingState state, TrainingSamples validation)
    {
        channel.Info(
            MessageSensitivity.None,
            "Going on after epoch {0} of the training in '{1}'.",
            state.Epoch,
            folder!.CheckpointPath
        );
        _lastError = folder.History.LastOrDefault()?.ValidationError ?? double.NaN;
        if (report is null || !state.Best.Exists)
            return;
        report.Worst(validation, Validate(model, state.Best.Network, validation).Samples);
        report.Write();
    }

    /// <summary>Validates, tells of it, and says whether training ends here.</summary>
    private bool EndEpoch(
        PoseModel model,
        TrainingState state,
        TrainingSamples validation,
        float[] losses,
        int first,
        double speed
    )
    {
        var (loss, error, names, samples) = Validate(model, state.Average.Network, validation);
        var isBest = state.Best.Offer(state.Average.Network, loss);
        state.Epoch++;
        state.Elapsed = _before + _clock.Elapsed;
        _lastError = error;
        var stopsEarly = ShouldStopEarly(model, state);
        var rest = _clock.Elapsed / (state.Epoch - _begunAt) * (options.Epochs - state.Epoch);
        var progress = new TrainingProgress(
            name,
            state.Epoch,
            options.Epochs,
            first + losses.Length,
            losses.DefaultIfEmpty(float.NaN).Average(),
            loss,
            error,
            state.Rate.At(first + losses.Length - 1),
            isBest,
            speed,
            state.Elapsed,
            rest,
            stopsEarly || state.Epoch == options.Epochs || options.CancellationToken.IsCancellationRequested,
            names
        );
        channel.Info(MessageSensitivity.None, "{0}", progress.ToString());
        folder?.Report(progress);
        if (isBest)
            report?.Worst(validation, samples);
        report?.Write();
        options.Progress?.Report(progress);
        if (EpochsOfWholeLoss(model, state) > 0)
            state.Rate.Validated(loss);
        if (stopsEarly)
        {
            channel.Info(
                MessageSensitivity.None,
                "Training ended early: no lower validation loss for {0} epochs.",
                state.Best.EpochsSince
            );
        }

        return progress.IsLast || options.CancellationToken.IsCancellationRequested;
    }

    private bool ShouldStopEarly(PoseModel model, TrainingState state) =>
        Math.Min(state.Best.EpochsSince, EpochsOfWholeLoss(model, state)) >= options.EarlyStoppingPatience;

    private int EpochsOfWholeLoss(PoseModel model, TrainingState state) =>
        state.Epoch - (int)Math.Ceiling(model.FullLossFrom * options.Epochs);

    private ScalarType PrecisionFor(BackboneOptions backbone) =>
        options.Precision == Precision.BFloat16
        || (options.Precision == Precision.Auto && BFloat16Support.Pays(backbone, _device))
            ? ScalarType.BFloat16
            : ScalarType.Float32;

    private (float[] Losses, double StepsPerSecond) Epoch(
        PoseModel model,
        BatchFeed feed,
        TrainingState state,
        int first,
        int steps
    )
    {
        state.Network.train();
        var (begun, told) = (_clock.Elapsed, _clock.Elapsed);
        using var losses = zeros(steps, null, _device);
        var done = 0;
        while (done < steps && !options.CancellationToken.IsCancellationRequested)
        {
            using var scope = NewDisposeScope();
            var batch = feed.Next().To(_device) with
            {
                NegativeWeight = options.NegativeWeight,
                Progress = (first + done) / (double)(options.Epochs * steps),
            };
            state.Network.zero_grad(false);
            var loss = model.Loss(state.Network.call(batch.Images), batch);
            loss.backward();
            if (options.GradientClipNorm is { } norm)
                nn.utils.clip_grad_norm_(state.Network.parameters(), norm);
            state.Optimizer.Step(state.Rate.At(first + done));
            state.Average.Update();
            losses[done++] = loss.detach(); // not read here: reading each loss would wait for the device each step
            if (_live is null || _clock.Elapsed - told < BetweenReports)
                continue;
            told = _clock.Elapsed;
            Tell(state, losses.narrow(0, 0, done).mean().item<float>(), first, done, steps, begun);
        }
        var values = losses.Values<float>()[..done];
        return (values, done / (_clock.Elapsed - begun).TotalSeconds);
    }

    private void Tell(TrainingState state, double loss, int first, int done, int steps, TimeSpan begun)
    {
        var epochs = state.Epoch - _begunAt + (double)done / steps;
        var rest = _clock.Elapsed / epochs * (options.Epochs - _begunAt - epochs);
        _live!.Report(
            new(
                name,
                state.Epoch + 1,
                options.Epochs,
                done,
                steps,
                loss,
                _lastError,
                state.Rate.At(first + done - 1),
                done / (_clock.Elapsed - begun).TotalSeconds,
                _before + _clock.Elapsed,
                rest
            )
        );
    }

    private (double Loss, double Error, double Names, IReadOnlyList<SampleError> Samples) Validate(
        PoseModel model,
        PoseNetwork network,
        TrainingSamples samples
    )
    {
        network.eval();
        using var noGrad = no_grad();
        var (lossSum, names, errors) = (0.0, new List<float>(), new List<SampleError>());
        for (var start = 0; start < samples.Count; start += options.BatchSize)
        {
            using var scope = NewDisposeScope();
            int[] indices = [.. Enumerable.Range(start, Math.Min(options.BatchSize, samples.Count - start))];
            var batch = samples.Batch(indices, Augmenter.None, Random.Shared).To(_device); // nothing is drawn
            var outputs = network.call(batch.Images);
            lossSum += model.Loss(outputs, batch).item<float>() * indices.Length;
            if (model.CorrectClasses(outputs, batch) is { } right)
                names.AddRange(right.Values<float>().Where(name => !float.IsNaN(name)));
            var nearest = model.Nearest(outputs, batch.Points);
            var distances = nearest.sub(batch.Points).square().sum(-1).sqrt().Values<float>();
            var (seen, labels) = (nearest.Values<float>(), batch.Points.Values<float>());
            var each = distances.Length / indices.Length;
            for (var i = 0; i < indices.Length; i++)
            {
                errors.Add(
                    SampleError.Of(
                        indices[i],
                        samples.PointScale(indices[i]),
                        distances.AsSpan(i * each, each),
                        seen.AsSpan(2 * i * each, 2 * each),
                        labels.AsSpan(2 * i * each, 2 * each)
                    )
                );
            }
        }
        var nodes = errors.Sum(sample => sample.Seen);
        return (
            lossSum / samples.Count,
            nodes == 0 ? double.NaN : errors.Sum(sample => sample.Sum) / nodes,
            names.Count == 0 ? double.NaN : names.Average(),
            errors
        );
    }

    private void Diverged(TrainingState state, int step, int[] samples)
    {
        var message =
            $"The training loss of {name} is no longer a number in step {step + 1} (samples "
            + $"{string.Join(", ", samples)}), at a learning rate of {state.Rate.At(step):g3}: it is too high for "
            + $"these frames. Lower Training.LearningRate, or set Training.GradientClipNorm.";
        if (!state.Best.Exists)
            throw new InvalidOperationException(message);
        channel.Warning(MessageSensitivity.None, "{0} The weights of epoch {1} are kept.", message, state.Best.Epoch);
    }
}

/// <summary>Where training stands within an epoch; told about twice a second.</summary>
/// <param name="Model">Which network is trained, as <see cref="TrainingProgress.Model"/>.</param>
/// <param name="Epoch">The epoch that goes on, counted from 1.</param>
/// <param name="Epochs">Epochs at most.</param>
/// <param name="Step">Optimizer steps of this epoch so far.</param>
/// <param name="StepsPerEpoch">Optimizer steps of an epoch.</param>
/// <param name="Loss">Mean loss of this epoch's steps so far.</param>
/// <param name="ValidationError">That of the epoch before, see <see cref="TrainingProgress.ValidationError"/>; NaN in
/// the first one.</param>
/// <param name="LearningRate">Rate of the last step.</param>
/// <param name="StepsPerSecond">Optimizer steps a second in this epoch.</param>
/// <param name="Elapsed">Time since the first step, earlier parts of a resumed run included.</param>
/// <param name="Remaining">Time to the last epoch at the speed so far.</param>
public sealed record TrainingStep(
    string Model,
    int Epoch,
    int Epochs,
    int Step,
    int StepsPerEpoch,
    double Loss,
    double ValidationError,
    double LearningRate,
    double StepsPerSecond,
    TimeSpan Elapsed,
    TimeSpan Remaining
)
{
    /// <summary>One line: epoch, step, loss, validation error in pixels, learning rate, speed and time left.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Model}  epoch {Epoch, 3}/{Epochs}  step {Step, 3}/{StepsPerEpoch}  loss {Loss:0.00000}  error "
                + $"{ValidationError, 6:0.00} px  lr {LearningRate:0.0e-0}  {StepsPerSecond:0.0} steps/s  ETA "
                + $"{TrainingProgress.Clock(Remaining)}"
        );
}

/// <summary>How far off a network is on one validation sample.</summary>
/// <param name="Sample">Its index.</param>
/// <param name="Labeled">Labeled nodes of its animals.</param>
/// <param name="Seen">Those of them that the network sees somewhere.</param>
/// <param name="Sum">Sum of their distances in full-frame pixels.</param>
/// <param name="Nearest">Where each node is seen, in pixels of the network input; NaN = nowhere, or not
/// labeled.</param>
internal sealed record SampleError(int Sample, int Labeled, int Seen, double Sum, float[] Nearest)
{
    // What a node that is seen nowhere counts as when samples are ranked, in pixels.
    private const double MissedNodeError = 50;

    /// <summary>Mean distance of the nodes that are seen, pixels; NaN when none is.</summary>
    public double Mean => Seen == 0 ? double.NaN : Sum / Seen;

    /// <summary>Mean distance of all labeled nodes, those not seen at a price.</summary>
    public double ErrorWithMisses => Labeled == 0 ? 0 : (Sum + MissedNodeError * (Labeled - Seen)) / Labeled;

    /// <param name="sample">Its index.</param>
    /// <param name="scale">Pixels of the network input in one of the frame.</param>
    /// <param name="distances">Of each node in pixels of the input, NaN = not seen or not labeled.</param>
    /// <param name="nearest">x and y where each node is seen.</param>
    /// <param name="labels">x and y of each node.</param>
    public static SampleError Of(
        int sample,
        float scale,
        ReadOnlySpan<float> distances,
        ReadOnlySpan<float> nearest,
        ReadOnlySpan<float> labels
    )
    {
        var (labeled, seen, sum) = (0, 0, 0.0);
        for (var i = 0; i < distances.Length; i++)
        {
            if (!float.IsNaN(labels[2 * i]))
                labeled++;
            if (float.IsNaN(distances[i]))
                continue;
            sum += distances[i] / scale;
            seen++;
        }
        return new(sample, labeled, seen, sum, nearest.ToArray());
    }
}
