using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>Reads sleap-nn's <c>trainer_config</c> as options.</summary>
internal static class TrainerConfig
{
    private const string Plateau = "reduce_lr_on_plateau";

    public static TrainerOptions Read(ConfigSection root, ConfigSection model)
    {
        // Missing keys have sleap-nn's defaults.
        var trainer = root.Section("trainer_config") ?? ConfigSection.Empty("trainer_config");
        var data = root.Section("data_config") ?? ConfigSection.Empty("data_config");
        var (loader, optimizer) = (trainer.Section("train_data_loader"), trainer.Section("optimizer"));
        var (stopping, evaluation) = (trainer.Section("early_stopping"), trainer.Section("eval"));
        var defaults = new TrainerOptions();
        var rate = optimizer?.Number("lr") ?? 1e-4;
        return defaults with
        {
            Epochs = trainer.Whole("max_epochs", defaults.Epochs),
            StepsPerEpoch = trainer.Whole("train_steps_per_epoch"),
            MinStepsPerEpoch = trainer.Whole("min_train_steps_per_epoch", 200),
            BatchSize = loader?.Whole("batch_size") ?? defaults.BatchSize,
            LearningRate = rate,
            Optimizer = OptimizerOf(trainer),
            Amsgrad = optimizer?.Flag("amsgrad") ?? false,
            Schedule = ScheduleOf(trainer, rate),
            // As in sleap-nn, 0 stops after the first epoch without improvement.
            EarlyStoppingPatience =
                (stopping?.Flag("stop_training_on_plateau") ?? true)
                    ? Math.Max(1, stopping?.Whole("patience") ?? 10)
                    : null,
            EarlyStoppingMinDelta = stopping?.Number("min_delta") ?? 1e-8,
            Monitor = MonitorOf(trainer),
            SaveTopK = trainer.Section("model_ckpt")?.Whole("save_top_k") ?? 1,
            SaveLast = trainer.Section("model_ckpt")?.Flag("save_last") ?? false,
            Shuffles = loader?.Flag("shuffle", true) ?? true,
            OksStddev = evaluation?.Number("oks_stddev") ?? defaults.OksStddev,
            OksScale = evaluation?.Number("oks_scale"),
            Seed = trainer.Has("seed") ? trainer.Whole("seed") : 42,
            HardKeypointMining = MiningOf(trainer),
            NegativeWeight = data.Number("negative_loss_weight", defaults.NegativeWeight),
            UseNegativeFrames = data.Flag("use_negative_frames", false),
            // As in sleap-nn: plain mean squared error, torch's or Xavier's initialization, no normalization, and no
            // averaging of weights.
            ForegroundWeight = 0,
            Normalization = Normalization.None,
            Initialization = model.Text("init_weights") == "xavier" ? Initialization.Xavier : Initialization.Default,
            AverageDecay = null,
            ValidationFraction = data.Number("validation_fraction", defaults.ValidationFraction),
            ValidateOnTrainingFrames = data.Flag("use_same_data_for_val", false),
            Folds = FoldsOf(data),
        };
    }

    /// <summary>
    /// Reads what a training starts from: of the checkpoint of an earlier run its weights, not its optimizer and epoch.
    /// </summary>
    public static StartOptions? StartOf(ConfigSection root)
    {
        var (model, resumed) = (
            root.Section("model_config"),
            PathOf(root.Section("trainer_config"), "resume_ckpt_path")
        );
        var (backbone, heads) = (
            PathOf(model, "pretrained_backbone_weights"),
            PathOf(model, "pretrained_head_weights")
        );
        return (resumed ?? backbone ?? heads) is null
            ? null
            : new StartOptions { Backbone = resumed ?? backbone, Heads = resumed ?? heads };

        static string? PathOf(ConfigSection? section, string key) =>
            section?.Text(key) is { Length: > 0 } path ? path : null;
    }

    private static Optimizer OptimizerOf(ConfigSection trainer)
    {
        var name = trainer.Text("optimizer_name") ?? "Adam";
        if (name is not ("Adam" or "AdamW"))
            trainer.Fault("optimizer_name", $"is '{OneLine.Short(name)}', expected Adam or AdamW.");
        return name == "AdamW" ? Optimizer.AdamW : Optimizer.Adam;
    }

    // If there are several schedules, sleap-nn uses the first one in this order. The plateau schedule is set by
    // default, so it is ignored if there is another one.
    private static LearningRateSchedule ScheduleOf(ConfigSection trainer, double rate)
    {
        if (!trainer.Has("lr_scheduler"))
            return new LearningRateSchedule.ReduceOnPlateau();
        if (trainer.Section("lr_scheduler") is not { } schedules)
            return new LearningRateSchedule.Constant();
        if (schedules.SectionsIn.Any(name => name != Plateau))
            schedules.Ignore(Plateau);
        double Fraction(double value) => rate > 0 ? Math.Min(1, value / rate) : 0;
        if (schedules.Section("cosine_annealing_warmup") is { } cosine)
        {
            return new LearningRateSchedule.Cosine
            {
                WarmupEpochs = cosine.Whole("warmup_epochs", 5),
                StartFraction = Fraction(cosine.Number("warmup_start_lr", 0)),
                FinalFraction = Fraction(cosine.Number("eta_min", 0)),
                Epochs = cosine.Whole("max_epochs"),
            };
        }

        if (schedules.Section("linear_warmup_linear_decay") is { } linear)
        {
            return new LearningRateSchedule.Linear
            {
                WarmupEpochs = linear.Whole("warmup_epochs", 5),
                StartFraction = Fraction(linear.Number("warmup_start_lr", 0)),
                FinalFraction = Fraction(linear.Number("end_lr", 0)),
                Epochs = linear.Whole("max_epochs"),
            };
        }

        if (schedules.Section("step_lr") is { } step)
        {
            return new LearningRateSchedule.Step
            {
                Epochs = step.Whole("step_size", 10),
                Factor = step.Number("gamma", 0.1),
            };
        }

        if (!schedules.Has(Plateau))
            return new LearningRateSchedule.ReduceOnPlateau();
        if (schedules.Section(Plateau) is not { } plateau)
            return new LearningRateSchedule.Constant();
        return new LearningRateSchedule.ReduceOnPlateau
        {
            Factor = plateau.Number("factor", 0.5),
            Patience = plateau.Whole("patience", 5),
            Cooldown = plateau.Whole("cooldown", 3),
            Threshold = plateau.Number("threshold", 1e-6),
            IsRelative = plateau.OneOf("threshold_mode", "abs", "rel") == "rel",
            Lowest = plateau.Number("min_lr", 1e-8),
        };
    }

    private static HardKeypointMining? MiningOf(ConfigSection trainer)
    {
        if (trainer.Section("online_hard_keypoint_mining") is not { } mining)
            return null;
        if (!mining.Flag("online_mining", false))
        {
            mining.IgnoreAll();
            return null;
        }
        var defaults = new HardKeypointMining();
        return new()
        {
            HardToEasyRatio = mining.Single("hard_to_easy_ratio", defaults.HardToEasyRatio),
            MinHardKeypoints = mining.Whole("min_hard_keypoints", defaults.MinHardKeypoints),
            MaxHardKeypoints = mining.Whole("max_hard_keypoints"),
            LossScale = mining.Single("loss_scale", defaults.LossScale),
        };
    }

    private static TrainingMonitor MonitorOf(ConfigSection trainer)
    {
        const string key = "monitor";
        if (trainer.Section("model_ckpt") is not { } checkpoints || checkpoints.Text(key) is not { } name)
            return TrainingMonitor.ValidationLoss;
        if (TrainingMonitors.Of(name) is { } monitor)
            return monitor;
        checkpoints.MarkUnused(key);
        return TrainingMonitor.ValidationLoss;
    }

    private static FoldSplit? FoldsOf(ConfigSection data)
    {
        if (data.Section("split") is not { } split)
            return null;
        var by = split.OneOf("split_by", "frame", "video", "identity");
        if (by == "identity")
            split.Fault("split_by", "is 'identity', expected frame or video: a frame is not divided.");
        return new()
        {
            ByVideo = by == "video",
            Folds = split.Whole("n_folds", 5),
            Fold = split.Whole("fold", 0),
            Seed = split.Whole("seed", 0),
        };
    }
}
