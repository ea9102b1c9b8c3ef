namespace Sleap.MLNet;

/// <summary>Reads sleap-nn's <c>trainer_config</c> as options.</summary>
internal static class TrainerConfig
{
    // Logging, display and storage of a run: not part of the training itself.
    private static readonly string[] RunKeys =
    [
        "model_ckpt",
        "trainer_devices",
        "trainer_device_indices",
        "trainer_accelerator",
        "profiler",
        "trainer_strategy",
        "enable_progress_bar",
        "visualize_preds_during_training",
        "keep_viz",
        "viz_img_format",
        "use_wandb",
        "save_ckpt",
        "ckpt_dir",
        "run_name",
        "wandb",
        "zmq",
        "val_data_loader",
    ];

    private const string Plateau = "reduce_lr_on_plateau";

    public static TrainerOptions Read(ConfigSection root)
    {
        // Missing keys have sleap-nn's defaults.
        var trainer = root.Section("trainer_config") ?? ConfigSection.Empty("trainer_config");
        trainer.Ignore(RunKeys);
        var loader = trainer.Section("train_data_loader");
        loader?.Ignore("num_workers", "shuffle");
        var optimizer = trainer.Section("optimizer");
        if (trainer.Section("eval") is { } eval && !eval.Flag("enabled", false))
            eval.IgnoreAll();
        var defaults = new TrainerOptions();
        var (steps, rate) = (trainer.Whole("train_steps_per_epoch"), optimizer?.Number("lr") ?? 1e-4);
        // Without a number of steps, an epoch is one pass over the frames; sleap-nn's repetition of small sets has no
        // equivalent.
        if (steps is not null || trainer.Whole("min_train_steps_per_epoch", 1) <= 1)
            trainer.Ignore("min_train_steps_per_epoch");
        else
            trainer.MarkUnused("min_train_steps_per_epoch");
        return defaults with
        {
            Epochs = trainer.Whole("max_epochs", defaults.Epochs),
            StepsPerEpoch = steps,
            BatchSize = loader?.Whole("batch_size") ?? defaults.BatchSize,
            LearningRate = rate,
            Optimizer = OptimizerOf(trainer),
            Schedule = ScheduleOf(trainer, steps, rate),
            EarlyStoppingPatience = PatienceOf(trainer),
            Seed = trainer.Has("seed") ? trainer.Whole("seed") : 42,
            HardKeypointMining = MiningOf(trainer),
            NegativeWeight = root.Section("data_config")?.Number("negative_loss_weight") ?? defaults.NegativeWeight,
            // As in sleap-nn: plain mean squared error, torch's default initialization, and no averaging of weights.
            ForegroundWeight = 0,
            Initialization = Initialization.Default,
            AverageDecay = null,
            ValidationFraction =
                root.Section("data_config")?.Number("validation_fraction") ?? defaults.ValidationFraction,
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
            trainer.Fault("optimizer_name", $"is '{name}', expected Adam or AdamW.");
        return name == "AdamW" ? Optimizer.AdamW : Optimizer.Adam;
    }

    // If there are several schedules, sleap-nn uses the first one in this order. The plateau schedule is set by
    // default, so it is ignored if there is another one.
    private static LearningRateSchedule ScheduleOf(ConfigSection trainer, int? steps, double rate)
    {
        if (!trainer.Has("lr_scheduler"))
            return new LearningRateSchedule.ReduceOnPlateau();
        if (trainer.Section("lr_scheduler") is not { } schedules)
            return new LearningRateSchedule.Constant();
        if (schedules.SectionsIn.Any(name => name != Plateau))
            schedules.Ignore(Plateau);
        if (schedules.Section("cosine_annealing_warmup") is { } cosine)
        {
            // The warm-up is counted in epochs there and in steps here; the number of steps per epoch may not be known
            // yet.
            var (epochs, lowest) = (cosine.Whole("warmup_epochs", 5), cosine.Number("eta_min", 0));
            if (cosine.Number("warmup_start_lr", 0) != 0)
                cosine.MarkUnused("warmup_start_lr");
            if (epochs > 0 && steps is null)
                cosine.MarkUnused("warmup_epochs");
            return new LearningRateSchedule.Cosine
            {
                WarmupSteps = epochs == 0 ? 0 : steps * epochs ?? new LearningRateSchedule.Cosine().WarmupSteps,
                FinalFraction = rate > 0 ? Math.Min(1, lowest / rate) : 0,
            };
        }
        // reported with the ignored keys
        if (schedules.SectionsIn.Contains("linear_warmup_linear_decay"))
            return new LearningRateSchedule.Constant();
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
        if (plateau.Text("threshold_mode") is not (null or "abs"))
            plateau.MarkUnused("threshold_mode");
        return new LearningRateSchedule.ReduceOnPlateau
        {
            Factor = plateau.Number("factor", 0.5),
            Patience = plateau.Whole("patience", 5),
            Cooldown = plateau.Whole("cooldown", 3),
            Threshold = plateau.Number("threshold", 1e-6),
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

    private static int? PatienceOf(ConfigSection trainer)
    {
        var stopping = trainer.Section("early_stopping");
        stopping?.Ignore("min_delta");
        var patience = stopping?.Whole("patience") ?? 10;
        return (stopping?.Flag("stop_training_on_plateau", true) ?? true) ? patience : null;
    }
}
