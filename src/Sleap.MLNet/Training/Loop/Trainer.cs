using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// The training loop: runs the steps, validates after each epoch, keeps the best weights and reports progress.
/// </summary>
/// <param name="name">Name of the network in progress messages.</param>
/// <param name="options">Options of the training.</param>
/// <param name="augmenter">Augments the training samples.</param>
/// <param name="seed">Seed of the order of samples and of the augmentation.</param>
/// <param name="folder">Stores checkpoints and log; null: nothing is stored.</param>
/// <param name="kept">Weights of epochs as files; null: none.</param>
/// <param name="report">The network's part of the run's report; null: no report.</param>
/// <param name="channel">Receives messages.</param>
internal sealed class Trainer(
    string name,
    TrainerOptions options,
    Augmenter augmenter,
    int seed,
    RunFolder? folder,
    KeptWeights? kept,
    NetworkReport? report,
    IChannel channel
)
{
    private static readonly TimeSpan BetweenReports = TimeSpan.FromSeconds(0.5);
    private readonly Device _device = TorchDevice.Of(options.Device);
    private readonly IProgress<TrainingStep>? _live = options.Progress as IProgress<TrainingStep>;
    private readonly Stopwatch _clock = new();
    private TimeSpan _elapsedBefore;
    private int _firstEpoch;
    private double _lastError = double.NaN;

    /// <summary>
    /// Trains the network of <paramref name="model"/> and returns the best weights, on the training device.
    /// </summary>
    public PoseNetwork Run(PoseModel model, TrainingSamples train, TrainingSamples validation)
    {
        var stepsPerEpoch = options.StepsFor(train.CountInEpoch);
        var total = options.Epochs * stepsPerEpoch;
        using var state = new TrainingState(model, options, _device, PrecisionFor(model.Network.Backbone), total);
        if (options.Start is not null && state.Network.IsNormalized)
        {
            using var scope = NewDisposeScope();
            int[] first = [.. Enumerable.Range(0, Math.Min(train.Count, options.BatchSize))];
            state.KeepOutputs(train.Batch(first, Augmenter.None, new Random(seed)).To(_device).Images);
        }

        var terms = new RunTerms
        {
            Model = name,
            Seed = seed,
            Optimizer = NetworkOptimizer.Of(options.Optimizer, model.Network.Backbone).ToString(),
            BatchSize = options.BatchSize,
            StepsPerEpoch = stepsPerEpoch,
            TrainingSamples = train.Count,
            ValidationSamples = validation.Count,
            Normalization = (state.Network.IsNormalized ? Normalization.Batch : Normalization.None).ToString(),
            Start = options.Start?.Term,
            Order = options.Shuffles ? null : "as in the labels",
            Tiles = train.Tiles?.Term,
        };
        folder?.RequireRoom(state.Network, kept?.MaxFiles ?? 0);
        if (options.Resume && folder is not null && folder.Load(terms, state))
            ReportResumed(model, state, validation);
        var order = new SampleOrder(train.Balanced(), options.BatchSize, seed, options.Shuffles);
        using var feed = new BatchFeed(
            train,
            order,
            augmenter,
            state.Epoch * stepsPerEpoch,
            total,
            BatchFeed.MakersFor(_device)
        );
        (_elapsedBefore, _firstEpoch) = (state.Elapsed, state.Epoch);
        _clock.Start();
        // Weights of an earlier model are kept if no epoch gives better ones.
        if (state.Epoch == 0 && options.Start is { Backbone: not null } or { Heads: not null })
            Judge(model, state, validation, double.NaN, 0, 0, double.NaN);
        var isLast = ShouldStopEarly(model, state); // the resumed run had stopped early
        while (!isLast && state.Epoch < options.Epochs)
        {
            var first = state.Epoch * stepsPerEpoch;
            var (losses, speed) = Epoch(model, feed, state, first, stepsPerEpoch);
            var isComplete = losses.Length == stepsPerEpoch;
            if (!isComplete && !state.Best.Exists)
                options.CancellationToken.ThrowIfCancellationRequested();
            if (losses.Length == 0)
                break;
            if (Array.FindIndex(losses, loss => !float.IsFinite(loss)) is >= 0 and var bad)
            {
                HandleDivergence(
                    state,
                    first + bad,
                    new SampleOrder(train.Balanced(), options.BatchSize, seed, options.Shuffles).Of(first + bad)
                );
                break;
            }
            isLast = EndEpoch(model, state, validation, losses, first, speed);
            // No checkpoint of an incomplete epoch: resuming repeats it, with the same result as without the
            // interruption.
            if (isComplete)
                folder?.Save(terms, state);
        }
        if (options.CancellationToken.IsCancellationRequested)
        {
            channel.Warning(
                MessageSensitivity.None,
                "The training of {0} was canceled in epoch {1}; the weights of epoch {2} are kept.",
                name,
                state.Epoch,
                state.Best.Epoch
            );
        }

        return state.Best.Network;
    }

    private void ReportResumed(PoseModel model, TrainingState state, TrainingSamples validation)
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
        report.Worst(validation, Validation.Of(model, state.Best.Network, validation, options).Samples);
        report.Write();
    }

    /// <summary>Validates, reports progress and returns whether the training ends with this epoch.</summary>
    private bool EndEpoch(
        PoseModel model,
        TrainingState state,
        TrainingSamples validation,
        float[] losses,
        int first,
        double speed
    )
    {
        state.Epoch++;
        var step = first + losses.Length;
        var loss = losses.DefaultIfEmpty(float.NaN).Average();
        var progress = Judge(model, state, validation, loss, step, state.Rate.At(step - 1), speed);
        if (EpochsOfFullLoss(model, state) > 0)
            state.Rate.Validated(progress.ValidationLoss);
        if (ShouldStopEarly(model, state))
        {
            channel.Info(
                MessageSensitivity.None,
                "Training ended early: no lower validation loss for {0} epochs.",
                state.Best.EpochsWithoutGain
            );
        }

        return progress.IsLast || options.CancellationToken.IsCancellationRequested;
    }

    /// <summary>Validates the weights, keeps them if they are the best so far, and reports progress.</summary>
    private TrainingProgress Judge(
        PoseModel model,
        TrainingState state,
        TrainingSamples validation,
        double trainingLoss,
        int step,
        double rate,
        double speed
    )
    {
        var averaged = state.Averaged();
        var result = Validation.Of(model, averaged, validation, options);
        state.Elapsed = _elapsedBefore + _clock.Elapsed;
        _lastError = result.Error;
        var done = state.Epoch - _firstEpoch;
        var progress = new TrainingProgress(
            name,
            state.Epoch,
            options.Epochs,
            step,
            trainingLoss,
            result.Loss,
            result.Error,
            rate,
            IsBest: false,
            speed,
            state.Elapsed,
            done == 0 ? TimeSpan.Zero : _clock.Elapsed / done * (options.Epochs - state.Epoch),
            IsLast: false,
            result.ClassAccuracy,
            result.MeanAP,
            result.Pck
        );
        var isBest = state.Best.UpdateIfBetter(
            averaged,
            state.Epoch,
            options.Monitor.Measure(progress),
            result.Loss,
            options.EarlyStoppingMinDelta
        );
        progress = progress with
        {
            IsBest = isBest,
            IsLast =
                ShouldStopEarly(model, state)
                || state.Epoch == options.Epochs
                || options.CancellationToken.IsCancellationRequested,
        };
        channel.Info(MessageSensitivity.None, "{0}", progress.ToString());
        folder?.Report(progress);
        kept?.Update(averaged, folder!.History);
        if (isBest)
            report?.Worst(validation, result.Samples);
        report?.Write();
        options.Progress?.Report(progress);
        return progress;
    }

    private bool ShouldStopEarly(PoseModel model, TrainingState state) =>
        Math.Min(state.Best.EpochsWithoutGain, EpochsOfFullLoss(model, state)) >= options.EarlyStoppingPatience;

    private int EpochsOfFullLoss(PoseModel model, TrainingState state) =>
        state.Epoch - (int)Math.Ceiling(model.FullLossFrom * options.Epochs);

    private ScalarType PrecisionFor(BackboneOptions backbone) =>
        options.Precision == Precision.BFloat16
        || (options.Precision == Precision.Auto && BFloat16Support.IsFaster(backbone, _device, trains: true))
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
        var (start, lastReport) = (_clock.Elapsed, _clock.Elapsed);
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
                nn.utils.clip_grad_norm_(state.Network.parameters().Where(weight => weight.requires_grad), norm);
            state.Optimizer.Step(state.Rate.At(first + done));
            state.Average.Update();
            losses[done++] = loss.detach(); // not read here: reading each loss would wait for the device in each step
            if (_live is null || _clock.Elapsed - lastReport < BetweenReports)
                continue;
            lastReport = _clock.Elapsed;
            ReportStep(state, losses.narrow(0, 0, done).mean().item<float>(), first, done, steps, start);
        }
        var values = losses.Values<float>()[..done];
        return (values, done / (_clock.Elapsed - start).TotalSeconds);
    }

    private void ReportStep(TrainingState state, double loss, int first, int done, int steps, TimeSpan start)
    {
        var epochs = state.Epoch - _firstEpoch + (double)done / steps;
        var remaining = _clock.Elapsed / epochs * (options.Epochs - _firstEpoch - epochs);
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
                done / (_clock.Elapsed - start).TotalSeconds,
                _elapsedBefore + _clock.Elapsed,
                remaining
            )
        );
    }

    private void HandleDivergence(TrainingState state, int step, int[] samples)
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

/// <summary>Progress of a training within an epoch; reported about twice per second.</summary>
/// <param name="Model">The network that is trained, as in <see cref="TrainingProgress.Model"/>.</param>
/// <param name="Epoch">The current epoch, counted from 1.</param>
/// <param name="Epochs">Maximum number of epochs.</param>
/// <param name="Step">Number of completed optimizer steps in this epoch.</param>
/// <param name="StepsPerEpoch">Number of optimizer steps in an epoch.</param>
/// <param name="Loss">Mean loss of this epoch's steps so far.</param>
/// <param name="ValidationError">
/// Validation error of the previous epoch, see <see cref="TrainingProgress.ValidationError"/>; NaN in the first epoch.
/// </param>
/// <param name="LearningRate">Learning rate of the last step.</param>
/// <param name="StepsPerSecond">Optimizer steps per second in this epoch.</param>
/// <param name="Elapsed">Time since the first step, including earlier parts of a resumed run.</param>
/// <param name="Remaining">Estimated time to the last epoch at the current speed.</param>
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
    /// <summary>
    /// Returns one line: epoch, step, loss, validation error in pixels, learning rate, speed and remaining time.
    /// </summary>
    public override string ToString() => $"{Details}  ETA {TrainingProgress.Clock(Remaining)}";

    /// <summary>The line without the remaining time.</summary>
    internal string Details =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Model}  epoch {Epoch, 3}/{Epochs}  step {Step, 3}/{StepsPerEpoch}  loss {Loss:0.00000}  error "
                + $"{ValidationError, 6:0.00} px  lr {LearningRate:0.0e-0}  {StepsPerSecond:0.0} steps/s"
        );
}
