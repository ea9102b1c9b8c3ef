using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>An estimator that trains a pose model of any type.</summary>
/// <typeparam name="TTransformer">The trained model.</typeparam>
public interface IPoseEstimator<out TTransformer> : IEstimator<TTransformer>
    where TTransformer : PoseModelTransformer
{
    /// <summary>
    /// Trains on all rows of <paramref name="input"/> and chooses the best weights by <paramref name="validation"/>. If
    /// that is null, part of the input is held out for validation.
    /// </summary>
    /// <param name="input">Rows of frames and labels.</param>
    /// <param name="validation">Validation rows, or null.</param>
    TTransformer Fit(IDataView input, IDataView? validation);

    /// <summary>
    /// Checks the options against the labels without training. <c>Fit</c> runs the same checks and writes warnings to
    /// <c>MLContext.Log</c>.
    /// </summary>
    /// <param name="input">Rows of frames and labels; one image is read, for its size.</param>
    /// <param name="validation">Validation rows, or null.</param>
    /// <returns>The findings, each with the change it suggests.</returns>
    IReadOnlyList<LintFinding> Lint(IDataView input, IDataView? validation = null);
}

/// <summary>
/// Trains the networks of a model type on labeled frames. Needs an image column and a keypoints column (full-frame
/// pixels, NaN for missing nodes), and a track column for models with classes. The trained model adds the output
/// columns of the model type and keeps all columns of its input.
/// </summary>
/// <typeparam name="TTransformer">The trained model.</typeparam>
public abstract class PoseEstimator<TTransformer> : IPoseEstimator<TTransformer>
    where TTransformer : PoseModelTransformer
{
    private readonly MLContext _context;
    private readonly PoseModelOptions _options;

    private protected PoseEstimator(MLContext context, PoseModelOptions options)
    {
        // Faults that depend on the labels are reported by Fit.
        var faults = options.Checked(PoseSubject.Placeholder);
        options.CheckTraining(faults);
        faults.Throw();
        (_context, _options) = (context, options);
    }

    // Error messages name the estimator as in the user's code: pose.TopDown(...).
    private string Name => GetType().Name.Replace("Estimator", "", StringComparison.Ordinal);

    /// <summary>Returns the columns of the input and the predicted columns.</summary>
    /// <exception cref="ArgumentException">A column is missing or has another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        var image = ColumnRule.Image.Require(inputSchema, _options.Columns.Image, Name);
        (KeypointColumns.Rule with { Expected = "a vector of Single" }).Require(
            inputSchema,
            _options.Columns.Keypoints,
            Name
        );
        if (_options.Needs.Tracks)
        {
            var track = (ColumnRule.Tracks with { Expected = "a key, or a vector of keys" }).Require(
                inputSchema,
                _options.Columns.Track,
                Name
            );
            if (!track.Annotations.Any(annotation => annotation.Name == "KeyValues"))
                throw LabeledRows.NamesNoTrack(Name, track.Name, "training");
        }
        return SchemaShapes.Append(
            inputSchema,
            _options.ColumnsFor(PoseSubject.Placeholder).OutputsFor(image.ItemType)
        );
    }

    /// <summary>
    /// Trains on all labeled rows. A part of them (<see cref="TrainerOptions.ValidationFraction"/>) is held out to
    /// choose the best weights.
    /// </summary>
    /// <exception cref="ArgumentException">A column is missing or has another type, or an option does not fit these
    /// labels.</exception>
    /// <exception cref="InvalidOperationException">
    /// There are no labeled frames, a frame has more instances than the model type allows, the labels lie outside the
    /// images, as happens when images were resized before, or <see cref="TrainerOptions.RunFolder"/> has a run that is
    /// not to be resumed.
    /// </exception>
    /// <exception cref="IOException">
    /// The disk of <see cref="TrainerOptions.RunFolder"/> has too little space for the checkpoints, or there is no file
    /// or folder at a path of <see cref="TrainerOptions.Start"/>.
    /// </exception>
    /// <exception cref="PoseFormatException">
    /// The model of <see cref="TrainerOptions.Start"/> is damaged or does not fit; the message says what.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// Training was canceled before the first weights were saved.
    /// </exception>
    public TTransformer Fit(IDataView input) => Fit(input, null);

    /// <summary>
    /// Trains on all rows of <paramref name="input"/> and chooses the best weights by <paramref name="validation"/>. If
    /// that is null, part of the input is held out for validation.
    /// </summary>
    /// <inheritdoc cref="Fit(IDataView)"/>
    public TTransformer Fit(IDataView input, IDataView? validation)
    {
        ArgumentNullException.ThrowIfNull(input);
        var host = ((IHostEnvironment)_context).Register(Name);
        using var channel = host.Start("Training");
        var (labels, held, subject, stages) = Read(input, validation, channel);
        var training = stages[0].Options.Training;
        var run = TrainingRun.Open(Name, stages);
        // A run that is resumed has its weights in the checkpoint.
        StartWeights?[] starts =
        [
            .. stages.Select((stage, i) => run?.Folder(i).HasCheckpoint == true ? null : StartWeights.Of(stage, host)),
        ];
        var seed = training.Seed ?? run?.Stored?.Seed ?? host.Rand.Next();
        var split = run is null ? LabelSplit.Of(labels, held, training, seed) : run.Split(labels, held, training, seed);
        using var samples = split.Read(
            stages,
            training.FrameSize,
            () =>
                new SampleCache(
                    training.CacheMegabytes is { } budget ? (long)budget << 20 : SampleCache.DefaultBudget,
                    run?.FullPath ?? Path.GetTempPath()
                ),
            training.CancellationToken
        );
        samples.Bounds.Check(Name, _options.Columns.Image, subject.Skeleton, channel);
        channel.Info(MessageSensitivity.None, "Decoded frames: {0}.", samples.Cache);
        if (run is not null)
            run.Report.Cache = samples.Cache.ToString();
        var findings = new ConfigLint(stages, Statistics(labels, held), split, samples.Frame).Findings().ToList();
        foreach (var finding in findings)
            Log(channel, finding);
        if (run is not null)
        {
            run.Report.Findings =
            [
                .. findings.Where(finding => finding.IsWarning).Select(finding => finding.ToString()),
            ];
        }

        var options = _options.WithNetworks([.. stages.Select(stage => stage.Options)]);
        PoseModel[] networks =
        [
            .. stages.Select((stage, i) => Train(stage, i, starts[i], samples, run, seed + i, channel)),
        ];
        return (TTransformer)options.CreateTransformer(new(_context, options, subject, samples.Frame, networks));
    }

    /// <inheritdoc/>
    public IReadOnlyList<LintFinding> Lint(IDataView input, IDataView? validation = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        var host = ((IHostEnvironment)_context).Register(Name);
        using var channel = host.Start("Lint");
        var (labels, held, _, stages) = Read(input, validation, channel);
        foreach (var stage in stages)
            StartWeights.Of(stage, host)?.Dispose();
        var training = stages[0].Options.Training;
        var split = LabelSplit.Of(labels, held, training, training.Seed ?? 0);
        return [.. new ConfigLint(stages, Statistics(labels, held), split, labels.FirstSize()).Findings()];
    }

    private (
        LabeledRows Labels,
        LabeledRows? Validation,
        PoseSubject Subject,
        IReadOnlyList<TrainingStage> Stages
    ) Read(IDataView input, IDataView? validation, IChannel channel)
    {
        var needs = _options.Needs;
        needs = needs with { EmptyRows = needs.EmptyRows && _options.Networks[0].Training.UseNegativeFrames };
        var labels = LabeledRows.Read(input, _options.Columns, needs, null, new(Name, "training", channel));
        var held = validation is null
            ? null
            : LabeledRows.Read(validation, _options.Columns, needs, labels.Skeleton, new(Name, "validation", channel));
        var subject = new PoseSubject(labels.Skeleton, _options.Needs.Tracks ? ClassesOf(labels) : []);
        _options.Checked(subject).Throw();
        var channels = _options.Networks.Any(network => network.FrameChannels is null)
            ? labels.FirstImage().Channels
            : 0;
        TrainingStage[] stages =
        [
            .. _options.Networks.Select(network => new TrainingStage(
                network.ForFrames(channels).CompletedBy(subject, labels.Rows),
                subject
            )),
        ];
        return (labels, held, subject, stages);
    }

    private static LabelStatistics Statistics(LabeledRows labels, LabeledRows? validation) =>
        new([.. labels.Rows, .. validation?.Rows ?? []], labels.Skeleton);

    private static void Log(IChannel channel, LintFinding finding)
    {
        if (finding.IsWarning)
            channel.Warning(MessageSensitivity.None, "{0}", finding);
        else
            channel.Info(MessageSensitivity.None, "{0}", finding);
    }

    private static PoseModel Train(
        TrainingStage stage,
        int index,
        StartWeights? start,
        StageSamples all,
        TrainingRun? run,
        int seed,
        IChannel channel
    )
    {
        var (samples, report) = (all[index], run?.ReportOf(index));
        channel.Info(
            MessageSensitivity.None,
            "Training {0} on {1} samples, choosing by {2}; network input {3} x {4}; device {5}.",
            stage.Name,
            samples.Training.Count,
            samples.Validation.Count,
            samples.Training.Input.Width,
            samples.Training.Input.Height,
            TorchDevice.Of(stage.Options.Training.Device)
        );
        var model = stage.CreateModel(seed);
        if (stage.Options.Training.Start?.Backbone is null)
            PretrainedWeights.Load(model.Network);
        start?.MoveTo(model.Network, run?.Folder(index).FullPath, channel);
        report?.Begin(samples, model.Network.parameters().Sum(parameter => parameter.numel()));
        var (training, augmenter) = (
            stage.Options.Training,
            new Augmenter(stage.Options.Augmentation, samples.Skeleton)
        );
        if (training.AugmentedImage && run is not null)
        {
            AugmentedImageWriter.Write(
                Path.Combine(run.Folder(index).FullPath, "augmented.png"),
                samples,
                augmenter,
                new SampleOrder(samples.Training.Balanced(), training.BatchSize, seed, training.Shuffles)
            );
        }

        var kept =
            run is null || training is { SaveTopK: 1, SaveLast: false }
                ? null
                : new KeptWeights(
                    run.Folder(index).FullPath,
                    training,
                    () => SleapConfigWriter.Write(stage.Options, stage.Subject, all.Frame)
                );
        var trainer = new Trainer(stage.Name, training, augmenter, seed, run?.Folder(index), kept, report, channel);
        model.Take(trainer.Run(model, samples.Training, samples.Validation));
        return model;
    }

    private IReadOnlyList<string> ClassesOf(LabeledRows labels)
    {
        var classes = _options.NamedClasses ?? labels.Tracks;
        string[] unknown = [.. classes.Except(labels.Tracks)];
        if (unknown.Length > 0)
        {
            throw new ArgumentException(
                $"{Name}: no labeled instance has the track "
                    + $"{string.Join(", ", unknown.Select(name => $"'{name}'"))}. The tracks are: "
                    + $"{string.Join(", ", labels.Tracks)}."
            );
        }

        return classes.Count > 0
            ? classes
            : throw new InvalidOperationException(
                $"{Name}: no labeled instance has a track, so there is nothing to "
                    + $"learn which animal is which from. Give each animal the same track in all frames."
            );
    }
}
